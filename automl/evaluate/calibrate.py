"""Calibration: probabilities turned into the shares that they promise, learnt from out-of-fold predictions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from automl.evaluate import crossfit
from automl.evaluate.reliability import ece
from automl.families.temperature import divisor, one_error, softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array

Kind = Literal["none", "temperature", "isotonic"]

FEWEST_ROWS = 50
ISOTONIC_ROWS = 1_000
"""Rows of every class that a free curve needs; with fewer it follows the noise."""
MOST_LINES = 20_000
"""Lines used; more change no digit that matters and cost seconds."""
SMALLEST = 1e-15
"""Probabilities are clipped here before the logarithm of the loss, as in the metric."""
TINY = 1e-30
"""The same before a temperature, so low that different probabilities stay different."""
COLDEST, HOTTEST, HALVINGS = 0.02, 10.0, 20
BOUND = 1.01
"""A temperature within this factor of the coldest is the bound's and not the data's: it is not taken."""
MOST_CELLS = 500_000
"""Probabilities that one temperature is learnt from: one number needs no more, and many classes cost time."""


@dataclass(frozen=True)
class Knots:
    """A rising curve through points: (k,) probabilities given by the model, and what they become."""

    given: tuple[float, ...]
    becomes: tuple[float, ...]

    def at(self, probability: Array) -> Array:
        """(n,) calibrated probabilities, linear between the knots."""
        return np.interp(probability, self.given, self.becomes)


@dataclass(frozen=True)
class Calibration:
    """How the probabilities of a model are corrected, and why so.

    Attributes:
        kind: none, temperature (all log probabilities divided by one number) or isotonic (a rising curve).
        temperature: the divisor; above 1 the model was too sure of itself.
        knots: isotonic: the curve of the second class, or one curve a class when there are more than two.
        reason: one sentence.
        evidence: rows; log_loss {kind: cross-fitted}; gain {kind: {mean, error}} over what was kept before it (of a
            temperature below 1 with one error more than was seen); ece and brier {before, after} of the same rows,
            after being cross-fitted.
    """

    kind: Kind = "none"
    temperature: float = 1.0
    knots: tuple[Knots, ...] = ()
    reason: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    def apply(self, probabilities: Array) -> Array:
        """(n, classes) corrected probabilities in the dtype given, rows summing to one.

        For two classes the order of the rows stays: both corrections rise with the probability given.
        """
        if self.kind == "none":
            return probabilities
        p = probabilities.astype(np.float64)
        if self.kind == "temperature":
            changed = softmax(_logs(p) / self.temperature)
        elif len(self.knots) == 1:
            second = self.knots[0].at(p[:, 1])
            changed = np.stack([1.0 - second, second], axis=1)
        else:
            curves = [knots.at(p[:, code]) for code, knots in enumerate(self.knots)]
            changed = np.stack(curves, axis=1)
            changed /= changed.sum(axis=1, keepdims=True)
        return np.asarray(changed.astype(probabilities.dtype))


def calibrate(
    y: Array, predictions: Array, splits: Array, weight: Array | None = None, rows: Array | None = None
) -> Calibration:
    """The simplest of none, temperature and isotonic that no more complex one beats in cross-fitted log loss.

    Better means by more than one standard error of the paired differences of the rows. A temperature below 1 needs
    errors to support it: it is learnt and judged as if there were one more (see `temperature.divisor`).

    Args:
        y: (n,) class codes.
        predictions: (n, classes) out-of-fold probabilities.
        splits: (n,) split of cross-validation of each line.
        weight: (n,) row weights or None.
        rows: (n,) row of each line when rows are predicted more than once (see `crossfit.folds`).

    Source: Guo et al. 2017 (temperature); Zadrozny and Elkan 2002 (isotonic, one class against the rest).
    """
    count = crossfit.distinct(len(y), rows)
    if count < FEWEST_ROWS:
        return Calibration(reason=f"Left as they are: {count} rows are too few to learn a correction from.")
    lines = _some(len(y))
    w = np.ones(len(lines)) if weight is None else np.asarray(weight, dtype=float)[lines]
    data = _Lines(y[lines], predictions[lines].astype(np.float64), w, None if rows is None else rows[lines])
    return _choose(data, crossfit.folds(splits[lines], data.rows))


def brier(y: Array, probabilities: Array, weight: Array | None = None) -> float:
    """Mean squared distance of the probabilities from the truth; for two classes that of the second class alone."""
    p = probabilities.astype(np.float64)
    squares = ((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1) / (2 if p.shape[1] == 2 else 1)
    return float(np.average(squares, weights=weight))


@dataclass(frozen=True)
class _Lines:
    """What a correction is learnt from; attributes as the arguments of `calibrate`."""

    y: Array
    p: Array
    w: Array
    rows: Array | None

    def take(self, inside: Array) -> _Lines:
        rows = None if self.rows is None else self.rows[inside]
        return _Lines(self.y[inside], self.p[inside], self.w[inside], rows)


def _choose(data: _Lines, folds: Array) -> Calibration:
    predicted: dict[Kind, Array] = {"none": data.p}
    losses: dict[Kind, Array] = {"none": _losses(data.y, data.p)}
    kept: Kind = "none"
    gains: dict[str, crossfit.Gain] = {}
    whole: dict[Kind, Calibration] = {"none": Calibration()}
    for kind, fit in _possible(data).items():
        whole[kind] = fit(data)
        if kind == "temperature" and whole[kind].temperature <= COLDEST * BOUND:
            continue
        predicted[kind] = _crossfitted(data, folds, fit)
        losses[kind] = _losses(data.y, predicted[kind])
        gains[kind] = _gain(data, losses[kept], losses[kind], whole[kind])
        if gains[kind].beyond_noise:
            kept = kind
    evidence = {
        "rows": crossfit.distinct(len(data.y), data.rows),
        "log_loss": {kind: float(np.average(loss, weights=data.w)) for kind, loss in losses.items()},
        "gain": {kind: {"mean": g.mean, "error": g.error} for kind, g in gains.items()},
        "ece": {"before": ece(data.y, data.p, data.w), "after": ece(data.y, predicted[kept], data.w)},
        "brier": {"before": brier(data.y, data.p, data.w), "after": brier(data.y, predicted[kept], data.w)},
    }
    fitted = whole[kept]
    return replace(fitted, reason=_reason(fitted, evidence), evidence=evidence)


def _gain(data: _Lines, before: Array, after: Array, fitted: Calibration) -> crossfit.Gain:
    """The gain of a correction; one that makes surer is judged with one error more than was seen, as it is learnt.

    Without it rows that all happen to be right would pay for any sharpening: their losses only fall, and hardly differ.
    """
    if fitted.kind != "temperature" or fitted.temperature >= 1.0:
        return crossfit.gain(before, after, data.w, data.rows)
    share = one_error(data.p)
    unseen = [float((share * -_logs(p)).sum()) for p in (data.p, fitted.apply(data.p))]
    rows = np.arange(len(data.y)) if data.rows is None else np.unique(data.rows, return_inverse=True)[1]
    weight = np.append(data.w, data.w.sum() / crossfit.distinct(len(data.y), data.rows))
    return crossfit.gain(np.append(before, unseen[0]), np.append(after, unseen[1]), weight, np.append(rows, len(rows)))


def _possible(data: _Lines) -> dict[Kind, Callable[[_Lines], Calibration]]:
    """The corrections that the rows allow, simple to complex."""
    counts = np.bincount(data.y, minlength=data.p.shape[1])
    repeats = len(data.y) / crossfit.distinct(len(data.y), data.rows)
    enough = counts.min() >= ISOTONIC_ROWS * repeats
    return FITS if enough else {"temperature": FITS["temperature"]}


def _crossfitted(data: _Lines, folds: Array, fit: Callable[[_Lines], Calibration]) -> Array:
    """(n, classes) corrected probabilities, each row by a correction that has not seen it."""
    result = data.p.copy()
    for fold in np.unique(folds):
        inside = folds == fold
        result[inside] = fit(data.take(~inside)).apply(data.p[inside])
    return result


def _temperature(data: _Lines) -> Calibration:
    step = -(-data.p.size // MOST_CELLS)
    logs, y, weight = _logs(data.p[::step]), data.y[::step], data.w[::step]
    rows = crossfit.distinct(len(y), None if data.rows is None else data.rows[::step])
    return Calibration("temperature", temperature=divisor(logs, y, weight, COLDEST, HOTTEST, HALVINGS, rows=rows))


def _isotonic(data: _Lines) -> Calibration:
    codes = [1] if data.p.shape[1] == 2 else range(data.p.shape[1])
    return Calibration("isotonic", knots=tuple(_curve(data.p[:, c], data.y == c, data.w) for c in codes))


FITS: dict[Kind, Callable[[_Lines], Calibration]] = {"temperature": _temperature, "isotonic": _isotonic}


def _curve(p: Array, hit: Array, weight: Array) -> Knots:
    """Isotonic regression with its steps joined at their centres, so that it rises everywhere.

    Source: Oron and Flournoy 2017, Centered isotonic regression. The ends reach half way to 0 and 1.
    """
    from sklearn.isotonic import IsotonicRegression

    least = 1.0 / (len(p) + 2)  # a share of zero among so many rows is no impossibility
    steps = IsotonicRegression(y_min=least, y_max=1 - least).fit(p, hit.astype(float), weight).predict(p)
    values, codes = np.unique(np.round(steps, 12), return_inverse=True)
    used = np.maximum(np.bincount(codes, weight), 1e-12)
    centres = np.bincount(codes, weight * p) / used
    inside = np.concatenate([[True], np.diff(centres) > 0]) & (centres > 0) & (centres < 1)
    given = [0.0, *centres[inside].tolist(), 1.0]
    becomes = [float(values[0]) / 2, *values[inside].tolist(), (1 + float(values[-1])) / 2]
    return Knots(tuple(given), tuple(becomes))


def _reason(fitted: Calibration, evidence: dict[str, Any]) -> str:
    losses = evidence["log_loss"]
    if fitted.kind == "none":
        return "Left as they are: no correction lowers the cross-fitted log loss by more than noise."
    change = f"log loss {losses['none']:.4f} before, {losses[fitted.kind]:.4f} after, cross-fitted"
    if fitted.kind == "isotonic":
        return f"Corrected by a rising curve (isotonic regression): {change}."
    sure = "too sure" if fitted.temperature > 1 else "not sure enough"
    return f"Divided by a temperature of {fitted.temperature:.2f}, because the model was {sure} of itself: {change}."


def _some(count: int) -> Array:
    if count <= MOST_LINES:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, MOST_LINES, replace=False))


def _logs(p: Array) -> Array:
    return np.asarray(np.log(np.maximum(p, TINY)))


def _losses(y: Array, p: Array) -> Array:
    return np.asarray(-np.log(np.maximum(p[np.arange(len(y)), y], SMALLEST)))
