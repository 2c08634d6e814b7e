"""What the losses on nested subsets say about more rows: `evidence.curves` of decision.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl.decide.curves import FARTHEST, Crossing, Curve, crossing, doubling, fit_curve
from automl.decide.words import NOUNS
from automl.evaluate.interval import group_codes, units
from automl.evaluate.splits import SplitTable
from automl.evaluate.weights import resamples

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import FamilyName

RESAMPLES = 200
BAND_POINTS = 25
AHEAD = 10.0
"""Curves are drawn up to this many times the rows there are."""
WORDED_FROM = 0.1
"""A crossing without a number is mentioned from this probability of lying within four times the rows on."""


def curves(
    cv: CrossValidation, candidates: dict[FamilyName, Candidate], named: FamilyName, margin: float
) -> dict[str, Any] | None:
    """`evidence.curves` of decision.json; None when no family was judged on a rung.

    Args:
        cv: gives the rows judged and the metric.
        candidates: the probes.
        named: the family of the verdict.
        margin: the practical equivalence r.
    """
    climbed: dict[FamilyName, Candidate] = {
        f: c for f, c in candidates.items() if f != "baseline" and c.rungs and 0 in c.losses
    }
    if not climbed:
        return None
    rows = len(cv.splits[0].train)
    anchors: dict[FamilyName, list[int]] = {f: [*sorted(c.rungs), rows] for f, c in climbed.items()}
    draws = _draws(cv, climbed, anchors)
    losses: dict[FamilyName, list[float]] = {
        f: [*(climbed[f].rungs[n][1] for n in anchors[f][:-1]), climbed[f].losses[0]] for f in climbed
    }
    fitted: dict[FamilyName, Curve] = {f: fit_curve(anchors[f], losses[f], draws[f]) for f in climbed}
    return {
        "rows": rows,
        "families": {
            f: _family(cv, climbed[f], fitted[f], anchors[f], (losses[f], draws[f])) for f in climbed
        },
        "crossings": [
            _crossing(other, named, fitted, rows, margin) for other in fitted if other != named and named in fitted
        ],
    }  # fmt: skip


def _draws(
    cv: CrossValidation, candidates: dict[FamilyName, Candidate], anchors: dict[FamilyName, list[int]]
) -> dict[FamilyName, Array]:
    """Family -> (D, anchors) losses on resamples of the rows judged, the same resamples for all.

    Two kinds of noise are added to what the resamples show. What another draw of the training rows would have changed:
    the variance that an anchor does not share with the others, times judged over training rows (the correction of
    Nadeau and Bengio 2003), independent for each. And what other rows to be judged on would have changed, as much again
    as the resamples show and the same for all anchors: a forecast is checked on rows that are not these.
    """
    check = cv.splits[0].check
    y = cv.dataset.y[check]
    weight = np.ones(len(check)) if cv.dataset.weight is None else cv.dataset.weight[check].astype(float)
    groups = units(check, cv.dataset.groups)
    rng = np.random.default_rng([cv.dataset.problem.seed, 7])
    predictions = [p for f, c in candidates.items() for p in _predictions(c, anchors[f])]
    score = SplitTable(cv.metric, y, predictions, None)
    drawn = resamples(group_codes(groups), len(check), RESAMPLES, rng)
    table = cv.metric.to_loss(np.concatenate([score(times * weight[:, None]) for times in drawn], axis=1).T)
    table = np.where(np.isfinite(table), table, np.nanmean(table, axis=0))
    learnt = np.array([n for sizes in anchors.values() for n in sizes], dtype=float)
    own = (table - table.mean(axis=1, keepdims=True)).std(axis=0)
    training = rng.standard_normal(table.shape) * own * np.sqrt(len(check) / learnt)
    judged = rng.standard_normal((len(table), 1)) * table.std(axis=0)
    table = table + training + judged
    ends = np.cumsum([0, *(len(sizes) for sizes in anchors.values())])
    return {f: np.maximum(table[:, ends[i] : ends[i + 1]], 0.0) for i, f in enumerate(candidates)}


def _predictions(candidate: Candidate, sizes: list[int]) -> list[Array]:
    """Predictions of the rows judged, an entry an anchor."""
    return [*(candidate.rungs[n][0].predictions for n in sizes[:-1]), candidate.fits[0].predictions]


def _family(
    cv: CrossValidation, candidate: Candidate, curve: Curve, rows: list[int], measured: tuple[list[float], Array]
) -> dict[str, Any]:
    """One family's anchors, fit and band, in the metric's natural sign."""
    losses, draws = measured
    ends = np.sort(cv.metric.to_loss(np.percentile(draws, (5, 95), axis=0)), axis=0)
    fits = [*(candidate.rungs[n][0] for n in rows[:-1]), candidate.fits[0]]
    mean, low, high = doubling(curve, rows[-1], losses[-1])
    grid = np.geomspace(rows[0], AHEAD * rows[-1], BAND_POINTS)
    band = np.sort(cv.metric.to_loss(np.stack(curve.at(grid)[1:])), axis=0)
    middle = cv.metric.to_loss(curve.at(grid)[0])
    return {
        "anchors": [
            {
                "rows": n,
                "loss": losses[i],
                "value": float(cv.metric.to_loss(losses[i])),
                "low": float(ends[0, i]),
                "high": float(ends[1, i]),
                "seconds": round(fits[i].fit_seconds, 4),
            }
            for i, n in enumerate(rows)
        ],
        "form": curve.form,
        "parameters": dict(zip("abcd", map(float, curve.parameters), strict=True)),
        "trusted": curve.trusted,
        "reason": curve.reason,
        "band": [
            {"rows": round(n), "value": float(v), "low": float(a), "high": float(b)}
            for n, v, a, b in zip(grid, middle, band[0], band[1], strict=True)
        ],
        "doubling": {"mean": mean, "low": low, "high": high},
    }


def _crossing(
    other: FamilyName, named: FamilyName, fitted: dict[FamilyName, Curve], rows: int, margin: float
) -> dict[str, Any]:
    """Where the other family would win, with a number only where both curves can be trusted."""
    found = crossing(fitted[other], fitted[named], rows, margin)
    trusted = fitted[other].trusted and fitted[named].trusted
    printed = trusted and found.rows is not None and found.rows > rows
    return {
        "family": other,
        "over": named,
        "rows": round(found.rows) if printed and found.rows is not None else None,
        "low": round(found.low) if printed and found.low is not None else None,
        "high": round(found.high) if printed and found.high is not None else None,
        "p_within_4n": found.p_near if trusted else None,
        "sentence": _worded(other, named, found, rows) if trusted else _untold(other, named, fitted),
    }


def _untold(other: FamilyName, named: FamilyName, fitted: dict[FamilyName, Curve]) -> str:
    why = "; ".join(f"{NOUNS[f]}: {fitted[f].reason}" for f in (other, named) if fitted[f].reason)
    return f"Whether {NOUNS[other]} would overtake {NOUNS[named]} with more rows cannot be told ({why})."


def _worded(other: FamilyName, named: FamilyName, found: Crossing, rows: int) -> str:
    overtakes = f"{NOUNS[other]} would overtake {NOUNS[named]}"
    if found.rows is not None and found.rows <= rows:
        ahead = f"{NOUNS[other]} would be ahead of {NOUNS[named]} with the rows there are already"
        return f"By the curves of one split {ahead}; the comparison of what was measured decides."
    if found.rows is not None:
        low = _rounded(found.low or found.rows)
        high = _rounded(found.high) if found.high is not None else f"more than {FARTHEST:.0f} times as many"
        return f"By the curves {overtakes} at about {_rounded(found.rows)} rows to learn from (90 % {low} to {high})."
    if found.p_near >= WORDED_FROM:
        return f"That {overtakes} within 4 times the rows has probability {found.p_near:.2f}; no number stands out."
    return f"By the curves it is not to be expected that {overtakes} within {FARTHEST:.0f} times the rows."


def _rounded(rows: float) -> str:
    """Two significant digits: a forecast is not known any better."""
    return f"{float(f'{rows:.2g}'):,.0f}"
