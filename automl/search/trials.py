"""The search of one family: queued defaults, then what Keras Tuner suggests, until time or trials are over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl import families
from automl.clock import OutOfTime
from automl.search.oracle import suggest
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.families.base import Knob, Params

WANTED = 8
"""Trials that should fit into the time: fewer splits are used for each when they would not."""
LONG_SHARE = 1 / 2.4
"""Share of the time left for one long fit, so that its final fit on a quarter more rows still fits in after it."""
PATIENCE, PATIENCE_A_KNOB = 5, 2
"""The search ends after this many trials without a better one, more in a larger space."""
SLACK = 1.3
"""A trial is started when this many times its expected seconds are left."""


@dataclass
class Search:
    """What the search did.

    Attributes:
        trials: candidates in the order they were tried; failed ones too.
        splits: numbers of the splits that trials are judged on.
        began: trial name -> seconds since the run's start when it began.
        stopped: why it ended, one sentence.
    """

    splits: list[int]
    trials: list[Candidate] = field(default_factory=list)
    began: dict[str, float] = field(default_factory=dict)
    stopped: str = ""


@dataclass
class Tracker:
    """How a search tells the rest of the run what it does.

    Attributes:
        begin: called with the number of the trial that starts.
        end: called with each finished candidate, the best so far and the seconds since the run's start when it began.
        reserve: seconds to keep for finishing the run, given the best candidate so far; without one, for all but its
            final fit.
    """

    begin: Callable[[int], None]
    end: Callable[[Candidate, Candidate, float], None]
    reserve: Callable[[Candidate | None], float]


def search(
    cv: CrossValidation, start: Candidate, most: int | None, fingerprint: str, tracker: Tracker, result: Search
) -> None:
    """Search around a judged candidate.

    Args:
        cv: runs and judges trials.
        start: the family's candidate of the probes; its splits are the ones trials may be judged on.
        most: trials at most; None = as time allows.
        fingerprint: of data, metric and seed; the oracle never mixes results of different ones.
        tracker: callbacks.
        result: filled as trials end, so that an interrupted search keeps what it has.
    """
    problem = cv.dataset.problem
    family = families.load(start.family)
    rows = len(cv.splits[0].train)
    space = family.space(problem, rows)
    queue = [params for params in family.defaults(problem, rows) if params != start.params]
    result.splits = _splits_per_trial(cv, start, tracker.reserve(start))
    best = start
    if start.could_train_longer and not cv.clock.counts_trials:
        best = _long_trial(cv, start, result, tracker)
    patience = PATIENCE + PATIENCE_A_KNOB * len(space)
    since_best = 0
    while not (
        stopped := _reason_to_stop(cv, best, result, most, tracker, since_best > patience, bool(space or queue))
    ):
        params = queue.pop(0) if queue else _suggestion(cv, space, start, result, f"{fingerprint}-{start.family}")
        if params is None:
            stopped = "the search space is exhausted"
            break
        began = cv.clock.elapsed()
        trial = _judge(
            cv, start.family, params, result, tracker, cv.clock.left(tracker.reserve(best)) / len(result.splits)
        )
        since_best += 1
        if trial.ok and trial.loss(result.splits) < best.loss(result.splits):
            best, since_best = trial, 0
        result.began[trial.name] = began
        tracker.end(trial, best, began)
    result.stopped = stopped


def _splits_per_trial(cv: CrossValidation, start: Candidate, reserve: float) -> list[int]:
    judged = sorted(start.losses)
    if cv.clock.counts_trials or start.seconds <= 0:
        return judged
    affordable = int(cv.clock.left(reserve) / (WANTED * start.seconds))
    return judged[: max(1, min(affordable, len(judged)))]


def _reason_to_stop(
    cv: CrossValidation,
    best: Candidate,
    result: Search,
    most: int | None,
    tracker: Tracker,
    stale: bool,
    searchable: bool,
) -> str:
    """Why no further trial is started, or ''."""
    if not searchable:
        return "nothing to search in this family"
    if most is not None and len(result.trials) >= most:
        return f"{most} trials"
    if stale:
        return "no better configuration found for long"
    if cv.clock.left(tracker.reserve(best)) < SLACK * max(best.seconds, 0.05) * len(result.splits):
        return "the budget"
    return ""


def _suggestion(
    cv: CrossValidation, space: list[Knob], start: Candidate, result: Search, fingerprint: str
) -> Params | None:
    """What Keras Tuner suggests next; None when there is no worker to ask, or no answer in time."""
    if cv.worker is None or not space:
        return None
    tried = [start, *result.trials]
    history = [(c.params, c.loss(result.splits) if c.ok else None) for c in tried]
    for _ in range(2):  # a worker that died is replaced, and the fresh one is told the whole history
        try:
            return cv.worker.call(
                suggest, fingerprint, space, history, cv.dataset.problem.seed, seconds=cv.clock.left(1.0)
            )
        except WorkerDied:
            continue
        except (OutOfTime, WorkerError):
            break
    return None


def _long_trial(cv: CrossValidation, start: Candidate, result: Search, tracker: Tracker) -> Candidate:
    """The start configuration once more on one split, with as much time as leaves room for its final fit."""
    seconds = cv.clock.left(tracker.reserve(None)) * LONG_SHARE
    if seconds < SLACK * start.seconds:
        return start
    result.splits = result.splits[:1]
    began = cv.clock.elapsed()
    trial = _judge(cv, start.family, start.params, result, tracker, seconds, suffix=", longer")
    best = trial if trial.ok and trial.loss(result.splits) < start.loss(result.splits) else start
    result.began[trial.name] = began
    tracker.end(trial, best, began)
    return best


def _judge(
    cv: CrossValidation,
    family: str,
    params: Params,
    result: Search,
    tracker: Tracker,
    seconds: float,
    suffix: str = "",
) -> Candidate:
    """One trial on the splits of the search; `seconds` limit each split."""
    trial = cv.candidate(family, params, trial=len(result.trials) + 1)  # type: ignore[arg-type]
    trial.configuration += suffix
    tracker.begin(len(result.trials) + 1)
    for split in result.splits:
        if not cv.judge(trial, split, None if cv.clock.counts_trials else seconds):
            trial.losses.clear()
            break
    result.trials.append(trial)
    return trial
