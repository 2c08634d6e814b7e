"""The search for accuracy first: known-good configurations of every family, which an ensemble is then chosen from.

A search of one family sharpens one model; an ensemble gains most from models that err differently. So the families'
queues are run in turns, cheap ones while the worker still starts, and suggestions follow for the best family that runs
in this process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl import families
from automl.evaluate.cost import refit_seconds
from automl.evaluate.ensemble import LEAST_ROWS
from automl.search.suggestion import comparable, suggestion
from automl.search.trials import search_key

if TYPE_CHECKING:
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.families.base import Params
    from automl.search.trials import Search, Tracker
    from automl.types import FamilyName

ORDER: tuple[FamilyName, ...] = ("trees", "network", "linear")
"""Whose turn it is first: by what a further configuration adds to an ensemble."""
RELEVANT = 0.25
"""A family whose best loss is further from the best of all than this share of (baseline - best) gets no more trials."""
RELEVANT_CUT = 0.6
"""The same for fits that time cut short."""
LONG_SHARE = 0.27
"""Share of the time for one longer network fit, so that its refit on all rows fits in after it."""
TRIALS_SHARE = 0.5
"""Share of the time that the trees' queue and one network may take on all splits; else fewer splits are judged."""
MEMBERS = 4
"""Best candidates whose refit on all rows the search leaves time for."""
REFIT_SHARE = 0.35
"""Of the budget at most, for those refits."""
PATIENCE_A_KNOB = 2
"""Suggestions without a better one, times the size of the space, after which a family's search ends."""
SLACK = 1.2
"""A trial is started when this many times its expected seconds are left."""


@dataclass
class Portfolio:
    """The state of such a search.

    Attributes:
        allowed: families that may run, the baseline left out.
        result: filled as trials end.
        tracker: tells the rest of the run.
        most: trials at most; None = as time allows.
    """

    cv: CrossValidation
    allowed: tuple[FamilyName, ...]
    result: Search
    tracker: Tracker
    most: int | None = None
    queues: dict[FamilyName, list[Params]] = field(default_factory=dict)
    judged: list[Candidate] = field(default_factory=list)
    first: dict[FamilyName, Params] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Queue every default but the first, which is the probe's."""
        problem, rows = self.cv.dataset.problem, len(self.cv.splits[0].train)
        for name in ORDER:
            if name in self.allowed:
                self.first[name], *self.queues[name] = families.load(name).defaults(problem, rows)

    def meanwhile(self, probes: dict[FamilyName, Candidate], seconds: float) -> bool:
        """Judge the next queued configuration that runs in this process; False when there is none that fits.

        Args:
            probes: family -> its probe; its splits are judged.
            seconds: that may be spent.
        """
        for name in ORDER:
            probe = probes.get(name)
            if probe is None or families.load(name).in_worker or not self.queues.get(name):
                continue
            if self._finished() or probe.seconds * len(probe.losses) * SLACK > seconds:
                continue
            self._trial(name, self.queues[name].pop(0), sorted(probe.losses), seconds)
            return True
        return False

    def run(self, probes: dict[FamilyName, Candidate], fingerprint: str, reserve: float) -> None:
        """Everything queued in turns as time allows, then suggestions.

        Args:
            probes: family -> its probe.
            fingerprint: of data, metric and seed, for the oracle.
            reserve: seconds to keep for finishing the run, refits not included.
        """
        self.judged += [c for name, c in probes.items() if name != "baseline"]
        self.result.splits = splits = self._splits(probes, reserve)
        for name in [n for n in ORDER if n in probes]:
            self._complete(probes, name, splits, reserve)
        while self._any_queued():
            for name in ORDER:
                if self.queues.get(name):
                    params = self.queues[name].pop(0)
                    if name in probes and self._worth(probes, name) and self._affordable(name, splits, reserve):
                        self._trial(name, params, splits, self._left(reserve))
        self._suggested(splits, fingerprint, reserve)
        self.result.stopped = "the budget" if not self._finished() else f"{self.most} trials"

    def _suggested(self, splits: list[int], fingerprint: str, reserve: float) -> None:
        """What Keras Tuner suggests, for the best family first, until it finds nothing better for long."""
        best = {name: self._best_of(name, splits) for name in self.allowed if name != "baseline"}
        for name in sorted((n for n, loss in best.items() if loss < float("inf")), key=lambda n: best[n]):
            space = families.load(name).space(self.cv.dataset.problem, len(self.cv.splits[0].train))
            stale = 0
            while stale <= PATIENCE_A_KNOB * len(space) and self._affordable(name, splits, reserve):
                known = [c for c in self.judged if c.family == name and comparable(c.params, self.first[name])]
                history = [(c.params, c.loss(splits) if set(splits) <= set(c.losses) else None) for c in known]
                key = search_key(fingerprint, self.cv.metric.name, name, space)
                params = suggestion(self.cv, key, space, history)
                if params is None:
                    break
                self._trial(name, params, splits, self._left(reserve))
                loss = self._best_of(name, splits)
                stale = 0 if loss < best[name] else stale + 1
                best[name] = min(loss, best[name])

    def _best_of(self, name: FamilyName, splits: list[int]) -> float:
        return min((c.loss(splits) for c in self.judged if c.family == name and c.ok), default=float("inf"))

    def _complete(
        self, probes: dict[FamilyName, Candidate], name: FamilyName, splits: list[int], reserve: float
    ) -> None:
        """The probe on the splits it lacks, or once more with a longer schedule when time had cut it short."""
        probe = probes[name]
        if not self._worth(probes, name):
            return
        if probe.could_train_longer and not self.cv.clock.counts_trials:
            seconds = self._left(reserve) * LONG_SHARE
            if seconds > SLACK * probe.seconds:
                self._trial(name, probe.params, splits[:1], seconds, ", longer")
            return
        for split in splits:
            if split not in probe.losses and probe.seconds * SLACK < self._left(reserve):
                self.cv.judge(probe, split, None if self.cv.clock.counts_trials else self._left(reserve))

    def _trial(self, name: FamilyName, params: Params, splits: list[int], seconds: float, suffix: str = "") -> None:
        number = len(self.result.trials) + 1
        trial = self.cv.candidate(name, params, trial=number)
        trial.configuration += suffix
        self.tracker.begin(number)
        self.result.began[trial.name] = began = self.cv.clock.elapsed()
        until = began + seconds
        for split in splits:
            limit = None if self.cv.clock.counts_trials else until - self.cv.clock.elapsed()
            if not self.cv.judge(trial, split, limit):
                break
        self.result.trials.append(trial)
        self.judged.append(trial)
        self.tracker.end(trial, self._best(), began)

    def _best(self) -> Candidate:
        return min((c for c in self.judged if c.ok), key=lambda c: c.loss(), default=self.judged[-1])

    def _splits(self, probes: dict[FamilyName, Candidate], reserve: float) -> list[int]:
        """Splits that trials are judged on: all that the cheap probes were, fewer when the queues would not fit."""
        every = sorted(set.union(*(set(c.losses) for c in probes.values())))
        if self.cv.clock.counts_trials:
            return every
        trees, network = probes.get("trees"), probes.get("network")
        once = trees.seconds * (1 + len(self.queues["trees"])) if trees else 0.0
        once += network.seconds if network else 0.0
        affordable = int(TRIALS_SHARE * self._left(reserve) / once) if once > 0 else len(every)
        needed = -(-LEAST_ROWS // len(self.cv.splits[0].check))  # fewer rows cannot tell weights apart
        return every[: max(1, min(max(affordable, needed), len(every)))]

    def _worth(self, probes: dict[FamilyName, Candidate], name: FamilyName) -> bool:
        """False when a family is so far behind that it would add nothing."""
        baseline = probes.get("baseline")
        mine = [c for c in self.judged if c.family == name and c.ok]
        if baseline is None or not mine:
            return True
        best = min(c.loss([0]) for c in self.judged if c.ok and 0 in c.losses)
        gap = (min(c.loss([0]) for c in mine) - best) / max(baseline.loss([0]) - best, 1e-12)
        return gap <= (RELEVANT_CUT if mine[0].could_train_longer else RELEVANT)

    def _affordable(self, name: FamilyName, splits: list[int], reserve: float) -> bool:
        if self._finished():
            return False
        known = [c.seconds for c in self.judged if c.family == name and c.ok]
        return bool(known) and sorted(known)[len(known) // 2] * len(splits) * SLACK < self._left(reserve)

    def _left(self, reserve: float) -> float:
        """Seconds for trials: without the reserve, and without the refits of the best candidates."""
        if self.cv.clock.budget is None:
            return float("inf")
        best = sorted((c for c in self.judged if c.ok), key=lambda c: c.loss())[:MEMBERS]
        refits = min(sum(refit_seconds(c) for c in best), REFIT_SHARE * self.cv.clock.budget)
        return self.cv.clock.left(reserve + refits)

    def _finished(self) -> bool:
        return self.most is not None and len(self.result.trials) >= self.most

    def _any_queued(self) -> bool:
        return any(self.queues.values()) and not self._finished()
