"""Plots of trust: stated probabilities against what came true, and how wide intervals are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from automl.report.charts import line, tick_labels
from automl.report.formats import number, percent
from automl.report.svg import Scale, canvas, pct, tag, text, title, tone

if TYPE_CHECKING:
    from markupsafe import Markup

FLOOR = 22
"""Pixels below the plot, for the ticks."""


@dataclass(frozen=True)
class Point:
    """A bin of the reliability curve: stated and true share, the 95 % interval of the true one, and its rows."""

    stated: float
    true: float
    low: float
    high: float
    rows: int


def reliability(after: list[Point], before: list[Point], label: str, *, height: float = 320) -> Markup:
    """Stated probability across, true share up; on the dashed diagonal both are equal.

    Args:
        after: the probabilities as delivered, with whiskers.
        before: as the model gave them, drawn behind in grey; empty when they are the same.
        label: what a screen reader says.
        height: pixels, ticks included.
    """
    shown = [v for p in after for v in (p.stated, p.low, p.high)] + [v for p in before for v in (p.stated, p.true)]
    wide = Scale.over(shown, pad=0.04)
    scale = Scale(max(wide.low, -0.02), min(wide.high, 1.02))
    floor = height - FLOOR
    parts = _grid(scale, scale, floor)
    ends = max(scale.low, 0.0), min(scale.high, 1.0)
    at = [(scale.at(v), _down(scale, v, floor)) for v in ends]
    parts.append(line(*at[0], *at[1], "muted", 1.2, "4 3"))
    parts += _joined([(p.stated, p.true) for p in before], scale, floor, "muted")
    parts += [_dot(p, scale, floor, "muted", 3) for p in before]
    for p in after:
        x = scale.at(p.stated)
        parts.append(line(x, _down(scale, p.low, floor), x, _down(scale, p.high, floor), "accent", 1.2))
    parts += _joined([(p.stated, p.true) for p in after], scale, floor, "accent")
    parts += [_dot(p, scale, floor, "accent", 4) for p in after]
    parts += _heights(scale, floor)
    return canvas(parts + tick_labels(scale, scale.ticks(5), height - 6), label, height)


def widths(points: list[tuple[float, float]], label: str, *, height: float = 220) -> Markup:
    """Width of the interval (up, from zero) by prediction (across).

    Args:
        points: (prediction, width) in the order of the predictions.
        label: what a screen reader says.
        height: pixels, ticks included.
    """
    across = Scale.over([x for x, _ in points], pad=0.03)
    up = Scale(0.0, 1.08 * max([y for _, y in points if y > 0], default=1.0))
    floor = height - FLOOR
    parts = [*_grid(across, up, floor), *_joined(points, across, floor, "accent", up)]
    for x, y in points:
        name = title(f"prediction {number(x)}: {number(y)} wide")
        mark = tag("circle", name, cx=pct(across.at(x)), cy=round(_down(up, y, floor), 1), r=4, fill=tone("accent"))
        parts.append(mark)
    parts += _heights(up, floor)
    return canvas(parts + tick_labels(across, across.ticks(5), height - 6), label, height)


def _down(scale: Scale, value: float, floor: float) -> float:
    """Pixels from the top of a value on a scale that rises from the floor."""
    return floor - floor * (scale.at(value) - scale.left) / (scale.right - scale.left)


def _grid(across: Scale, up: Scale, floor: float) -> list[str]:
    upright = [line(across.at(t), 0, across.at(t), floor, "rule") for t in across.ticks(5)]
    return upright + [
        line(across.left, _down(up, t, floor), across.right, _down(up, t, floor), "rule") for t in up.ticks(5)
    ]


def _heights(up: Scale, floor: float) -> list[str]:
    """Figures at the left of the grid; the lowest is left out where the ticks across stand."""
    at = [(t, _down(up, t, floor) - 3) for t in up.ticks(5)]
    return [
        text(number(float(t)), pct(up.left), max(y, 10), fill=tone("muted"), font_size=11, class_="halo")
        for t, y in at
        if y < floor - 14
    ]


def _joined(
    points: list[tuple[float, float]], across: Scale, floor: float, colour: str, up: Scale | None = None
) -> list[str]:
    rise = up or across
    return [
        line(across.at(a), _down(rise, b, floor), across.at(c), _down(rise, d, floor), colour, 1.6)
        for (a, b), (c, d) in pairwise(points)
    ]


def _dot(point: Point, scale: Scale, floor: float, colour: str, radius: float) -> str:
    said = f"stated {percent(point.stated, 1)}, true {percent(point.true, 1)} of {point.rows:,} rows"
    return tag(
        "circle",
        title(said),
        cx=pct(scale.at(point.stated)),
        cy=round(_down(scale, point.true, floor), 1),
        r=radius,
        fill=tone(colour) if colour == "accent" else "var(--paper, #fff)",
        stroke=tone(colour),
        stroke_width=1.6,
    )
