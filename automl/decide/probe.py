"""Measured evidence: every family allowed, cross-validated on the same splits, cheap families first.

Rounds grow with the time there is: the evidence is a table families x splits that is filled until its share of the
budget is spent, and that can be judged at any moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl import families

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName

LOCAL_SHARE = 0.25
"""Share of the budget after which no further split of the families of this process is started."""
NETWORK_SHARE = 0.5
"""Share of the budget after which no further split of the network is started."""
FIRST_SHARE = 0.45
"""Share of the time a family has for probing that its first split may take at most."""
WORKER_SECONDS = 12.0
"""A worker needs some seconds to import Keras: with less time left than this the network is not tried."""
LOOK_ROWS = 2_000
"""Rows of the first quick look on larger data."""


@dataclass
class Probes:
    """The evidence of one run.

    Attributes:
        candidates: family -> its probe, simple to complex; only families with at least one judged split.
        not_tried: family -> why there is no probe of it.
        look: family -> candidate of the quick look at few rows.
    """

    candidates: dict[FamilyName, Candidate] = field(default_factory=dict)
    not_tried: dict[FamilyName, str] = field(default_factory=dict)
    look: dict[FamilyName, Candidate] = field(default_factory=dict)

    def splits(self, names: list[FamilyName]) -> list[int]:
        """Splits that all of these families were judged on."""
        common = set.intersection(*(set(self.candidates[name].losses) for name in names))
        return sorted(common)


def probe(
    cv: CrossValidation, allowed: tuple[FamilyName, ...], reserve: float, sharpened: Callable[[Probes], None]
) -> Probes:
    """Fill the table of evidence.

    Args:
        cv: runs and judges fits.
        allowed: families, simple to complex.
        reserve: seconds to keep for finishing the run.
        sharpened: called whenever there is new evidence to judge.
    """
    probes = Probes()
    local = [name for name in allowed if not families.load(name).in_worker]
    remote = [name for name in allowed if families.load(name).in_worker]
    tried = {name: cv.candidate(name, _first_params(cv, name)) for name in allowed}
    try:
        _look(cv, probes, local, reserve)
        sharpened(probes)
        for split in range(len(cv.splits)):
            for name in local if split == 0 else [*local[1:], "baseline"]:
                alone = name == "baseline" and not any(split in tried[other].losses for other in local[1:])
                if split == 0 or not alone or len(local) == 1:
                    _extend(cv, probes, tried[name], split, _until(cv, LOCAL_SHARE, reserve))
            sharpened(probes)
        for name in remote:
            _probe_remote(cv, probes, tried[name], reserve, lambda: sharpened(probes))
    except KeyboardInterrupt:
        if "baseline" not in probes.candidates:
            raise
        probes.not_tried |= {name: "interrupted" for name in allowed if name not in probes.candidates}
    return probes


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


def _extend(cv: CrossValidation, probes: Probes, candidate: Candidate, split: int, seconds: float) -> None:
    """One more split for a family, when its expected time is there; the first may take a larger part of it."""
    name = candidate.family
    first = not candidate.losses
    if split > 0 and (first or split - 1 not in candidate.losses):
        return  # failed or stopped before: later splits would not be comparable
    expected = 0.0 if first else max(candidate.fits.values(), key=lambda f: f.fit_seconds).fit_seconds
    if name != "baseline" and (seconds <= 0 or expected > seconds):
        if first:
            probes.not_tried[name] = "budget"
        return
    limit = None if seconds == float("inf") else max(seconds * (FIRST_SHARE if first else 1.0), 0.2)
    if cv.judge(candidate, split, limit):
        probes.candidates[name] = candidate
    elif first:
        probes.not_tried[name] = candidate.reason


def _probe_remote(
    cv: CrossValidation, probes: Probes, candidate: Candidate, reserve: float, sharpened: Callable[[], None]
) -> None:
    """The network: as many splits as its share allows, all at the schedule length of the first."""
    name = candidate.family
    if cv.worker is None or cv.clock.left(reserve) < WORKER_SECONDS:
        probes.not_tried[name] = "budget"
        return
    for split in range(len(cv.splits)):
        _extend(cv, probes, candidate, split, _until(cv, NETWORK_SHARE, reserve))
        if split not in candidate.losses:
            break
        if split == 0 and candidate.could_train_longer:
            candidate.params = {**candidate.params, "epochs": candidate.info["epochs"]}
        sharpened()
