"""A series over time as inline SVG: what came, what was forecast, and the interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.report.charts import line
from automl.report.formats import number
from automl.report.svg import Scale, canvas, pct, tag, text, tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

FLOOR = 24
"""Pixels below the plot, for the times."""
GUTTER = 7.0
"""Per cent of the width at the left where the figures stand."""


def timeline(
    times: Sequence[str],
    actual: Sequence[float],
    forecast: Sequence[float],
    band: Sequence[Sequence[float]] | None,
    label: str,
    *,
    height: float = 260,
) -> Markup:
    """Both lines over the steps, the interval as an area.

    Args:
        times: (n,) names of the steps, in order.
        actual, forecast: (n,) values.
        band: (n,) lower and (n,) upper ends, or None.
        label: what a screen reader says.
        height: pixels, times included.
    """
    up = Scale.over([*actual, *forecast, *(v for ends in band or () for v in ends)], pad=0.05)
    across = Scale(0.0, max(len(times) - 1.0, 1.0), GUTTER, 99.0)

    def down(value: float) -> float:
        return (height - FLOOR) * (1 - (up.at(value) - up.left) / (up.right - up.left))

    def trace(values: Sequence[float]) -> list[str]:
        return [f"{across.at(i):.2f} {down(v):.1f}" for i, v in enumerate(values)]

    def path(values: Sequence[float], colour: str, width: float, dash: str | None = None) -> str:
        return tag("path", d="M" + "L".join(trace(values)), fill="none", stroke=tone(colour), stroke_width=width,
                   stroke_dasharray=dash, vector_effect="non-scaling-stroke")  # fmt: skip

    shapes = []
    if band is not None:
        outline = trace(band[1]) + trace(band[0])[::-1]
        shapes.append(tag("path", d="M" + "L".join(outline) + "Z", fill=tone("accent"), fill_opacity=0.15))
    shapes += [path(actual, "muted", 1.4), path(forecast, "accent", 1.8)]
    # Paths take no percentages: their x runs from 0 to 100 in a picture of its own.
    inner = tag("svg", "".join(shapes), width="100%", height=height, viewBox=f"0 0 100 {height:g}",
                preserveAspectRatio="none", aria_hidden="true")  # fmt: skip
    grid = [line(GUTTER, down(t), 99, down(t), "rule") for t in up.ticks(4)]
    looks = {"fill": tone("muted"), "font_size": 11, "class_": "halo"}
    figures = [text(number(float(t)), pct(0), down(t) + 4, **looks) for t in up.ticks(4)]
    return canvas([*grid, inner, *figures, *_times(times, across, height)], label, height)


def _times(times: Sequence[str], across: Scale, height: float) -> list[str]:
    """The first, the middle and the last time."""
    places = {0: "start", len(times) // 2: "middle", len(times) - 1: "end"}
    return [
        text(times[i], pct(across.at(i)), height - 6, fill=tone("muted"), font_size=11, text_anchor=anchor)
        for i, anchor in places.items()
    ]
