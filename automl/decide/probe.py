"""Measured evidence: every family allowed, cross-validated on the same splits, cheap families first.

The evidence is a table families x splits, with a few columns more for nested subsets of the rows. It is filled row by
row, can be judged at any moment, and grows only where it could still change the verdict, within what deciding may cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automl import families, interrupts
from automl.clock import OutOfTime
from automl.decide import rungs
from automl.decide.engine import under_trained
from automl.decide.evidence import Probes
from automl.decide.spending import (
    COMPILE_SECONDS,
    NETWORK_FIRST,
    NETWORK_SECONDS,
    NETWORK_SHARE,
    allowance,
    compiles,
    networks_part,
)
from automl.types import FAMILIES
from automl.workers.beside import Beside
from automl.workers.executor import WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.decide.compare import FamilyEvidence
    from automl.decide.engine import Decision
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName
    from automl.workers.executor import Executor

LOCAL_SHARE = 0.25
"""Share of the budget after which no further split of the families of this process is started."""
FIRST_SHARE = 0.2
"""Share of all the time left that the first split of a family may take: without it there is no evidence at all."""
LEAST_SECONDS = 0.2
READY_SECONDS = 60.0
SHORT_SHARE, SHORT_SECONDS = 0.6, 3.0
"""With a budget of few seconds a larger part of it may go into the first split, up to so many seconds."""
WAITING_SHARE = 0.2
"""Share of the time left that one step may take while the worker's family is probed."""
RUNG_SHARE = 0.4
"""Share of what deciding may still cost that the rungs of one family may take."""
LARGE = 4_000
"""From so many training rows on, the smallest rung is judged first, so that a first verdict stands within seconds."""
SURE = 0.02
"""A family whose probability of changing the verdict is lower than this is judged on no further split."""
CHEAP = 0.01
"""Fits that take less than this share of the budget go on to `ENOUGH_SPLITS` splits whatever the verdict."""
ENOUGH_SPLITS = 4
ALONG = 0.1
"""Families out of play whose fit takes less than this share of that of any in play are judged on the same splits."""
SLOWER = 1.5
"""A further configuration may take this many times as long as the first one of its family, or what is cheap anyway."""
FURTHER = 3
"""Further known-good configurations of a family that are probed where it may yet be named, or where they are cheap.

A linear model finds its penalty within a fit; one fixed setting of boosting against that is no fair comparison. Nor may
that setting alone rule the family out: on small or noisy tables shallow trees lose a tenth less than the tuned ones.
"""


def probe(
    cv: CrossValidation,
    allowed: tuple[FamilyName, ...],
    reserve: float,
    sharpened: Callable[[Probes], Decision | None],
    meanwhile: Callable[[dict[FamilyName, Candidate], float], bool] | None = None,
) -> Probes:
    """Fill the table of evidence.

    Args:
        cv: runs and judges fits.
        allowed: families, simple to complex.
        reserve: seconds to keep for finishing the run.
        sharpened: called whenever there is new evidence to judge; the verdict on it, None while there is none.
        meanwhile: one useful step in this process while the worker's family is probed beside, given the probes and
            the seconds it may take; says whether there was any. None when families are probed one after the other.
    """
    local = [name for name in allowed if not families.load(name).in_worker]
    remote = [name for name in allowed if families.load(name).in_worker]
    tried = {name: cv.candidate(name, _first_params(cv, name)) for name in allowed}
    race = Race(cv, tried, Probes(reuse_all=meanwhile is not None), reserve, sharpened)
    probes = race.probes
    try:
        if meanwhile is None or cv.worker is None:
            race.waiting = bool(remote) and cv.worker is not None
            race.local(local)
            race.waiting = False
            for name in remote:
                race.remote(name)
        else:
            _side_by_side(race, local, remote, meanwhile)
    except KeyboardInterrupt:
        if "baseline" not in probes.candidates:
            raise
        interrupts.answered()
        probes.interrupted = True
        probes.not_tried |= {name: "interrupted" for name in allowed if name not in probes.candidates}
    return probes


@dataclass
class Race:
    """The families of one process on their way through the splits.

    Attributes:
        cv, reserve, sharpened: as for `probe`.
        tried: family -> its candidate, judged or not.
        probes: what is known so far.
        whole: judge no further splits of a family whose fit time cut short: it is to be fitted longer instead.
        waiting: the network is still to come, and a part of what deciding may cost is kept for it.
        decision: the verdict on the evidence so far.
    """

    cv: CrossValidation
    tried: dict[FamilyName, Candidate]
    probes: Probes
    reserve: float
    sharpened: Callable[[Probes], Decision | None]
    whole: bool = False
    waiting: bool = False
    decision: Decision | None = None

    def local(self, names: list[FamilyName]) -> None:
        """The families of this process, round by round."""
        self._look(names)
        for name in names:
            left = self.cv.clock.left(self.reserve)
            first = min(FIRST_SHARE * left, allowance(self.cv.clock.budget))
            self._first_split(name, max(first, min(SHORT_SHARE * left, SHORT_SECONDS)))
        self._judge()
        self._rounds(names, 1, ENOUGH_SPLITS)
        if not self.whole:
            for name in names:
                self._further_configurations(name)
        self._rounds(names, ENOUGH_SPLITS, len(self.cv.splits))
        if not self.whole:
            for name in names:
                self._climb(name)

    def _rounds(self, names: list[FamilyName], first: int, end: int) -> None:
        """Split by split, as long as more of them could change the verdict."""
        for split in range(first, min(end, len(self.cv.splits))):
            going = [n for n in names if n != "baseline" and self._goes_on(n, split)]
            for name in going:
                self._further_split(name, split, LOCAL_SHARE)
            if not any(split in self.tried[name].losses for name in going):
                return
            self.cv.judge(self.tried["baseline"], split)
            self._judge()

    def remote(self, name: FamilyName) -> None:
        """The network: as many splits as its share allows, all at the schedule length of the first."""
        cv = self.cv
        if cv.worker is None:
            self.probes.not_tried[name] = "budget"
            return
        try:
            cv.worker.wait_ready(min(cv.clock.left(self.reserve), READY_SECONDS))
        except (OutOfTime, WorkerDied) as error:
            self.probes.not_tried[name] = str(error) or "budget: the worker was not ready in time"
            return
        share = max(LOCAL_SHARE, cv.clock.elapsed() / (cv.clock.budget or 1.0)) + NETWORK_SHARE
        left = _until(cv, share, self.reserve)
        seconds = min(left, self._allowance(name))
        first = seconds * NETWORK_FIRST if seconds > NETWORK_SECONDS else 0.0
        if compiles(cv.dataset.problem) and left > COMPILE_SECONDS:
            first = max(first, COMPILE_SECONDS)
        self._first_split(name, first)
        self._judge()
        self._climb(name)
        for split in range(1, len(cv.splits)):
            if not self._goes_on(name, split) or not self._shared(name, split, share):
                break
            self._further_split(name, split, share)
            if split not in self.tried[name].losses:
                break
            self._judge()

    def _shared(self, name: FamilyName, split: int, share: float) -> bool:
        """Whether all others in play are judged on the split, now at the latest: only shared splits compare."""
        for other, candidate in self.probes.candidates.items():
            if other == name or split in candidate.losses or candidate.reason:
                continue
            if other != "baseline" and not (self._open(other) or self._goes_along(candidate)):
                continue
            self._further_split(other, split, share)
            if split not in candidate.losses:
                return False
        return True

    def _look(self, names: list[FamilyName]) -> None:
        """The smallest rung first where there are many rows: a first verdict within seconds."""
        cv, rows = self.cv, len(self.cv.splits[0].train)
        if cv.clock.counts_trials or rows <= LARGE or not rungs.sizes(rows):
            return
        smallest = rungs.sizes(rows)[0]
        for name in names:
            seconds = min(_until(cv, LOCAL_SHARE, self.reserve), 0.05 * (cv.clock.budget or 0.0))
            if seconds > 0 and cv.judge_rung(self.tried[name], smallest, seconds):
                self.probes.look[name] = self.tried[name].on_rung(smallest)
        self._judge()

    def _first_split(self, name: FamilyName, seconds: float) -> None:
        """The first evidence of a family, or the reason why there is none."""
        candidate = self.tried[name]
        if name != "baseline" and seconds < LEAST_SECONDS:
            self.probes.not_tried[name] = "budget"
        elif self.cv.judge(candidate, 0, max(seconds, LEAST_SECONDS)):
            self.probes.candidates[name] = candidate
        else:
            self.probes.not_tried[name] = candidate.reason

    def _further_configurations(self, name: FamilyName) -> None:
        """The next known-good configurations of a family, on the splits of its first.

        The best by its mean loss stands for the family; what the choice among so few flatters it by is less than what
        a single fixed setting takes from it. The search finds their fits in the journal.
        """
        if name == "baseline" or name not in self.probes.candidates or self._excluded(name):
            return
        first = self.probes.candidates[name]
        if not (self._open(name) or self._cheap(first)):
            return
        splits = sorted(first.losses)
        if first.could_train_longer or len(splits) < ENOUGH_SPLITS:
            return
        known = families.load(name).defaults(self.cv.dataset.problem, len(self.cv.splits[0].train))
        expected = len(splits) * SLOWER * first.seconds
        for params in known[1 : 1 + FURTHER]:
            left = min(self._allowance(name), _until(self.cv, LOCAL_SHARE, self.reserve))
            if left < expected:
                return
            trial = self.cv.candidate(name, params)
            cheap = len(splits) * CHEAP * (self.cv.clock.budget or float("inf"))  # counted trials may take any time
            if not self._judged_within(trial, splits, min(max(expected, cheap), left)):
                continue
            best = min(self.probes.candidates[name], trial, key=lambda c: c.loss(splits))
            self.probes.others.append(trial if best is not trial else self.probes.candidates[name])
            self.probes.candidates[name] = self.tried[name] = best
            self._judge()

    def _judged_within(self, trial: Candidate, splits: list[int], seconds: float) -> bool:
        """Judge a trial on all these splits; False when one fails, or all would take longer than this."""
        for split in splits:
            spent = trial.seconds * len(trial.fits)
            slow = trial.seconds * len(splits) > seconds
            if slow or not self.cv.judge(trial, split, max(seconds - spent, LEAST_SECONDS)):
                self.probes.others.append(trial)  # its seconds count
                trial.losses.clear()
                return False
        return True

    def _further_split(self, name: FamilyName, split: int, share: float) -> None:
        """One more split, when there is time for the longest fit so far and deciding may cost that much."""
        seconds = min(_until(self.cv, share, self.reserve), self._allowance(name))
        longest = max((fit.fit_seconds for fit in self.tried[name].fits.values()), default=0.0)
        if longest <= seconds:
            self.cv.judge(self.tried[name], split, seconds)

    def _goes_on(self, name: FamilyName, split: int) -> bool:
        """Whether one more split of the family is worth its time."""
        candidate = self.tried[name]
        if split - 1 not in candidate.losses or (self.whole and candidate.could_train_longer):
            return False
        return (self._cheap(candidate) and split < ENOUGH_SPLITS) or self._open(name) or self._goes_along(candidate)

    def _goes_along(self, candidate: Candidate) -> bool:
        """Whether a family out of play costs next to nothing beside those in play: only shared splits compare."""
        others = [other for name, other in self.probes.candidates.items() if name != candidate.family]
        in_play = [other.seconds for other in others if other.family != "baseline" and self._open(other.family)]
        return bool(in_play) and candidate.seconds <= ALONG * min(in_play)

    def _cheap(self, candidate: Candidate) -> bool:
        return candidate.seconds <= CHEAP * (self.cv.clock.budget or float("inf"))

    def _excluded(self, name: FamilyName) -> bool:
        """Whether a limit stands against the family, whatever further splits say."""
        return self.decision is not None and name in self.decision.evidence["excluded"]

    def _open(self, name: FamilyName) -> bool:
        """Whether more evidence on the family could change the verdict."""
        if self.decision is None or self.cv.clock.counts_trials or self.probes.reuse_all:
            return True
        if self._excluded(name):
            return False
        measured = self.decision.evidence["families"]
        if name == self.decision.family:
            return any(self._doubtful(other, measured[other]) for other in measured if other != name)
        return name not in measured or self._doubtful(name, measured[name])

    def _doubtful(self, name: FamilyName, evidence: FamilyEvidence) -> bool:
        """A richer family that may be better, or a simpler one that may be as good."""
        assert self.decision is not None
        if name == "baseline":
            return (evidence.p_worse or 0.0) < 1 - SURE
        if FAMILIES.index(name) > FAMILIES.index(self.decision.family):
            return evidence.p_better > SURE
        return evidence.p_worse < 1 - SURE

    def _climb(self, name: FamilyName) -> None:
        """The rungs of a family, where they cost little of what deciding may cost."""
        climbs = name != "baseline" and name in self.probes.candidates and not under_trained(self.tried[name])
        if climbs and not self.whole:
            seconds = min(RUNG_SHARE * self._allowance(), _until(self.cv, LOCAL_SHARE + NETWORK_SHARE, self.reserve))
            rungs.climb(self.cv, self.tried[name], seconds)

    def _allowance(self, name: FamilyName | None = None) -> float:
        """Seconds that deciding may still cost, whichever family is named in the end; infinite for one sure to be that.

        Args:
            name: family of the fits, which cost nothing if it is named; None for fits that are used by nobody.
        """
        budget, named = self.cv.clock.budget, None if self.decision is None else self.decision.family
        whole = allowance(budget)
        possible = [family for family in self._possible() if name is None or family != name]
        left = min((whole - self.probes.unused_seconds(family) for family in possible), default=float("inf"))
        if self.waiting and name != named:
            part = networks_part(budget, self.cv.dataset.problem)
            return min(left, (1 - part) * whole - self.probes.unused_seconds(named))
        return left

    def _possible(self) -> list[FamilyName | None]:
        """Families that may be named in the end; None stands for one that was not judged yet."""
        if self.decision is None:
            return [None]
        named, measured = self.decision.family, self.decision.evidence["families"]
        doubtful = [other for other in measured if other != named and self._doubtful(other, measured[other])]
        return [named, *doubtful, *([None] if self.waiting else [])]

    def _judge(self) -> None:
        self.decision = self.sharpened(self.probes)


def _side_by_side(
    race: Race,
    local: list[FamilyName],
    remote: list[FamilyName],
    meanwhile: Callable[[dict[FamilyName, Candidate], float], bool],
) -> None:
    """The worker's families in a thread beside those of this process, and useful steps here until it is done."""
    cv, probes = race.cv, race.probes
    aside = Probes(reuse_all=True)  # of its own: this thread reads `probes` while the other one writes

    def background(worker: Executor) -> None:
        beside = replace(race, cv=replace(cv, worker=worker), probes=aside, sharpened=lambda _: None, whole=True)
        for name in remote:
            beside.remote(name)

    assert cv.worker is not None
    race.whole = True
    try:
        with Beside(cv.worker, background, cv.clock, race.reserve) as beside:
            race.local(local)
            while beside.going and meanwhile(probes.candidates, WAITING_SHARE * cv.clock.left(race.reserve)):
                pass
    finally:  # what the worker has judged counts after Ctrl-C, too
        probes.candidates |= aside.candidates
        probes.not_tried |= aside.not_tried
    race.sharpened(probes)


def _first_params(cv: CrossValidation, name: FamilyName) -> dict[str, object]:
    return families.load(name).defaults(cv.dataset.problem, len(cv.splits[0].train))[0]


def _until(cv: CrossValidation, share: float, reserve: float) -> float:
    """Seconds until this share of the budget is spent, or the reserve is reached."""
    if cv.clock.budget is None:
        return float("inf")
    return min(share * cv.clock.budget - cv.clock.elapsed(), cv.clock.left(reserve))
