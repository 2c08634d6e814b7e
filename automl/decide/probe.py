"""Measured evidence: every family allowed, cross-validated on the same splits, cheap families first.

Rounds grow with the time there is: the evidence is a table families x splits that is filled until its share of the
budget is spent, and that can be judged at any moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from automl import families
from automl.clock import OutOfTime
from automl.workers.beside import Beside
from automl.workers.executor import WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName
    from automl.workers.executor import Executor

LOCAL_SHARE = 0.25
"""Share of the budget after which no further split of the families of this process is started."""
NETWORK_SHARE = 0.2
"""Share of the budget that the network's probes may take after those, and more where those left some over."""
FIRST_SHARE = 0.2
"""Share of all the time left that the first split of a family may take: without it there is no evidence at all."""
NETWORK_FIRST = 0.45
"""Share of the network's time that its first split may take: its schedule is as long as that allows."""
NETWORK_SECONDS = 3.0
"""With less time than this for it, the network is not tried: building it takes most of that."""
LEAST_SECONDS = 0.2
READY_SECONDS = 60.0
SHORT_SHARE, SHORT_SECONDS = 0.6, 3.0
"""With a budget of few seconds a larger part of it may go into the first split, up to so many seconds."""
WAITING_SHARE = 0.2
"""Share of the time left that one step may take while the worker's family is probed."""
LOOK_ROWS = 2_000
"""Rows of the first quick look on larger data."""


@dataclass
class Probes:
    """The evidence of one run.

    Attributes:
        candidates: family -> its probe, simple to complex; only families with at least one judged split.
        not_tried: family -> why there is no probe of it.
        look: family -> candidate of the quick look at few rows.
        interrupted: True when Ctrl-C ended it.
    """

    candidates: dict[FamilyName, Candidate] = field(default_factory=dict)
    not_tried: dict[FamilyName, str] = field(default_factory=dict)
    look: dict[FamilyName, Candidate] = field(default_factory=dict)
    interrupted: bool = False

    def splits(self, names: list[FamilyName]) -> list[int]:
        """Splits that all of these families were judged on."""
        common = set.intersection(*(set(self.candidates[name].losses) for name in names))
        return sorted(common)


def probe(
    cv: CrossValidation,
    allowed: tuple[FamilyName, ...],
    reserve: float,
    sharpened: Callable[[Probes], None],
    meanwhile: Callable[[dict[FamilyName, Candidate], float], bool] | None = None,
) -> Probes:
    """Fill the table of evidence.

    Args:
        cv: runs and judges fits.
        allowed: families, simple to complex.
        reserve: seconds to keep for finishing the run.
        sharpened: called whenever there is new evidence to judge.
        meanwhile: one useful step in this process while the worker's family is probed beside, given the probes and
            the seconds it may take; says whether there was any. None when families are probed one after the other.
    """
    probes = Probes()
    local = [name for name in allowed if not families.load(name).in_worker]
    remote = [name for name in allowed if families.load(name).in_worker]
    tried = {name: cv.candidate(name, _first_params(cv, name)) for name in allowed}
    try:
        if meanwhile is None or cv.worker is None:
            _probe_local(cv, probes, tried, local, reserve, sharpened)
            for name in remote:
                _probe_remote(cv, probes, tried[name], reserve, lambda: sharpened(probes))
        else:
            _side_by_side(cv, probes, tried, (local, remote), reserve, sharpened, meanwhile)
    except KeyboardInterrupt:
        if "baseline" not in probes.candidates:
            raise
        probes.interrupted = True
        probes.not_tried |= {name: "interrupted" for name in allowed if name not in probes.candidates}
    return probes


def _probe_local(
    cv: CrossValidation,
    probes: Probes,
    tried: dict[FamilyName, Candidate],
    local: list[FamilyName],
    reserve: float,
    sharpened: Callable[[Probes], None],
    *,
    whole: bool = False,
) -> None:
    """The families of this process, round by round.

    Args:
        whole: judge no further splits of a family whose fit time cut short: it is to be fitted longer instead.
    """
    _look(cv, probes, local, reserve)
    sharpened(probes)
    for name in local:
        left = cv.clock.left(reserve)
        _first_split(cv, probes, tried[name], max(FIRST_SHARE * left, min(SHORT_SHARE * left, SHORT_SECONDS)))
    sharpened(probes)
    for split in range(1, len(cv.splits)):
        going: list[FamilyName] = [n for n in local if n != "baseline" and split - 1 in tried[n].losses]
        going = [n for n in going if not (whole and tried[n].could_train_longer)]
        for name in going:
            _further_split(cv, tried[name], split, _until(cv, LOCAL_SHARE, reserve))
        if any(split in tried[name].losses for name in going):
            cv.judge(tried["baseline"], split)
            sharpened(probes)


def _side_by_side(
    cv: CrossValidation,
    probes: Probes,
    tried: dict[FamilyName, Candidate],
    names: tuple[list[FamilyName], list[FamilyName]],
    reserve: float,
    sharpened: Callable[[Probes], None],
    meanwhile: Callable[[dict[FamilyName, Candidate], float], bool],
) -> None:
    """The worker's families in a thread beside those of this process, and useful steps here until it is done."""
    local, remote = names
    aside = Probes()  # of its own: this thread reads `probes` while the other one writes

    def background(worker: Executor) -> None:
        for name in remote:
            _probe_remote(replace(cv, worker=worker), aside, tried[name], reserve, lambda: None, whole=True)

    assert cv.worker is not None
    with Beside(cv.worker, background, cv.clock, reserve) as beside:
        _probe_local(cv, probes, tried, local, reserve, sharpened, whole=True)
        while beside.going and meanwhile(probes.candidates, WAITING_SHARE * cv.clock.left(reserve)):
            pass
    probes.candidates |= aside.candidates
    probes.not_tried |= aside.not_tried
    sharpened(probes)


def _first_params(cv: CrossValidation, name: FamilyName) -> dict[str, object]:
    return families.load(name).defaults(cv.dataset.problem, len(cv.splits[0].train))[0]


def _until(cv: CrossValidation, share: float, reserve: float) -> float:
    """Seconds until this share of the budget is spent, or the reserve is reached."""
    if cv.clock.budget is None:
        return float("inf")
    return min(share * cv.clock.budget - cv.clock.elapsed(), cv.clock.left(reserve))


def _look(cv: CrossValidation, probes: Probes, local: list[FamilyName], reserve: float) -> None:
    """A quick look at few rows of the first split, so that a first verdict stands within seconds on large data too."""
    if cv.clock.counts_trials or len(cv.splits[0].train) <= 2 * LOOK_ROWS:
        return
    for name in local:
        seconds = min(_until(cv, LOCAL_SHARE, reserve), 0.05 * (cv.clock.budget or 0.0))
        trial = cv.candidate(name, _first_params(cv, name))
        if seconds > 0 and cv.judge(trial, 0, seconds, rows=LOOK_ROWS):
            probes.look[name] = trial


def _first_split(cv: CrossValidation, probes: Probes, candidate: Candidate, seconds: float) -> None:
    """The first evidence of a family, or the reason why there is none."""
    if candidate.family != "baseline" and seconds < LEAST_SECONDS:
        probes.not_tried[candidate.family] = "budget"
    elif cv.judge(candidate, 0, max(seconds, LEAST_SECONDS)):
        probes.candidates[candidate.family] = candidate
    else:
        probes.not_tried[candidate.family] = candidate.reason


def _further_split(cv: CrossValidation, candidate: Candidate, split: int, seconds: float) -> None:
    """One more split, when the one before was judged and there is time for the longest fit so far."""
    longest = max((fit.fit_seconds for fit in candidate.fits.values()), default=0.0)
    if split - 1 in candidate.losses and longest <= seconds:
        cv.judge(candidate, split, seconds)


def _probe_remote(
    cv: CrossValidation,
    probes: Probes,
    candidate: Candidate,
    reserve: float,
    sharpened: Callable[[], None],
    *,
    whole: bool = False,
) -> None:
    """The network: as many splits as its share allows, all at the schedule length of the first; `whole` as above."""
    if cv.worker is None:
        probes.not_tried[candidate.family] = "budget"
        return
    try:
        cv.worker.wait_ready(min(cv.clock.left(reserve), READY_SECONDS))
    except (OutOfTime, WorkerDied) as error:
        probes.not_tried[candidate.family] = str(error) or "budget: the worker was not ready in time"
        return
    share = max(LOCAL_SHARE, cv.clock.elapsed() / (cv.clock.budget or 1.0)) + NETWORK_SHARE
    seconds = _until(cv, share, reserve)
    _first_split(cv, probes, candidate, seconds * NETWORK_FIRST if seconds > NETWORK_SECONDS else 0.0)
    for split in range(1, 1 if whole and candidate.could_train_longer else len(cv.splits)):
        sharpened()
        _further_split(cv, candidate, split, _until(cv, share, reserve))
        if split not in candidate.losses:
            break
