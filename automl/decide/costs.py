"""What each family costs to train and to use, the limits on that, and whether a GPU would pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.families.weigh import MANY_ROWS, over_limit
from automl.units import duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from automl.evaluate.crossval import Candidate
    from automl.families.weigh import ModelCost
    from automl.types import FamilyName

    Rungs = Mapping[FamilyName, Sequence[tuple[int, float]]]
    """Family -> measured (training rows, seconds of a fit)."""

TIMES = 10
"""Training time is projected to so many times the rows."""
EXPONENTS = (0.5, 2.0)
"""Bounds of the exponent of training time in rows: no fit of ours grows more slowly or faster for long."""
BEHIND = 0.1
"""Below this P(better, or within r) a network that finished its schedule is out of the race."""
NETWORK_TIME = 0.2
"""Share of the budget that one fit of a network may take in a search that is to try several."""
PATIENCE = 600.0
"""Seconds by which a budget is lengthened sooner than that a GPU is found."""
SHORTEST = 1e-4
"""Seconds below which a measured time is noise."""


def costs(
    candidates: Mapping[FamilyName, Candidate],
    rungs: Rungs,
    *,
    gpu: Mapping[str, Any],
    watts: float | None = None,
    energy_source: str = "",
    latency_seconds: float | None = None,
    size_bytes: int | None = None,
) -> dict[str, Any]:
    """`evidence.costs` of decision.json.

    Args:
        rungs: the pairs measured on nested subsets, all rows of a split included; may lack families.
        gpu: what `gpu_pays` says.
        watts: mean power while the families were fitted (`energy.Meter.watts`); joules of a fit are watts times its
            seconds, so that families fitted side by side are each charged the power of both.
        energy_source: where the watts come from.
        latency_seconds, size_bytes: the limits given.
    """
    return {
        "families": {name: _of(candidate, rungs.get(name, ()), watts) for name, candidate in candidates.items()},
        "energy_source": energy_source,
        "gpu": dict(gpu),
        "limits": {"latency_seconds": latency_seconds, "size_bytes": size_bytes},
    }


def _of(candidate: Candidate, pairs: Sequence[tuple[int, float]], watts: float | None) -> dict[str, float | None]:
    """Figures of one family; None where nothing was measured.

    `rows_exponent` is that of training time in rows: None when one number of rows was measured, and 1 is assumed.
    """
    cost, seconds = cost_of(candidate), candidate.seconds or None
    exponent = rows_exponent(pairs)
    growth = TIMES ** (1.0 if exponent is None else exponent)
    return {
        "fit_seconds": seconds,
        "fit_seconds_10x": None if seconds is None else whole_seconds(candidate) * growth,
        "rows_exponent": exponent,
        "predict_one_seconds": None if cost is None else cost.predict_one_seconds,
        "predict_many_seconds": None if cost is None else cost.predict_many_seconds,
        "many_rows": MANY_ROWS if cost is None else cost.many_rows,
        "bytes": None if cost is None else cost.bytes,
        "memory_bytes": None if cost is None else cost.peak_memory_bytes,
        "joules": None if watts is None or seconds is None else watts * seconds,
    }


def cost_of(candidate: Candidate) -> ModelCost | None:
    """What its model costs to use, from the first split that was weighed; None when none was."""
    return next((candidate.fits[s].cost for s in sorted(candidate.fits) if candidate.fits[s].cost is not None), None)


def rows_exponent(pairs: Sequence[tuple[int, float]]) -> float | None:
    """The exponent p of seconds = c * rows**p by least squares in logarithms, within `EXPONENTS`.

    None when fewer than two numbers of rows were measured.
    """
    used = [(rows, seconds) for rows, seconds in pairs if rows > 0]
    if len({rows for rows, _ in used}) < 2:
        return None
    x = np.log([rows for rows, _ in used])
    y = np.log([max(seconds, SHORTEST) for _, seconds in used])
    slope = np.cov(x, y, bias=True)[0, 1] / np.var(x)
    return float(np.clip(slope, *EXPONENTS))


def whole_seconds(candidate: Candidate) -> float:
    """Seconds of a fit, projected to its full schedule when time cut that short."""
    info = candidate.info
    if info.get("cut_by_time") and info.get("epochs") and info.get("full_epochs"):
        return candidate.seconds * max(float(info["full_epochs"]) / float(info["epochs"]), 1.0)
    return candidate.seconds


def projected_seconds(pairs: Sequence[tuple[int, float]], rows: int) -> float | None:
    """Seconds of a fit on so many rows, from the largest measured one; None without any (exponent 1 with one)."""
    if not pairs:
        return None
    most, seconds = max(pairs)
    exponent = rows_exponent(pairs)
    return float(seconds * (rows / most) ** (1.0 if exponent is None else exponent))


def gpu_pays(
    network: Candidate | None,
    *,
    has_gpu: bool,
    budget: float,
    p_in_race: float = 1.0,
    not_tried: str = "",
    projected: float | None = None,
) -> dict[str, Any]:
    """{`pays`, `sentence`}: True only when the network is short of time here; None when that cannot be told.

    Where the budget need not even be doubled, or lengthened by `PATIENCE`, for the same, it is named in place of a GPU.

    Args:
        network: its probe; None when it has none.
        has_gpu: networks are trained on a GPU already.
        budget: seconds of the run, of which one fit may take `NETWORK_TIME`; infinite when trials are counted.
        p_in_race: P(it is better than the named family or within r of it); 1 when it is the named one.
        not_tried: why it has no probe.
        projected: seconds of its full schedule on all rows from smaller subsets, when it has no probe (see
            `projected_seconds`).
    """
    fitted = network is not None and bool(network.fits)
    if has_gpu and fitted:
        return _gpu(None, "The network was trained on a GPU already.")
    if has_gpu:
        return _gpu(None, f"{_not_measured(not_tried)}; there is a GPU already.")
    if network is None or not fitted:
        return _untried(not_tried, projected, budget)
    if network.could_train_longer:
        return _cut(network, budget)
    return _finished(whole_seconds(network), budget, p_in_race)


def _cut(network: Candidate, budget: float) -> dict[str, Any]:
    """The answer for a network whose training time ended."""
    needed, info = whole_seconds(network), network.info
    done = f"{info['epochs']:.3g} of {info['full_epochs']} epochs" if "full_epochs" in info else "a part of it"
    sentence = f"The time ended the network after {done}; {_against(needed, budget)}"
    if needed <= NETWORK_TIME * budget:
        return _gpu(None, f"{sentence}.")
    if _is_near(needed, budget):
        return _gpu(None, f"{sentence}: {_enough(needed)} would let it finish, without a GPU.")
    return _gpu(True, f"{sentence}: {_enough(needed)} would let it finish, or a GPU, and only then can it be judged.")


def _finished(needed: float, budget: float, p_in_race: float) -> dict[str, Any]:
    """The answer for a network that finished its schedule."""
    if p_in_race < BEHIND:
        behind = f"The network finished its training and is behind (P(better, or within r) = {p_in_race:.2f})"
        return _gpu(False, f"{behind}: a GPU would train it faster, not better.")
    if needed <= NETWORK_TIME * budget:
        return _gpu(False, f"The network finishes its training here in {duration(needed)}: a GPU is not needed for it.")
    among = f"The network is among the best, and {_against(needed, budget)}"
    if _is_near(needed, budget):
        return _gpu(False, f"{among}: with {_enough(needed)} the search could try more of it, without a GPU.")
    return _gpu(True, f"{among}: with {_enough(needed)}, or a GPU, the search could try more of it.")


def _untried(reason: str, projected: float | None, budget: float) -> dict[str, Any]:
    why = _not_measured(reason)
    if not reason.startswith("budget") or projected is None or projected <= NETWORK_TIME * budget:
        return _gpu(None, f"{why}: whether a GPU would pay is not known.")
    sentence = f"{why}; {_against(projected, budget)}"
    if _is_near(projected, budget):
        return _gpu(None, f"{sentence}: {_enough(projected)} would let it be tried, without a GPU.")
    return _gpu(True, f"{sentence}: {_enough(projected)} would let it be tried, or a GPU.")


def _is_near(needed: float, budget: float) -> bool:
    """Whether a budget in which the training fits is soon there: not twice this one, or not `PATIENCE` longer."""
    return needed / NETWORK_TIME - budget < max(budget, PATIENCE)


def _enough(needed: float) -> str:
    return f"a budget of about {duration(needed / NETWORK_TIME)}"


def _not_measured(reason: str) -> str:
    return f"The network was not measured{f' ({reason})' if reason else ''}"


def _against(needed: float, budget: float) -> str:
    there = duration(NETWORK_TIME * budget)
    return f"a whole training would take about {duration(needed)} here, {there} are there for it"


def _gpu(pays: bool | None, sentence: str) -> dict[str, Any]:
    return {"pays": pays, "sentence": sentence}


def within_limits(
    candidates: Mapping[FamilyName, Candidate], latency_seconds: float | None, size_bytes: int | None
) -> dict[FamilyName, str]:
    """Family -> why a limit excludes it; never the baseline, and no family that was not weighed."""
    found = {
        name: over_limit(cost_of(candidate), latency_seconds, size_bytes)
        for name, candidate in candidates.items()
        if name != "baseline"
    }
    return {name: why for name, why in found.items() if why}
