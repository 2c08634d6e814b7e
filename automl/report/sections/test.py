"""How good the model is on the test part."""

from __future__ import annotations

from typing import Any

from automl.report import view
from automl.report.formats import decimals_for, interval, number, plural
from automl.report.sections import answer

PROTOCOLS = {
    "holdout": "One part of the data, set aside before anything was decided and opened once at the end.",
    "repeated_cv": "The data has too few rows for a part of its own: every row was predicted by models that had not seen it.",
}
NAMES = {
    "roc_auc": "ROC AUC", "log_loss": "log loss", "average_precision": "average precision", "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy", "f1": "F1", "f1_macro": "F1 (mean over classes)", "mcc": "Matthews correlation",
    "brier": "Brier score", "rmse": "RMSE", "mae": "mean absolute error", "r2": "R² (explained share)",
    "mape": "mean absolute percentage error", "rmsle": "RMSLE", "pinball": "pinball loss",
}
COSTS = {"log_loss", "brier", "rmse", "mae", "mape", "rmsle", "pinball"}


def build(report: dict[str, Any]) -> dict[str, Any]:
    """The headline metric, all metrics, the protocol and whether the test confirms the validation."""
    value, low, high = view.test_interval(report)
    if value is None:
        return {"missing": "The run has no test figures: it stopped before the test part was opened, or had none."}
    decimals = decimals_for([(value, low, high)])
    confirms = view.at(report, "test", "confirms")
    headline = f"{view.metric_name(report)} {number(value, decimals)}"
    ends = interval(low, high, decimals)
    return {
        "lead": view.at(report, "test", "statement") or f"{headline}{f' (95 % interval {ends})' if ends else ''}.",
        "headline": number(value, decimals), "interval": ends, "metric": view.metric_name(report),
        "gauge": answer.gauge(report),
        "rows": plural(int(view.figure(report, "test", "rows") or 0), "row") if view.figure(report, "test", "rows") else "",
        "protocol": PROTOCOLS.get(str(view.at(report, "test", "protocol")), str(view.at(report, "test", "protocol") or "")),
        "confirms": confirms,
        "metrics": [
            {"name": NAMES.get(k, k), "value": number(v), "better": "lower" if k in COSTS else "higher",
             "headline": k == view.at(report, "test", "metric")}
            for k, v in view.mapping(report, "test", "metrics").items()
        ],
        "before_refit": view.at(report, "model", "trained_on") == "all rows"
        and view.at(report, "test", "protocol") == "holdout",
    }
