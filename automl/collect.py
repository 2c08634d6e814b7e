"""Every block of report.json that the end of a run knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.decide.costs import cost_of
from automl.decide.engine import under_trained
from automl.evaluate import metrics, mistakes
from automl.explain.examples import examples, texts
from automl.families.weigh import folder_bytes
from automl.findings import findings
from automl.forecast.drawn import drawn
from automl.outcome import apart, confirmation
from automl.report import facts
from automl.report.formats import plural

if TYPE_CHECKING:
    from automl.data.dataset import Array, Dataset
    from automl.decide.engine import Decision
    from automl.evaluate.final import Tested
    from automl.outcome import Outcome
    from automl.search.trials import Search
    from automl.session import Session
    from automl.types import Problem


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
        test=_test_block(session, outcome, decision),
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


def _test_block(session: Session, outcome: Outcome, decision: Decision) -> dict[str, Any]:
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
    confirms, statement = confirmation(session, outcome, *apart(decision))
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
    count = folds if dataset.order is None else len(session.cv.splits)
    how = _judged_by(dataset, session.outer.development, count, repeats)
    judged = (
        f"Families and configurations were judged by {how}, on {len(session.outer.development):,} development rows."
    )
    counts = {name: len(numbers) for name, numbers in decision.evidence["splits_of"].items()}
    if min(counts.values()) < len(session.cv.splits):
        each = ", ".join(f"{name} {count}" for name, count in counts.items())
        of = f"of these {len(session.cv.splits)} splits"
        judged += f" Probes were judged on as many {of} as the verdict needed and the time allowed: {each}."
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


def _judged_by(dataset: Dataset, development: Array, folds: int, repeats: int) -> str:
    """The splits of the development rows in words."""
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
    if dataset.groups is not None:
        several = int((np.unique(dataset.groups[development], return_counts=True)[1] > 1).sum())
        how += f" that keeps {plural(several, 'group')} of several rows together"
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
