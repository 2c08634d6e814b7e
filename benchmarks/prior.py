"""What published results say of linear models, trees and networks on a table: fits the prior of automl/decide/prior.py.

Reads tabzilla_datasets.csv and tabzilla_results.csv (TabZilla, McElfresh et al. 2023, arXiv 2305.02997: tuned and
default results of each algorithm, mean over 10 folds) from the folder given: `python benchmarks/prior.py FOLDER`.

One algorithm stands for a family, since the best of ten networks beats the best of three boosters by luck alone: tuned
XGBoost (our library), the linear model there is, and tuned ResNet: of the networks there the best-ranked that is, as
ours are, a feed-forward network on encoded columns. Outcomes are in accuracy: its log losses come from uncalibrated
networks (printed: how often worse than knowing nothing) and hold no baseline. The baseline is the least accurate of all
algorithms, close to the majority share where that is known (adult 0.760, anneal 0.762), and r is 1 % of the way from it
to the best of the three.

The linear model of TabZilla is scikit-learn's with default settings on integer codes of the categories. That says
nothing of one on indicator columns: so the share of categories is no input for the pairs with it.

Prints what was left out, the coefficients ready for Python, and how well they predict tables they have not seen
(10-fold cross-validation, repeated 10 times; 90 % bootstrap intervals over tables).
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl.decide.posterior import EQUIVALENCE
from automl.decide.prior import CENTRE, meta_features
from automl.types import FamilyName

STANDS_FOR = {"linear": "LinearModel", "trees": "XGBoost", "network": "ResNet"}
BOTH = ["log10_rows", "log10_rows_per_feature", "log2_classes"]
PAIRS: dict[tuple[FamilyName, FamilyName], list[str]] = {
    ("trees", "linear"): BOTH,
    ("network", "linear"): BOTH,
    ("network", "trees"): [*BOTH, "categorical_share"],
}
PENALTY = 1.0
"""scikit-learn's C on raw units: about one prior standard deviation of 1 in log-odds per unit."""
DEVELOPMENT = {
    "credit_g": ["credit-g"],
    "bank_additional": ["bank-marketing"],
    "magic_telescope": ["MagicTelescope", "magic"],
    "spambase": ["spambase"],
    "higgs_7k": ["higgs"],
    "mushrooms": ["mushroom"],
    "adult": ["adult", "adult-census"],
    "satimage": ["satimage", "Satellite"],
    "letter": ["letter"],
    "krkopt": ["kropt"],
    "eucalyptus": ["eucalyptus"],
    "hypothyroid": ["sick"],
    "arrhythmia": ["arrhythmia"],
    "elevators": ["elevators"],
    "electricity_elec2": ["electricity"],
}
"""Our development sets -> published tables with the same rows (sick: the same patients; Satellite: part of satimage).

'churn' stays: it is another one than telco_churn (5,000 rows, another company).
"""
REPEATED = ["blood-transfusion-service-center__145836", "car-evaluation__146192", "colic__27"]
"""Tables published a second time under another number."""
DRAWS = 500


def tables(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Accuracy of each stand-in, worst accuracy and meta-features of each table; names of the tables left out."""
    results = pd.read_csv(folder / "tabzilla_results.csv")
    accuracy = results.pivot_table(index="dataset_name", columns="alg_name", values="Accuracy__test_mean")
    found = accuracy[list(STANDS_FOR.values())].set_axis(list(STANDS_FOR), axis=1)
    found["worst"] = results.groupby("dataset_name")["Accuracy__test_mean_min"].first()
    described = pd.read_csv(folder / "tabzilla_datasets.csv").set_index("dataset_name")
    counts = ["num_training_inst", "num_feats", "num_categorical_feats", "num_classes"]
    rows = [meta_features(*(int(n) for n in row)) for row in described.loc[found.index, counts].to_numpy()]
    found = found.join(pd.DataFrame(rows, index=found.index))
    out = [name for name in found.index if is_left_out(name.removeprefix("openml__"))]
    return found.drop(index=out), out


def is_left_out(name: str) -> bool:
    """Whether a table ('adult__7592') is one of our development sets, or is there twice."""
    return name in REPEATED or name.split("__", maxsplit=1)[0] in {n for names in DEVELOPMENT.values() for n in names}


def outcome(found: pd.DataFrame, family: str, over: str) -> Any:
    """(tables,) 1 where the family is better by more than r."""
    r = EQUIVALENCE * (found[list(STANDS_FOR)].max(axis=1) - found["worst"])
    return (found[family] - found[over] > r).to_numpy().astype(int)


def inputs(found: pd.DataFrame, names: list[str]) -> Any:
    """(tables, names) centred meta-features."""
    return found[names].to_numpy() - np.array([CENTRE.get(name, 0.0) for name in names])


def fit(X: Any, y: Any) -> Any:
    """(1 + inputs,) intercept and coefficients of a logistic regression with a ridge penalty."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=PENALTY).fit(X, y)
    return np.concatenate([model.intercept_, model.coef_[0]])


def coefficients(found: pd.DataFrame) -> dict[tuple[FamilyName, FamilyName], dict[str, float]]:
    """What automl/decide/prior.py holds as COEFFICIENTS."""
    return {
        pair: dict(zip(["intercept", *names], fit(inputs(found, names), outcome(found, *pair)).tolist(), strict=True))
        for pair, names in PAIRS.items()
    }


def unseen(X: Any, y: Any, repeats: int = 10) -> tuple[float, float]:
    """Cross-validated AUC, and Brier skill over the base rate of the training folds."""
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    scores = []
    for seed in range(repeats):
        p, base = np.zeros(len(y)), np.zeros(len(y))
        for train, check in StratifiedKFold(10, shuffle=True, random_state=seed).split(X, y):
            b = fit(X[train], y[train])
            p[check], base[check] = 1 / (1 + np.exp(-b[0] - X[check] @ b[1:])), y[train].mean()
        scores.append((roc_auc_score(y, p), 1 - np.mean((p - y) ** 2) / np.mean((base - y) ** 2)))
    auc, skill = np.mean(scores, axis=0)
    return float(auc), float(skill)


def interval(X: Any, y: Any) -> Any:
    """(2, 1 + inputs) 90 % bootstrap interval over tables."""
    rng = np.random.default_rng(0)
    drawn = (rng.integers(0, len(y), len(y)) for _ in range(DRAWS))
    return np.quantile([fit(X[rows], y[rows]) for rows in drawn if 0 < y[rows].mean() < 1], [0.05, 0.95], axis=0)


def useless_log_losses(folder: Path) -> dict[str, float]:
    """Share of tables on which a stand-in's log loss is worse than that of equal probabilities for all classes."""
    results = pd.read_csv(folder / "tabzilla_results.csv")
    classes = pd.read_csv(folder / "tabzilla_datasets.csv").set_index("dataset_name")["num_classes"]
    low, high = results["Log Loss__test_mean_min"], results["Log Loss__test_mean_max"]
    loss = low + results["normalized_Log Loss__test_mean"] * (high - low)
    worse = loss > np.log(results["dataset_name"].map(classes))
    shares = worse.groupby(results["alg_name"]).mean()
    return {name: round(float(shares[name]), 3) for name in (*STANDS_FOR.values(), "MLP-rtdl", "FTTransformer")}


def main() -> None:
    folder = Path(sys.argv[1])
    found, out = tables(folder)
    print(f"{len(found)} tables; left out: {', '.join(out)}")
    print(f"log loss worse than that of equal probabilities: {useless_log_losses(folder)}")
    fitted = coefficients(found)
    print("COEFFICIENTS = {")
    for pair, values in fitted.items():
        print(f"    {pair}: { {name: round(b, 2) for name, b in values.items()} },")
    print("}")
    for pair, names in PAIRS.items():
        X, y = inputs(found, names), outcome(found, *pair)
        auc, skill = unseen(X, y)
        low, high = interval(X, y)
        print(f"{pair[0]} over {pair[1]}: base rate {y.mean():.2f}, AUC {auc:.2f}, Brier skill {skill:.2f}")
        for name, b, a, z in zip(["intercept", *names], fitted[pair].values(), low, high, strict=True):
            print(f"    {name} {b:.2f} [{a:.2f}, {z:.2f}]")


if __name__ == "__main__":
    main()
