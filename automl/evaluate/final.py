"""The end of a run: the test part is opened once, and the delivered model is fitted and written.

The choice is frozen before this module is called; nothing here reorders candidates.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from automl.clock import OutOfTime
from automl.data import split
from automl.errors import RunError
from automl.evaluate import bag
from automl.evaluate.cost import MORE_ROWS, expected_seconds, refit_seconds
from automl.families.base import FitFailed, Params
from automl.families.task import FitTask, Fitted
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from automl.data.dataset import Array
    from automl.data.split import Outer, Split
    from automl.evaluate.crossval import Candidate, CrossValidation

FRESH_SEED = 1_000
"""Added to the seed for the splits that judge small data: never those that chose the configuration."""
REPEATS = 3
TOO_SHORT = "the time was too short for fresh splits"
SLACK = 1.2
"""Fits may take this many times as long as the longest so far."""
HOPELESS = 0.25
"""Share of the seconds of its fits below which a candidate is not fitted again only to be judged."""
LEAST_SECONDS = 0.5
"""Of a fit that must be made, however little time there is."""


@dataclass
class Tested:
    """Predictions on the test part, or out-of-fold predictions of all rows for small data.

    Attributes:
        rows: positions in the dataset that were judged.
        predictions: candidate name -> (rows, outputs).
        delivered: the candidate whose model stands in the model folder.
        stale: why it was judged on the very splits that chose it; '' where on rows or splits that did not.
    """

    rows: Array
    predictions: dict[str, Array] = field(default_factory=dict)
    delivered: Candidate | None = None
    stale: str = ""


def open_test(
    cv: CrossValidation, outer: Outer, chosen: Candidate, others: list[Candidate], folder: Path, reserve: float
) -> Tested:
    """Judge the chosen candidate and, as time allows, the best of every other family; write the chosen model.

    Args:
        chosen: the candidate to deliver.
        others: what may be delivered in its place: the best candidates of the other families, simple to complex; where
            it is an ensemble, before them the candidate that would be delivered without one.
        folder: existing model folder.
        reserve: seconds to keep for what follows.

    Raises:
        RunError: not even the simplest could be fitted, with every reason.
    """
    if outer.protocol == "repeated_cv":
        return _judge_small(cv, outer, chosen, others, folder, reserve)
    tested = Tested(outer.test)
    for candidate, must in _in_turn(cv, chosen, others, reserve):
        fitted = _delivered(cv, candidate, outer.development, outer.test, folder, reserve, must=must)
        if fitted is not None:
            tested.predictions[candidate.name] = fitted.predictions
            tested.delivered = candidate
            break
    if tested.delivered is None:
        raise _nothing(chosen, others)
    for candidate in sorted(others, key=expected_seconds):
        if tested.delivered.members and candidate.sealed:  # judged like the members: by the models of its splits
            tested.predictions[candidate.name] = bag.mean_sealed(candidate)
        if candidate.name in tested.predictions or expected_seconds(candidate) * MORE_ROWS > cv.clock.left(reserve):
            continue
        fitted = _final_fit(cv, candidate, outer.development, outer.test, None, reserve)
        if fitted is not None:
            tested.predictions[candidate.name] = fitted.predictions
    return tested


def refit(cv: CrossValidation, chosen: Candidate, rows: Array, folder: Path, reserve: float) -> Fitted | None:
    """Fit the delivered configuration on all rows, when there is time; else None.

    Args:
        folder: an empty folder for the model; of no use where None comes back.
    """
    if refit_seconds(chosen) > cv.clock.left(reserve):
        return None
    fitted = _final_fit(cv, chosen, rows, rows[:1], folder, reserve)
    # A fit that the clock cut short is worse than the one that stands.
    return None if fitted is None or fitted.could_take_longer else fitted


def _in_turn(
    cv: CrossValidation, chosen: Candidate, others: list[Candidate], reserve: float
) -> Iterator[tuple[Candidate, bool]]:
    """What to deliver, one until a fit succeeds, and whether it must do although the time cuts its fit short.

    After the chosen one those that the time allows, the best by validation first (without an ensemble, what would be
    delivered instead of it); then the cheapest.
    """
    yield chosen, True
    single = others[0] if chosen.members and others else None
    waiting = {c.name: c for c in others}
    while waiting:
        left = cv.clock.left(reserve)
        in_time = [c for c in waiting.values() if expected_seconds(c) * MORE_ROWS <= left]
        best = min(in_time, key=lambda c: (c is not single, c.loss()), default=None)
        following = best or min(waiting.values(), key=expected_seconds)
        del waiting[following.name]
        yield following, not waiting


def _delivered(
    cv: CrossValidation, candidate: Candidate, train: Array, predict: Array, folder: Path, reserve: float, *, must: bool
) -> Fitted | None:
    """The final fit, written to the folder; None, and the folder empty, when it fails.

    Args:
        must: a fit that the time cut short, perhaps after one round, is no failure.
    """
    fitted = _final_fit(cv, candidate, train, predict, folder, reserve)
    if fitted is not None and (must or not fitted.could_take_longer):
        return fitted
    if fitted is not None:
        candidate.reason = "final fit: cut short by the time"
    for part in folder.iterdir():
        shutil.rmtree(part) if part.is_dir() else part.unlink()
    return None


def _final_fit(
    cv: CrossValidation, candidate: Candidate, train: Array, predict: Array, save: Path | None, reserve: float
) -> Fitted | None:
    """A fit on all rows given with lengths from validation; None when it fails or the time is over.

    An ensemble is not fitted again: it is put together from the models of cross-validation.
    """
    if candidate.members and save is not None:
        return _assembled(cv, candidate, save)
    params: Params = candidate.final_params()
    seconds = None if cv.clock.counts_trials else max(cv.clock.left(reserve), 0.1)
    task = FitTask(candidate.family, params, train, predict, cv.limits(seconds, full=True), save)
    # What is delivered is worth a part of the time for the rest: killed a moment before its end, all of it is lost.
    late = max(min(reserve, cv.clock.left()), 0.0) / 2 if save is not None else 0.0
    try:
        return cv.run(task, late)
    except (FitFailed, OutOfTime, WorkerDied, WorkerError) as error:
        candidate.reason = f"final fit: {str(error) or 'out of time'}"
        return None


def _assembled(cv: CrossValidation, ensemble: Candidate, folder: Path) -> Fitted | None:
    try:
        return bag.assemble(cv, ensemble, folder)
    except (FitFailed, OutOfTime, WorkerDied, WorkerError) as error:
        ensemble.reason = f"putting it together: {str(error) or 'out of time'}"
        return None


def _judge_small(
    cv: CrossValidation, outer: Outer, chosen: Candidate, others: list[Candidate], folder: Path, reserve: float
) -> Tested:
    """Repeated cross-validation on fresh splits; each row's prediction is the mean over the repeats.

    Others are judged by as many repeats, or not at all: a mean over more of them is a better prediction. Time has but
    one order: where it counts, candidates are judged by the splits that chose them.
    """
    folds = max(s.fold for s in cv.splits) + 1
    again = _fresh_splits(cv, folds)
    # Splits by time never judge the first rows.
    tested = Tested(np.unique(np.concatenate([s.check for s in again])))
    repeats = min(_repeats(cv, chosen, folds, reserve + expected_seconds(chosen) * MORE_ROWS), REPEATS)
    splits = min(folds * max(repeats, 1), len(again))
    fresh = _Fresh(cv, replace(cv, keep_models=False, splits=again), splits, _stale(cv, again[:splits]))
    for candidate, must in _in_turn(cv, chosen, others, reserve):
        keep = reserve + (expected_seconds(candidate) * MORE_ROWS if tested.delivered is None else 0.0)
        enough = _repeats(cv, candidate, folds, keep) >= max(repeats, 1)
        if candidate.family == "baseline" and cv.dataset.order is None:
            judged = _guessed(fresh, candidate, tested.rows, reserve)
        else:
            judged = _judged(
                fresh, candidate, tested.rows, keep if enough else None, reserve, is_chosen=candidate is chosen
            )
        if judged is None:
            continue
        tested.rows = judged.rows
        tested.predictions[candidate.name] = judged.predictions[judged.rows]
        if tested.delivered is None:
            one = outer.development[:1]
            fitted = _delivered(cv, candidate, outer.development, one, folder, reserve, must=must)
            tested.delivered, tested.stale = candidate if fitted is not None else None, judged.stale
    if tested.delivered is None:
        raise _nothing(chosen, others)
    return tested


class _Fresh(NamedTuple):
    """Splits that judge small data: `judge` holds them, `splits` of them are enough, `stale` as in `Tested`."""

    cv: CrossValidation
    judge: CrossValidation
    splits: int
    stale: str


class _Judged(NamedTuple):
    """(all rows, outputs) predictions, the rows among them that were judged, and `stale` as in `Tested`."""

    predictions: Array
    rows: Array
    stale: str


def _guessed(fresh: _Fresh, baseline: Candidate, rows: Array, reserve: float) -> _Judged | None:
    """One guess for all rows: those of splits are the higher, the fewer of a class they judge, and rank the wrong way.

    Of 60 rows with 13 of the second class they have a ROC AUC of 0.39 together.
    """
    everything = np.arange(len(fresh.cv.dataset))
    fitted = _final_fit(fresh.cv, baseline, everything, everything, None, reserve)
    return None if fitted is None else _Judged(fitted.predictions, rows, fresh.stale)


def _judged(
    fresh: _Fresh, candidate: Candidate, rows: Array, keep: float | None, reserve: float, *, is_chosen: bool
) -> _Judged | None:
    """The best predictions that the time allows; the chosen candidate and the baseline are not given up easily.

    Args:
        rows: positions to be judged.
        keep: seconds to leave when fresh splits are fitted; None when there is no time for them.
        reserve: seconds to leave when it must be judged all the same.
        is_chosen: whether it is the candidate to deliver.
    """
    own, judged = _own_predictions(fresh.cv, candidate)
    complete = bool(judged[rows].all())
    if fresh.stale and complete:
        return _Judged(own, rows, fresh.stale)
    if keep is not None:
        predictions = _fresh_predictions(fresh.judge, candidate, fresh.splits, keep)
        if predictions is not None:
            return _Judged(predictions, rows, fresh.stale)
    if is_chosen and complete:
        return _Judged(own, rows, fresh.stale or TOO_SHORT)
    if candidate.family == "baseline" or (is_chosen and not _hopeless(fresh.cv, candidate, fresh.splits, reserve)):
        predictions = _fresh_predictions(fresh.judge, candidate, fresh.splits, reserve, shared=True)
        if predictions is not None:
            return _Judged(predictions, rows, fresh.stale)
    if is_chosen and judged.any():  # better judged on a part of the rows than not delivered
        return _Judged(own, np.flatnonzero(judged), fresh.stale or TOO_SHORT)
    return None


def _hopeless(cv: CrossValidation, candidate: Candidate, splits: int, reserve: float) -> bool:
    """Whether an equal part of the time says nothing of the candidate, which has splits of its own to be judged on."""
    part = cv.clock.left(reserve) / (splits + 2)
    return bool(candidate.fits) and part < HOPELESS * expected_seconds(candidate)


def _fresh_splits(cv: CrossValidation, folds: int) -> list[Split]:
    """Splits by another seed than those of the choice; those themselves where the order of time decides."""
    if cv.dataset.order is not None:
        return cv.splits
    return split.splits(cv.dataset, folds, REPEATS, cv.dataset.problem.seed + FRESH_SEED)


def _stale(cv: CrossValidation, splits: list[Split]) -> str:
    """Why most of these splits are among those that chose; '' when they are not."""
    known = {s.check.tobytes() for s in cv.splits}
    if 2 * sum(s.check.tobytes() in known for s in splits) <= len(splits):
        return ""
    return (
        "there is but one order of time"
        if cv.dataset.order is not None
        else "splits of so few groups are always the same"
    )


def _repeats(cv: CrossValidation, candidate: Candidate, folds: int, keep: float) -> int:
    """How many repeats of so many folds the time allows, with so many seconds kept; many when trials are counted."""
    room = cv.clock.left(keep) / max(expected_seconds(candidate) * folds * SLACK, 1e-9)
    return int(min(max(room, 0.0), 1e6))


def _nothing(chosen: Candidate, others: list[Candidate]) -> RunError:
    reasons = "; ".join(f"{c.name}: {c.reason or 'no predictions'}" for c in [chosen, *others])
    return RunError("No model could be fitted for delivery.", where=reasons, hint="a larger --budget")


def _own_predictions(cv: CrossValidation, candidate: Candidate) -> tuple[Array, Array]:
    """(all rows, outputs) mean out-of-fold predictions of the splits that chose it, and (all rows,) which they judge.

    They flatter the candidate a little, and are better than delivering another one because the time was short.
    """
    total = np.zeros((len(cv.dataset), cv.dataset.problem.outputs))
    count = np.zeros(len(cv.dataset))
    for number, fitted in candidate.fits.items():
        total[cv.splits[number].check] += fitted.predictions
        count[cv.splits[number].check] += 1
    return (total / np.maximum(count, 1)[:, None]).astype(np.float32), count > 0


def _fresh_predictions(
    cv: CrossValidation, candidate: Candidate, splits: int, keep: float, *, shared: bool = False
) -> Array | None:
    """(all rows, outputs) mean out-of-fold predictions, 0 in rows no split judges; None when a split is missing.

    Args:
        keep: seconds left for what follows.
        shared: it must be judged, in however little time: each fit gets an equal part of it, and the last one of all
            two, so that what is delivered is not cut shorter than what was judged.
    """
    if candidate.members:
        parts = [(w, _fresh_predictions(cv, member, splits, keep, shared=shared)) for member, w in candidate.members]
        missing = any(predictions is None for _, predictions in parts)
        return None if missing else sum(w * p for w, p in parts if p is not None)  # type: ignore[return-value]
    again = replace(candidate, fits={}, losses={})
    outputs = cv.dataset.problem.outputs
    total, count = np.zeros((len(cv.dataset), outputs)), np.zeros(len(cv.dataset))
    for number in range(splits):
        left = cv.clock.left(keep)
        seconds = max(left / (splits - number + 2), LEAST_SECONDS) if shared else max(left, 0.1)
        # Its metric may not be defined on one split alone: all rows are judged together.
        predictions = cv.predict(again, number, None if cv.clock.counts_trials else seconds)
        if predictions is None:
            return None
        rows = cv.splits[number].check
        total[rows] += predictions
        count[rows] += 1
    mean: Array = (total / np.maximum(count, 1)[:, None]).astype(np.float32)
    return mean
