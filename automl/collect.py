"""Every block of report.json that the end of a run knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks import check, without
from automl.decide.costs import cost_of
from automl.decide.engine import under_trained
from automl.evaluate import metrics, mistakes
from automl.explain.examples import examples, texts
from automl.families.weigh import folder_bytes, over_limit
from automl.forecast.drawn import drawn
from automl.report import facts

if TYPE_CHECKING:
    from collections.abc import Collection

    from automl.data.dataset import Array, Dataset
    from automl.decide.engine import Decision
    from automl.evaluate.crossval import Candidate
    from automl.evaluate.final import Tested
    from automl.evaluate.leaderboard import Line
    from automl.evaluate.metrics import Metric
    from automl.evaluate.shape import Shape
    from automl.search.trials import Search
    from automl.session import Session
    from automl.types import Finding, Interval, Problem

FLAG_CODES = {
    "_not_tried": "AM501", "_under_trained": "AM502", "few_test_rows": "AM503", "limits_leave_nothing": "AM508",
}  # fmt: skip
"""Flags of a decision, by their ending, that are findings too."""


@dataclass(frozen=True)
class Outcome:
    """What the end of a run found.

    Attributes:
        lines: the leaderboard by validation.
        tested: predictions of the judged rows.
        delivered: what was chosen (the best of the named family by validation, or an ensemble); where that could not be
            fitted, what stands in for it.
        values, differences: test figures of the tested candidates, and their paired differences to the delivered one.
        shape: what is done to the delivered model's outputs.
        trained_on: 'all rows', 'development rows', or of an ensemble which part of it was fitted on all rows.
    """

    lines: list[Line]
    tested: Tested
    delivered: Candidate
    values: dict[str, Interval]
    differences: dict[str, Interval]
    shape: Shape
    trained_on: str


def collect(session: Session, decision: Decision, outcome: Outcome, found: Search) -> None:
    """Every block of report.json that the end of a run knows."""
    lines = facts.leaderboard_block(outcome.lines, outcome.values, outcome.differences, outcome.delivered)
    model = session.folder / "model"
    files = sorted(f for f in model.rglob("*") if f.is_file())
    size = folder_bytes(model)
    for line in lines:
        line["size_bytes"] = size if line["delivered"] else None
    cost = cost_of(outcome.delivered)
    names = _needed(session.prepared.dataset.problem)
    session.facts.add(
        decision=decision,
        leaderboard=lines,
        test=_test_block(session, outcome, decision.evidence.get("excluded", ())),
        findings=findings(session, decision, outcome),
        errors=_errors_block(session, outcome),
        validation=validation_block(session, decision, outcome.tested),
        search=_search_block(session, decision, found),
        model={
            "family": outcome.delivered.family,
            "configuration": outcome.delivered.configuration,
            "trained_on": outcome.trained_on,
            "rows": len(session.prepared.dataset)
            if outcome.trained_on == "all rows"
            else len(session.outer.development),
            "size_bytes": size,
            "predict_one_seconds": None if cost is None else cost.predict_one_seconds,
            "files": [str(f.relative_to(model)) for f in files],
            "under_trained": under_trained(outcome.delivered),
        },
        use=facts.use_block(session.folder, session.prepared.profile, names),
        media=_media_block(session, outcome),
        forecast=_forecast_block(session, outcome),
        shape=_shape_block(session, outcome),
        interrupted=session.interrupted,
        fail_under=session.plan.fail_under,
    )


def _needed(problem: Problem) -> list[str]:
    """Columns that data to predict must have."""
    told = problem.forecast
    if told is None:
        return [column.name for column in problem.columns]
    return [told.time.name, *([] if told.series is None else [told.series.name]), *told.known]


def findings(session: Session, decision: Decision, outcome: Outcome | None = None) -> list[Finding]:
    """What the profile and the run found, ignored codes skipped; without an outcome what `automl decide` knows."""
    of_run = _of_decision(session, decision) if outcome is None else _run_findings(session, decision, outcome)
    return list(without((*session.prepared.profile.findings, *of_run), session.plan.ignore))


def _run_findings(session: Session, decision: Decision, outcome: Outcome) -> list[Finding]:
    """What only the run could find, under the codes that `automl explain` describes."""
    found = _of_decision(session, decision)
    smaller = [line.candidate for line in outcome.lines if line.candidate.info.get("downsized")]
    if smaller:
        names = ", ".join(c.name for c in smaller)
        found.append(
            check("AM506").finding(
                evidence={c.name: c.info["downsized"] for c in smaller},
                action=f"Fitted with coarser bins or fewer rows: {names}.",
            )
        )
    over = _over_limit(session, outcome)
    if over:
        found.append(check("AM507").finding(action=f"The delivered model: {over}."))
    confirms, statement = _confirmation(session, outcome, decision.evidence.get("excluded", ()))
    if confirms is False:
        found.append(check("AM505").finding(action=statement))
    return found


def _of_decision(session: Session, decision: Decision) -> list[Finding]:
    """Flags of the decision that are findings too, and a verdict that nothing beats the baseline."""
    found = []
    for flag in decision.flags:
        code = next((code for ending, code in FLAG_CODES.items() if flag.code.endswith(ending)), None)
        if code is not None:
            family = flag.code.removesuffix("_not_tried").removesuffix("_under_trained")
            title = "" if family == flag.code else f"{check(code).title}: {family}"
            found.append(check(code).finding(title=title, action=flag.text))
    if decision.family == "baseline" and len(decision.evidence["families"]) > 1:
        found.append(_no_gain(session, decision))
    return found


def _no_gain(session: Session, decision: Decision) -> Finding:
    """No model beats the baseline: an error, but for a forecast, whose baseline has a use of its own."""
    found, forecast = check("AM504").finding(action=decision.sentence), session.prepared.dataset.problem.forecast
    if forecast is None:
        return found
    return replace(found, severity="warning", title=f"No model beats the baseline ({forecast.baseline})")


def _over_limit(session: Session, outcome: Outcome) -> str:
    """Why the delivered model is over a limit; '' when it is not, or was not weighed."""
    cost, plan = cost_of(outcome.delivered), session.plan
    if cost is None:
        return ""
    return over_limit(replace(cost, bytes=folder_bytes(session.folder / "model")), plan.max_latency, plan.max_size)


def _media_block(session: Session, outcome: Outcome) -> dict[str, Any] | None:
    """Example images or texts; None for tables."""
    dataset, rows = session.prepared.dataset, outcome.tested.rows
    problem, y = dataset.problem, dataset.y[rows]
    predictions = outcome.tested.predictions[outcome.delivered.name]
    if problem.modality == "image":
        paths = [session.prepared.paths[i] for i in rows]
        return {"examples": examples(problem, dataset.inputs.take(rows), y, predictions, paths)}
    column = next((c.name for c in problem.columns if c.kind == "text"), None)
    if problem.modality != "text" or column is None:
        return None
    scored = predictions if problem.task == "regression" else outcome.shape.scored(predictions)
    return {"examples": texts(problem, dataset.inputs[column].iloc[rows], y, scored, _names(session, rows).tolist())}


def _names(session: Session, rows: Array) -> Array:
    """What rows are named by: their files, or their numbers in the table."""
    if session.prepared.paths:
        return np.asarray([session.prepared.paths[i] for i in rows], dtype=object)
    return session.prepared.rows[rows]


def _forecast_block(session: Session, outcome: Outcome) -> dict[str, Any] | None:
    """The test part of one series over time, and how it was forecast; None where there is nothing to forecast."""
    if session.prepared.dataset.problem.forecast is None:
        return None
    rows, band = outcome.tested.rows, outcome.shape.interval
    predictions = outcome.tested.predictions[outcome.delivered.name]
    bounds = None if band is None else band.bounds(predictions)
    return drawn(session.prepared.dataset, rows, predictions[:, 0], bounds, session.prepared.times[rows])


def _shape_block(session: Session, outcome: Outcome) -> dict[str, Any]:
    """Calibration, threshold and interval of the delivered model on the judged rows."""
    dataset, rows = session.prepared.dataset, outcome.tested.rows
    raw = outcome.tested.predictions[outcome.delivered.name]
    weight = None if dataset.weight is None else dataset.weight[rows]
    return outcome.shape.block(session.metric.name, dataset.y[rows], raw, weight)


def _test_block(session: Session, outcome: Outcome, excluded: Collection[str]) -> dict[str, Any]:
    dataset, rows = session.prepared.dataset, outcome.tested.rows
    delivered = outcome.values[outcome.delivered.name]
    predictions = outcome.tested.predictions[outcome.delivered.name]
    weight = None if dataset.weight is None else dataset.weight[rows]
    every: dict[str, float] = {}
    for name in metrics.names(dataset.problem.task):
        if name == "rmsle" and (dataset.y.min() < 0 or predictions.min() < 0):
            continue  # not defined for negative values
        shaped = outcome.shape.for_metric(name, predictions)
        every[name] = metrics.get(name, dataset.problem.task).score(dataset.y[rows], shaped, weight)
    confirms, statement = _confirmation(session, outcome, excluded)
    baseline = next((v.value for n, v in outcome.values.items() if n.startswith("baseline")), None)
    return {
        "metric": session.metric.name,
        "value": delivered.value,
        "interval": [delivered.low, delivered.high],
        "rows": len(rows),
        "protocol": session.outer.protocol,
        "metrics": every,
        "baseline": {"value": baseline},
        "stale": outcome.tested.stale or None,
        "confirms": confirms,
        "statement": statement,
    }


def _confirmation(session: Session, outcome: Outcome, excluded: Collection[str] = ()) -> tuple[bool | None, str]:
    """Whether the test part agrees with validation, in a sentence.

    It does when no other tested family that the user's limits allow is better with 95 % certainty, and the delivered
    model is not worse than the intervals of validation and test allow together. None where it cannot tell: its value is
    not defined, it cannot be told apart from the baseline, or there are no rows or splits but those that chose.
    """
    if outcome.tested.stale:
        statement = (
            f"No separate test part, and {outcome.tested.stale}: the figures are those of the splits that chose the "
            "model, and neither confirm nor contradict it."
        )
        return None, statement
    small = session.outer.protocol == "repeated_cv"
    judge, contradict = ("Fresh splits", "contradict") if small else ("The test part", "contradicts")
    greater = session.metric.greater_is_better
    for name, gap in outcome.differences.items():
        family = name.rpartition("-")[0]
        if family in excluded or name == outcome.delivered.name:
            continue
        if gap.low > 0 if greater else gap.high < 0:
            return (
                False,
                f"{judge} {contradict} the choice, which was made before and stands: {family} is better there.",
            )
    if broken := _broken_promise(session.metric, outcome):
        return False, f"{judge} {contradict} validation: {broken}."
    if unclear := _unclear(session.metric, outcome):
        return None, f"{judge} can neither confirm nor contradict the choice: {unclear}."
    if small:
        return True, "No separate test part: repeated cross-validation on fresh splits confirms the choice."
    confirms = "no other family is better there beyond chance, and the model is as good as validation promised"
    return True, f"The test part confirms the choice: {confirms}, within the intervals."


def _unclear(metric: Metric, outcome: Outcome) -> str:
    """That the metric is not defined, or the delivered model like the baseline; '' where neither is so."""
    if not np.isfinite(outcome.values[outcome.delivered.name].value):
        return f"{metric.label} is not defined there"
    base = next((v.value for name, v in outcome.values.items() if name.startswith("baseline")), None)
    name, found = outcome.delivered.name, outcome.values[outcome.delivered.name]
    if base is None or name.startswith("baseline"):
        return ""
    if found.low > base if metric.greater_is_better else found.high < base:
        return ""
    figures = f"{found.value:.3g} ({found.low:.3g} to {found.high:.3g})"
    return f"{metric.label} {figures} cannot be told apart from the baseline's {base:.3g}"


def _broken_promise(metric: Metric, outcome: Outcome) -> str:
    """How much worse the delivered model is than its validation figure; '' where the two intervals meet."""
    name = outcome.delivered.name
    promised = next((line.validation for line in outcome.lines if line.candidate.name == name), None)
    measured = outcome.values[name]
    if promised is None:
        return ""
    worse = promised.low > measured.high if metric.greater_is_better else promised.high < measured.low
    if not worse:
        return ""
    first, then = (f"{figure.value:.3g} ({figure.low:.3g} to {figure.high:.3g})" for figure in (promised, measured))
    return f"{metric.label} {first} was promised for the delivered model, {then} is measured"


def _errors_block(session: Session, outcome: Outcome) -> dict[str, Any]:
    dataset, rows = session.prepared.dataset, outcome.tested.rows
    predictions = outcome.tested.predictions[outcome.delivered.name]
    names = _names(session, rows)
    if dataset.problem.task == "regression":
        band = outcome.shape.interval
        bounds = None if band is None else band.bounds(predictions)
        return mistakes.regression(dataset.y[rows], predictions, names, bounds=bounds, seed=session.plan.seed)
    scored = outcome.shape.scored(predictions)
    return mistakes.classification(dataset.problem.classes, dataset.y[rows], scored, names)


def validation_block(session: Session, decision: Decision, tested: Tested | None = None) -> dict[str, Any]:
    """How the figures were come by; without what was tested, those of the decision alone."""
    dataset: Dataset = session.prepared.dataset
    folds = max(s.fold for s in session.cv.splits) + 1
    repeats = max(s.repeat for s in session.cv.splits) + 1
    # Blocks of one class alone are left out, so that there may be fewer than were numbered.
    how = _judged_by(dataset, folds if dataset.order is None else len(session.cv.splits), repeats)
    judged = (
        f"Families and configurations were judged by {how}, on {len(session.outer.development):,} development rows."
    )
    counts = {name: len(numbers) for name, numbers in decision.evidence["splits_of"].items()}
    if min(counts.values()) < len(session.cv.splits):
        each = ", ".join(f"{name} {count}" for name, count in counts.items())
        judged += (
            f" Probes were judged on as many of these {len(session.cv.splits)} splits as the verdict needed: {each}."
        )
    sentences = [f"Test part: {session.outer.reason}.", judged]
    if tested is not None:
        sentences.append(_final_figures(session, tested))
    return {
        "sentences": sentences,
        "folds": folds,
        "repeats": repeats,
        "rows_development": len(session.outer.development),
        "rows_test": len(session.outer.test),
        "rows_all": len(dataset),
    }


def _judged_by(dataset: Dataset, folds: int, repeats: int) -> str:
    """The splits in words."""
    forecast = dataset.problem.forecast
    if forecast is not None:
        steps = f"{forecast.horizon} {'step' if forecast.horizon == 1 else 'steps'}"
        each = f"each forecast by models of what was known {steps} before its first row"
        return f"rolling origin: {folds} blocks in the order of time, {each}"
    if dataset.order is not None:
        apart = " but for its groups" if dataset.groups is not None else ""
        blocks = f"{folds} {'block' if folds == 1 else 'blocks'} in the order of time"
        return f"forward chaining: {blocks}, each judged by models of what came before it{apart}"
    how = f"{folds}-fold cross-validation" if folds > 1 else "a single holdout"
    return how + (f", repeated {repeats} times" if repeats > 1 else "")


def _final_figures(session: Session, tested: Tested) -> str:
    """Where the test figures come from, one sentence."""
    if session.outer.protocol == "holdout":
        return "The test part was opened once, after the choice was frozen; test figures are from before the refit."
    if tested.stale:
        return (
            f"The final figures come from the splits that chose the model, because {tested.stale}: they flatter it a "
            "little, though no row is predicted by a model that saw it."
        )
    return (
        "The final figures come from repeated cross-validation on fresh splits; each row's prediction is the mean "
        "over models that never saw it."
    )


def _search_block(session: Session, decision: Decision, found: Search) -> dict[str, Any]:
    trials = [
        {
            "number": c.trial,
            "candidate": c.name,
            "family": c.family,
            "started": found.began.get(c.name),
            "seconds": round(sum(f.fit_seconds + f.predict_seconds for f in c.fits.values()), 3),
            "status": c.status,
            "loss": c.loss() if c.ok else None,
            "value": session.metric.to_loss(c.loss()) if c.ok else None,
            "configuration": c.configuration,
            "params": c.params,
            "reason": c.reason,
        }
        for c in found.trials
    ]
    return {
        "family": ", ".join(dict.fromkeys(c.family for c in found.trials)) or decision.family,
        "oracle": "Keras Tuner, Bayesian optimisation after known-good configurations and a random start",
        "splits": len(found.splits),
        "trials": trials,
        "stopped": found.stopped,
        "tried": len(trials),
        "failed": sum(t["status"] == "failed" for t in trials),
        "pruned": sum(t["status"] == "pruned" for t in trials),
    }
