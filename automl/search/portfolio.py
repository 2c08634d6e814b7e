"""The search for accuracy first: known-good configurations of every family, which an ensemble is then chosen from.

A search of one family sharpens one model; an ensemble gains most from models that err differently. So the queues of all
families are run: those of the worker in a thread beside those of this process, because small fits hardly gain from a
second processor. Suggestions follow when the queues are empty.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from automl import families
from automl.evaluate import bag
from automl.evaluate.cost import refits_seconds
from automl.evaluate.ensemble import LEAST_ROWS, MOST
from automl.search.judging import judge
from automl.search.suggestion import NoSuggestion, suggestion, told
from automl.search.trials import search_key
from automl.workers.beside import PAUSE, Beside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.families.base import Knob, Params
    from automl.search.trials import Search, Tracker
    from automl.types import FamilyName
    from automl.workers.executor import Executor

ORDER: tuple[FamilyName, ...] = ("trees", "network", "linear")
"""Whose turn it is first: by what a further configuration adds to an ensemble."""
RELEVANT = 0.15
"""A family whose best loss is further from the best of all than this share of (baseline - best) gets no more trials.

Its probe is weighed anyway, and a network that is refitted in that time gains more.
"""
RELEVANT_CUT = 0.6
"""The same for fits that time cut short."""
LONG_SHARE = 0.3
"""Share of the time for one longer fit, so that its refit on all rows fits in after it."""
TRIALS_SHARE = 0.5
"""Share of the time that the trees' queue and one network may take on all splits; else fewer splits are judged."""
MEMBERS = 4
"""Best candidates whose refit on all rows the search leaves time for."""
REFIT_SHARE = 0.35
"""Of the budget at most, for those refits."""
PATIENCE_A_KNOB = 2
"""Suggestions without a better one, times the size of the space, after which a family's search ends."""
AHEAD = 3
"""Suggestions for the families of this process that are kept ready while the worker is busy."""
SLACK, CUT_SLACK = 1.2, 3.0
"""A trial is started when this many times its expected seconds are left; more where time cuts fits short, because the
refit on all rows of what stands gains more from that time than another short fit does."""


@dataclass
class Portfolio:
    """The state of such a search.

    Attributes:
        allowed: families that may run.
        result: filled as trials end.
        tracker: tells the rest of the run.
        fingerprint: of data, metric and seed, for the oracle.
        reserve: seconds to keep for finishing the run, refits not included.
        most: trials at most; None = as time allows.
        together: True when the worker's families run beside those of this process.
        lanes: trials of those families at once: one a worker.
        queues: family -> what is tried after its first default, which is the probe's.
        judged: candidates so far, probes too.
        running: trials that have begun and not ended.
        completed: families whose probe was completed.
    """

    cv: CrossValidation
    allowed: tuple[FamilyName, ...]
    result: Search
    tracker: Tracker
    fingerprint: str = ""
    reserve: float = 0.0
    most: int | None = None
    together: bool = False
    lanes: int = 1
    queues: dict[FamilyName, list[Params]] = field(default_factory=dict)
    judged: list[Candidate] = field(default_factory=list)
    running: list[Candidate] = field(default_factory=list)
    baseline: Candidate | None = None
    completed: set[FamilyName] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Queue every default but the first, which is the probe's."""
        self.lock, self.asking = threading.Lock(), threading.Lock()
        problem, rows = self.cv.dataset.problem, len(self.cv.splits[0].train)
        for name in ORDER:
            if name in self.allowed:
                self.queues[name] = families.load(name).defaults(problem, rows)[1:]

    def meanwhile(self, probes: dict[FamilyName, Candidate], seconds: float) -> bool:
        """Judge the next queued configuration that runs in this process; False when there is none that fits.

        Args:
            probes: family -> its probe; its splits are judged.
            seconds: that may be spent.
        """
        for name in self._here():
            probe = probes.get(name)
            if probe is None or not self.queues[name] or self._finished():
                continue
            if probe.seconds * len(probe.losses) * SLACK <= seconds:
                self._trial(self.cv, name, self.queues[name].pop(0), sorted(probe.losses), seconds)
                return True
        return False

    def run(self, probes: dict[FamilyName, Candidate], others: Sequence[Candidate] = ()) -> None:
        """Everything queued as time allows, then suggestions.

        Args:
            probes: family -> its probe.
            others: further configurations that were probed: they are not tried again.
        """
        known = [*(c for name, c in probes.items() if name != "baseline"), *(c for c in others if c.ok)]
        self.judged += known
        for name, queue in self.queues.items():
            done = [c.params for c in known if c.family == name]
            queue[:] = [params for params in queue if params not in done]
        self.baseline = probes.get("baseline")
        self.result.splits = self._splits(probes)
        here, there = self._here(), [n for n in ORDER if n in self.allowed and n not in self._here()]
        if self.together and self.cv.worker is not None:

            def background(worker: Executor) -> None:
                self._turns(probes, there, replace(self.cv, worker=worker))

            with Beside(self.cv.worker, background, self.cv.clock, self.reserve, self.lanes) as beside:
                self._turns(probes, here, self.cv)
                while beside.going:
                    if not self._turn(probes, here, self.cv):
                        time.sleep(PAUSE)
        else:
            self._turns(probes, [n for n in ORDER if n in self.allowed], self.cv)
        self.result.stopped = self._suggested()

    def _here(self) -> list[FamilyName]:
        return [name for name in ORDER if name in self.allowed and not families.load(name).in_worker]

    def _turns(self, probes: dict[FamilyName, Candidate], names: list[FamilyName], cv: CrossValidation) -> None:
        """Complete the probes of some families, then run their queues in turns."""
        for name in sorted((n for n in names if n in probes), key=lambda n: probes[n].loss([0])):
            self._complete(probes, name, cv)
        while self._turn(probes, names, cv):
            if cv is not self.cv:  # in the thread, between two trials of the worker
                self._prefetch(cv)

    def _turn(self, probes: dict[FamilyName, Candidate], names: list[FamilyName], cv: CrossValidation) -> bool:
        """One queued trial of each family; False when none was run."""
        some = False
        for name in names:
            params = None if self._finished() else self._next(name)
            if params is None:
                continue
            if name in probes and self._worth(name) and self._affordable(name):
                self._trial(cv, name, params, self.result.splits, self._left())
                some = True
        return some or any(self.queues[name] for name in names if not self._finished())

    def _next(self, name: FamilyName) -> Params | None:
        """The next of a family's queue; None when it is empty."""
        with self.lock:
            return self.queues[name].pop(0) if self.queues[name] else None

    def _prefetch(self, cv: CrossValidation) -> None:
        """Suggestions for the best family of this process, so that it need not wait for the worker."""
        best = {name: self._best_of(name) for name in self._here()}
        name = min(best, key=lambda n: best[n], default=None)
        if name is None or best[name] == float("inf"):
            return
        with self.asking:  # two workers that are shown the same say the same
            while len(self.queues[name]) < AHEAD:
                try:
                    self.queues[name].append(self._suggest(name, cv))
                except NoSuggestion:
                    return

    def _suggested(self) -> str:
        """What Keras Tuner suggests, for the best family first; why the search of the best ended."""
        best = {name: self._best_of(name) for name in ORDER if name in self.allowed}
        ranked = sorted((n for n, loss in best.items() if loss < float("inf")), key=lambda n: best[n])
        ends = [self._suggested_of(name) for name in ranked]
        if self._finished():
            return f"{self.most} trials"
        return ends[0] if ends else "no configuration could be judged"

    def _suggested_of(self, name: FamilyName) -> str:
        """Judge suggestions for a family until one of them stops it; what did."""
        best, stale, patience = self._best_of(name), 0, PATIENCE_A_KNOB * len(self._space(name))
        while stale <= patience:
            if not self._affordable(name):
                return "the budget"
            try:
                params = self._suggest(name, self.cv)
            except NoSuggestion as end:
                return str(end)
            self._trial(self.cv, name, params, self.result.splits, self._left())
            loss = self._best_of(name)
            stale = 0 if loss < best else stale + 1
            best = min(loss, best)
        return "no better configuration found for long"

    def _suggest(self, name: FamilyName, cv: CrossValidation) -> Params:
        splits, space = self.result.splits, self._space(name)
        with self.lock:
            known = [c for c in self.judged if c.family == name]
            pending = [*(c.params for c in self.running if c.family == name), *self.queues[name]]
        history = told(cv, space, known, lambda c: c.loss(splits) if set(splits) <= set(c.losses) else None)
        key = search_key(self.fingerprint, self.cv.metric.name, name, space)
        return suggestion(cv, name, key, space, history, pending)

    def _space(self, name: FamilyName) -> list[Knob]:
        return families.load(name).space(self.cv.dataset.problem, len(self.cv.splits[0].train))

    def _best_of(self, name: FamilyName) -> float:
        return min((c.loss(self.result.splits) for c in self.judged if c.family == name and c.ok), default=float("inf"))

    def _complete(self, probes: dict[FamilyName, Candidate], name: FamilyName, cv: CrossValidation) -> None:
        """The probe on the splits it lacks, or once more with a longer schedule when time had cut it short.

        Where there is no time for that, the probe that was cut is judged on as many splits as it takes to be weighed.
        """
        probe, splits = probes[name], self.result.splits
        with self.lock:
            done = name in self.completed
            self.completed.add(name)
        if done or not self._worth(name):
            return
        if probe.could_train_longer and not cv.clock.counts_trials:
            seconds = self._left(longer=name) * LONG_SHARE
            splits = splits[: self._least()]
            if seconds > SLACK * probe.seconds * len(splits):
                self._trial(cv, name, probe.params, splits, seconds, ", longer")
                return
        for split in splits:
            if split not in probe.losses and probe.seconds * SLACK < self._left():
                cv.judge(probe, split, None if cv.clock.counts_trials else self._left())

    def _trial(
        self, cv: CrossValidation, name: FamilyName, params: Params, splits: list[int], seconds: float, suffix: str = ""
    ) -> None:
        """Judge a configuration to the end: unlike in a search for one model, a worse one may still add something."""
        with self.lock:
            number = len(self.result.began) + 1
            trial = cv.candidate(name, params, trial=number)
            trial.configuration += suffix
            self.running.append(trial)
            self.tracker.begin(number)
            self.result.began[trial.name] = began = cv.clock.elapsed()
        until = began + seconds
        judge(cv, trial, splits, lambda place: (until - cv.clock.elapsed()) / (len(splits) - place))
        with self.lock:
            self.running.remove(trial)
            self.result.trials.append(trial)
            self.judged.append(trial)
            best = min((c for c in self.judged if c.ok), key=lambda c: c.loss(), default=trial)
            self.tracker.end(trial, best, began)
            bag.forget(self.result.trials, MOST)

    def _splits(self, probes: dict[FamilyName, Candidate]) -> list[int]:
        """Splits that trials are judged on: all that the cheap probes were, fewer when the queues would not fit."""
        every = sorted(set.union(*(set(c.losses) for c in probes.values())))
        if self.cv.clock.counts_trials:
            return every
        trees, network = probes.get("trees"), probes.get("network")
        here = trees.seconds * (1 + len(self.queues["trees"])) if trees else 0.0
        there = network.seconds if network else 0.0
        once = max(here, there) if self.together else here + there
        affordable = int(TRIALS_SHARE * self._left() / once) if once > 0 else len(every)
        return every[: max(1, min(max(affordable, self._least()), len(every)))]

    def _least(self) -> int:
        """Splits that hold rows enough to tell weights apart."""
        return -(-LEAST_ROWS // len(self.cv.splits[0].check))

    def _worth(self, name: FamilyName) -> bool:
        """False when a family is so far behind that it would add nothing."""
        mine = [c for c in self.judged if c.family == name and c.ok]
        if not mine:
            return True
        limit = RELEVANT_CUT if mine[0].could_train_longer else RELEVANT
        return min(self._gap(c) for c in mine) <= limit

    def _gap(self, candidate: Candidate) -> float:
        """How far a candidate is behind the best on the first split, as a share of (baseline - best)."""
        if self.baseline is None:
            return 0.0
        best = min(c.loss([0]) for c in self.judged if c.ok and 0 in c.losses)
        return (candidate.loss([0]) - best) / max(self.baseline.loss([0]) - best, 1e-12)

    def _affordable(self, name: FamilyName) -> bool:
        if self._finished():
            return False
        mine = [c for c in self.judged if c.family == name and c.ok]
        known = sorted(c.seconds for c in mine)
        slack = CUT_SLACK if any(c.could_train_longer for c in mine) else SLACK
        return bool(known) and known[len(known) // 2] * len(self.result.splits) * slack < self._left()

    def _left(self, longer: FamilyName | None = None) -> float:
        """Seconds for trials: without the reserve, and without the refits of the best candidates.

        Args:
            longer: a family about to be fitted for longer. Its probe is not refitted then, and refits that run beside
                it take none of its time.
        """
        clock = self.cv.clock
        if clock.budget is None:
            return float("inf")
        likely = [c for c in list(self.judged) if c.ok and 0 in c.losses and self._gap(c) <= RELEVANT]
        if longer is not None:
            likely = [c for c in likely if c.family != longer and not (self.together and self._apart(c.family, longer))]
        best = sorted(likely, key=lambda c: c.loss([0]))[:MEMBERS]
        most = REFIT_SHARE * clock.budget
        return clock.left(self.reserve + min(refits_seconds(best, most, together=self.together), most))

    @staticmethod
    def _apart(one: FamilyName, other: FamilyName) -> bool:
        """Whether one of two families runs in the worker and the other in this process."""
        return families.load(one).in_worker != families.load(other).in_worker

    def _finished(self) -> bool:
        return self.most is not None and len(self.result.began) >= self.most
