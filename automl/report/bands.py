"""Learning curves as inline SVG: the metric by training rows on a log axis, with bands and what is only projected."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl.report.charts import line, mark
from automl.report.formats import number
from automl.report.svg import Scale, canvas, pct, tag, text, title, tone

if TYPE_CHECKING:
    from markupsafe import Markup

FLOOR = 40
"""Pixels below the plot, for the ticks and the name of the axis."""
TOP = 18
"""Pixels above the plot, for what the upright lines mean."""
REACH = 0.35
"""Whiskers and bands may widen the axis by this share of the span of the values; what goes on is cut."""
GUTTER = 8.0
"""Per cent of the width at the left where the figures of the metric stand."""
DODGE = 0.45
"""Per cent of the width by which the anchors of families stand apart."""


@dataclass(frozen=True)
class Reading:
    """The metric at a number of training rows, with its 90 % interval where there is one."""

    rows: float
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Curve:
    """The learning curve of a family.

    Attributes:
        family: gives colour and shape.
        name: in words.
        anchors: measured.
        band: the fitted curve on a grid of rows, empty when it is not to be trusted.
        named: True for the family of the verdict, which is drawn heavier and last.
    """

    family: str
    name: str
    anchors: list[Reading] = field(default_factory=list)
    band: list[Reading] = field(default_factory=list)
    named: bool = False


@dataclass(frozen=True)
class Crossing:
    """Rows at which a family would overtake the named one, with the 90 % interval."""

    family: str
    name: str
    rows: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class _Plane:
    """Both axes: `across` holds log10 of the rows, `up` the metric."""

    across: Scale
    up: Scale
    height: float

    @property
    def floor(self) -> float:
        return self.height - FLOOR

    def x(self, rows: float) -> float:
        return self.across.at(math.log10(max(rows, 1.0)))

    def y(self, value: float) -> float:
        share = (self.up.at(value) - self.up.left) / (self.up.right - self.up.left)
        return self.floor - (self.floor - TOP) * share


def bands(
    curves: list[Curve],
    label: str,
    *,
    rows: float | None = None,
    crossings: list[Crossing] | None = None,
    height: float = 340,
    ticks: int = 9,
) -> Markup:
    """Measured anchors with whiskers, fitted curves with 90 % bands, dashed where they are projected.

    Args:
        curves: one a family, with at least one anchor or band among them.
        label: what a screen reader says.
        rows: training rows that were measured; what lies beyond is projection.
        crossings: where another family would overtake the named one; those outside the axis are left out.
        height: pixels, ticks included.
        ticks: most figures below the plot; fewer suit a narrow chart.
    """
    plane = _plane(curves, height)
    drawn = sorted(curves, key=lambda curve: curve.named)
    parts = _grid(plane, ticks)
    parts += [_shapes([part for curve in drawn for part in _curve(plane, curve, rows)], height)]
    if rows is not None:
        parts += _now(plane, rows)
    parts += [part for crossing in crossings or [] for part in _crossing(plane, crossing)]
    for place, curve in enumerate(drawn):
        shift = DODGE * (place - (len(drawn) - 1) / 2)
        parts += [part for anchor in curve.anchors for part in _anchor(plane, curve, anchor, shift)]
    return canvas(parts + _heights(plane), label, height)


def _plane(curves: list[Curve], height: float) -> _Plane:
    readings = [r for c in curves for r in (*c.anchors, *c.band)]
    across = [math.log10(max(r.rows, 1.0)) for r in readings]
    values = [r.value for r in readings]
    reach = REACH * (max(values) - min(values)) if values else 0.0
    # A band or whisker that blows up would press all the curves into one line.
    low, high = min(values, default=0.0) - reach, max(values, default=1.0) + reach
    ends = [min(max(e, low), high) for r in readings for e in (r.low, r.high) if e is not None]
    return _Plane(Scale.over(across, pad=0.02, left=GUTTER, right=98.0), Scale.over(values + ends, pad=0.05), height)


def _grid(plane: _Plane, most: int) -> list[str]:
    parts = [line(0, plane.y(t), 100, plane.y(t), "rule") for t in plane.up.ticks(5)]
    shown = decades(10**plane.across.low, 10**plane.across.high, most)
    for i, rows in enumerate(shown):
        x = plane.x(rows)
        parts.append(line(x, TOP, x, plane.floor, "rule"))
        parts.append(_below(f"{rows:,.0f}", x, plane.floor + 15, "odd" if i % 2 and len(shown) > 4 else None))
    return [*parts, _below("training rows (log scale)", 50, plane.height - 6, None)]


def _below(content: str, x: float, y: float, kind: str | None) -> str:
    anchor = "start" if x < 5 else "end" if x > 95 else "middle"
    return text(content, pct(x), y, fill=tone("muted"), font_size=11, text_anchor=anchor, class_=kind)


def decades(low: float, high: float, most: int = 9) -> list[float]:
    """1, 2 and 5 times powers of ten between low and high; only powers of ten when those are more than `most`."""
    if not (0 < low < high < math.inf):
        return []
    powers = [10.0**p for p in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    fine = [m * p for p in powers for m in (1, 2, 5) if low <= m * p <= high]
    return fine if len(fine) <= most else [p for p in powers if low <= p <= high]


def _shapes(parts: list[str], height: float) -> str:
    """Areas and paths, whose x runs from 0 to 100 like per cent: SVG paths take no percentages."""
    return tag(
        "svg",
        "".join(parts),
        width="100%",
        height=height,
        viewBox=f"0 0 100 {height:g}",
        preserveAspectRatio="none",
        overflow="hidden",
        aria_hidden="true",
    )


def _curve(plane: _Plane, curve: Curve, rows: float | None) -> list[str]:
    """The band and the line of a curve; without a band the anchors are joined by a thin line."""
    weight = 2.6 if curve.named else 1.5
    if not curve.band:
        return [_path(plane, curve.anchors, curve.family, 1.0, "1.5 3")]
    parts = [_area(plane, curve)]
    last = rows if rows is not None else max((a.rows for a in curve.anchors), default=math.inf)
    measured = [r for r in curve.band if r.rows <= last]
    projected = [r for r in curve.band if r.rows >= (measured[-1].rows if measured else 0)]
    return [
        *parts,
        _path(plane, measured, curve.family, weight, None),
        _path(plane, projected, curve.family, weight, "6 4"),
    ]


def _area(plane: _Plane, curve: Curve) -> str:
    ends = [r for r in curve.band if r.low is not None and r.high is not None]
    upper = [(plane.x(r.rows), plane.y(r.high)) for r in ends if r.high is not None]
    lower = [(plane.x(r.rows), plane.y(r.low)) for r in reversed(ends) if r.low is not None]
    if len(upper) < 2:
        return ""
    outline = "L".join(f"{x:.2f} {y:.1f}" for x, y in upper + lower)
    return tag("path", d=f"M{outline}Z", fill=tone(curve.family), fill_opacity=0.24 if curve.named else 0.12)


def _path(plane: _Plane, readings: list[Reading], family: str, width: float, dash: str | None) -> str:
    if len(readings) < 2:
        return ""
    points = "L".join(f"{plane.x(r.rows):.2f} {plane.y(r.value):.1f}" for r in readings)
    return tag(
        "path",
        d=f"M{points}",
        fill="none",
        stroke=tone(family),
        stroke_width=width,
        stroke_dasharray=dash,
        vector_effect="non-scaling-stroke",
    )


def _anchor(plane: _Plane, curve: Curve, anchor: Reading, shift: float) -> list[str]:
    x = plane.x(anchor.rows) + shift
    parts = []
    ends = ""
    if anchor.low is not None and anchor.high is not None:
        parts.append(line(x, plane.y(anchor.low), x, plane.y(anchor.high), curve.family, 1.6))
        ends = f" (90 % {number(anchor.low)} to {number(anchor.high)})"
    said = f"{curve.name}, {anchor.rows:,.0f} rows: {number(anchor.value)}{ends}"
    return [*parts, tag("g", title(said) + mark(x, round(plane.y(anchor.value), 1), curve.family))]


def _now(plane: _Plane, rows: float) -> list[str]:
    """The line between what was measured and what is projected."""
    x = plane.x(rows)
    parts = [line(x, TOP - 4, x, plane.floor, "muted", 1.2, "2 3")]
    for side, content, room in (("end", "measured", x > 18), ("start", "projected", x < 82)):
        if room:
            place = pct(x + (-0.8 if side == "end" else 0.8))
            parts.append(text(content, place, 11, fill=tone("muted"), font_size=11, text_anchor=side))
    return parts


def _crossing(plane: _Plane, crossing: Crossing) -> list[str]:
    """An upright line where a family overtakes, its interval on the floor of the plot."""
    if not plane.across.holds(math.log10(max(crossing.rows, 1.0))):
        return []
    x = plane.x(crossing.rows)
    parts = [line(x, TOP, x, plane.floor, crossing.family, 1.6, "5 3")]
    if crossing.low is not None and crossing.high is not None:
        parts.append(line(plane.x(crossing.low), plane.floor, plane.x(crossing.high), plane.floor, crossing.family, 4))
    side, step = ("end", -0.8) if x > 60 else ("start", 0.8)
    about = f"{round(crossing.rows, 1 - math.floor(math.log10(max(crossing.rows, 1.0)))):,.0f}"
    said = title(f"{crossing.name} overtakes at about {about} rows")
    shown = text(
        f"overtakes at {about}",
        pct(x + step),
        plane.floor - 8,
        fill=tone(crossing.family),
        font_weight=650,
        text_anchor=side,
        class_="halo",
    )
    return [*parts, tag("g", said + shown)]


def _heights(plane: _Plane) -> list[str]:
    """Figures at the left of the grid, above its lines."""
    return [
        text(number(float(t)), pct(0), plane.y(t) - 3, fill=tone("muted"), font_size=11, class_="halo")
        for t in plane.up.ticks(5)
    ]


def outline(curve: Curve) -> str:
    """A curve in words, for those who do not see it: 'linear model from 0.81 at 100 rows to 0.84 at 450 rows'."""
    if not curve.anchors:
        return curve.name
    ordered = sorted(curve.anchors, key=lambda a: a.rows)
    ends = [f"{number(a.value)} at {a.rows:,.0f} rows" for a in (ordered[0], ordered[-1])]
    return f"{curve.name} {' to '.join(dict.fromkeys(ends))}"
