"""The search of one family: queued defaults, then what Keras Tuner suggests, until time or trials are over."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace
from typing import TYPE_CHECKING

from automl import families
from automl.evaluate import bag
from automl.evaluate.ensemble import MOST
from automl.evaluate.journal import digest
from automl.jsonio import plain
from automl.search import parallel
from automl.search.judging import judge
from automl.search.pruning import behind, hopeless
from automl.search.screening import rung_of, screened_out
from automl.search.suggestion import NoSuggestion, suggestion, told
from automl.workers.pool import Workers
from automl.workers.until import Until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        estimates: name of a pruned trial -> what its loss on all splits would have been, for the oracle.
        first: trials of searches before this one, whose numbers are taken.
    """

    splits: list[int]
    trials: list[Candidate] = field(default_factory=list)
    began: dict[str, float] = field(default_factory=dict)
    stopped: str = ""
    estimates: dict[str, float] = field(default_factory=dict)
    first: int = 0


def joined(searches: Sequence[Search]) -> Search:
    """One after the other as one; it ended as the last one did that says why."""
    result = Search(sorted({split for search in searches for split in search.splits}))
    for search in searches:
        result.trials += search.trials
        result.began |= search.began
        result.estimates |= search.estimates
        result.stopped = search.stopped or result.stopped
    return result


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


@dataclass
class Course:
    """A search while it goes on.

    Attributes:
        cv: runs and judges trials.
        start: the family's candidate of the probes.
        best: the best so far.
        most: trials at most; None = as time allows.
        key: fingerprint of data, objective and space.
        tracker: callbacks.
        result: filled as trials end.
        space: what the oracle may vary.
        queue: known-good configurations that go first.
        running: trials that have begun and not ended.
        since_best: trials that ended since the best.
    """

    cv: CrossValidation
    start: Candidate
    best: Candidate
    most: int | None
    key: str
    tracker: Tracker
    result: Search
    space: list[Knob]
    queue: list[Params]
    running: list[Candidate] = field(default_factory=list)
    since_best: int = 0

    def left(self) -> float:
        """Seconds for trials."""
        return self.cv.clock.left(self.tracker.reserve(self.best))

    def reason_to_stop(self) -> str:
        """Why no further trial is started, or ''."""
        if not self.space and not self.queue:
            return "nothing to search in this family"
        if self.most is not None and len(self.result.trials) + len(self.running) >= self.most:
            return f"{self.most} trials"
        if self.since_best > PATIENCE + PATIENCE_A_KNOB * len(self.space):
            return "no better configuration found for long"
        if self.left() < SLACK * max(self.best.seconds, 0.05) * len(self.result.splits):
            return "the budget"
        return ""

    def next(self, cv: CrossValidation) -> Params:
        """What to try next.

        Args:
            cv: its worker is asked.

        Raises:
            NoSuggestion: nothing is queued, and nothing is suggested.
        """
        if self.queue:
            return self.queue.pop(0)
        history = told(cv, self.space, (self.start, *self.result.trials), self._told)
        return suggestion(cv, self.start.family, self.key, self.space, history, [c.params for c in self.running])

    def _told(self, candidate: Candidate) -> float | None:
        """The loss that the oracle is told; None for a failed trial."""
        if candidate.pruned:
            return self.result.estimates[candidate.name]
        return candidate.loss(self.result.splits) if candidate.ok else None

    def begin(self, params: Params, suffix: str = "") -> Candidate:
        """A trial that starts now."""
        number = self.result.first + len(self.result.trials) + len(self.running) + 1
        trial = self.cv.candidate(self.start.family, params, trial=number)
        trial.configuration += suffix
        self.running.append(trial)
        self.result.began[trial.name] = self.cv.clock.elapsed()
        self.tracker.begin(number)
        return trial

    def judge(
        self, cv: CrossValidation, trial: Candidate, given_up: Callable[[], bool] = lambda: False, share: float = 1.0
    ) -> None:
        """Judge a trial on the splits of the search, until it fails or is seen to be hopeless.

        Args:
            cv: runs its fits.
            given_up: says that the trial is not wanted any more.
            share: of the time left, for all its splits.
        """
        reserve = self.tracker.reserve(self.best if share == 1.0 else None)
        seconds = cv.clock.left(reserve) * share / len(self.result.splits)
        if cv.worker is not None and families.load(trial.family).in_worker:
            cv = replace(cv, worker=Until(cv.worker, cv.clock, reserve, given_up))
        if not self._screened_out(cv, trial, seconds):
            judge(cv, trial, self.result.splits, lambda _: seconds, lambda: self._hopeless(trial))

    def _screened_out(self, cv: CrossValidation, trial: Candidate, seconds: float) -> bool:
        """Whether the trial is given up after a fit on few rows; then it is marked, with the reason."""
        rung = rung_of(self.start, len(cv.splits[0].train))
        if rung is None:
            return False
        known = [self.start, *self.result.trials]
        trial.reason = screened_out(cv, trial, rung, known, None if cv.clock.counts_trials else seconds)
        if trial.reason:
            trial.pruned = True
            lead = trial.rungs[rung][1] - self.start.rungs[rung][1]
            self.result.estimates[trial.name] = self.start.loss(self.result.splits) + lead
        return trial.pruned

    def _hopeless(self, trial: Candidate) -> bool:
        """Whether the trial is given up after the splits it was judged on; then it is marked, with the reason."""
        best, splits = self.best, self.result.splits
        trial.reason = hopeless(trial, best, [self.start, *self.result.trials], splits)
        if trial.reason:
            trial.pruned = True
            self.result.estimates[trial.name] = best.loss(splits) + behind(trial, best, splits)
        return trial.pruned

    def end(self, trial: Candidate) -> None:
        """Record a trial that ended."""
        self.running.remove(trial)
        self.result.trials.append(trial)
        self.since_best += 1
        if trial.ok and trial.loss(self.result.splits) < self.best.loss(self.result.splits):
            self.best, self.since_best = trial, 0
        self.tracker.end(trial, self.best, self.result.began[trial.name])
        bag.forget(self.result.trials, MOST)


def search(
    cv: CrossValidation, start: Candidate, most: int | None, fingerprint: str, tracker: Tracker, result: Search
) -> None:
    """Search around a judged candidate; trials run at once where several workers can run the family.

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
    pool = cv.worker if isinstance(cv.worker, Workers) and family.in_worker else None
    together = pool is not None and len(pool.members) > 1
    result.splits = _splits_per_trial(cv, start, tracker.reserve(start), len(pool.members) if pool else 1)
    key = search_key(fingerprint, cv.metric.name, start.family, space)
    course = Course(cv, start, start, most, key, tracker, result, space, queue)
    if start.could_train_longer and not cv.clock.counts_trials:
        _long_trial(course)
    result.stopped = parallel.run(course, pool) if pool is not None and together else _one_by_one(course)


def search_key(fingerprint: str, metric: str, family: str, space: list[Knob]) -> str:
    """What a search is known by: trials of another objective, family or space are never mixed in."""
    return digest(fingerprint, metric, family, plain([astuple(knob) for knob in space]))


def _one_by_one(course: Course) -> str:
    """Run trials until there is a reason to stop, and say it."""
    while not (stopped := course.reason_to_stop()):
        try:
            params = course.next(course.cv)
        except NoSuggestion as end:
            return str(end)
        trial = course.begin(params)
        course.judge(course.cv, trial)
        course.end(trial)
    return stopped


def _splits_per_trial(cv: CrossValidation, start: Candidate, reserve: float, workers: int) -> list[int]:
    judged = sorted(start.losses)
    if cv.clock.counts_trials or start.seconds <= 0:
        return judged
    affordable = int(workers * cv.clock.left(reserve) / (WANTED * start.seconds))
    return judged[: max(1, min(affordable, len(judged)))]


def _long_trial(course: Course) -> None:
    """The start configuration once more on one split, with as much time as leaves room for its final fit."""
    cv, start = course.cv, course.start
    if cv.clock.left(course.tracker.reserve(None)) * LONG_SHARE < SLACK * start.seconds:
        return
    course.result.splits = course.result.splits[:1]
    trial = course.begin(start.params, ", longer")
    course.judge(cv, trial, share=LONG_SHARE)
    course.end(trial)
