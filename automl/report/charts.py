"""Small charts as inline SVG: pure functions from figures to markup.

Rows (`dot_whisker`, `bar`, `axis`) stand in the cells of a table, one a row on a common scale, so that label, picture
and figure are one line for the eye and one row for a screen reader; they stretch to the height of the row. `spark` and
`shares` fit in a word's space; `stacked` and `gauge` stand alone. Colours are CSS variables with fallbacks; families
also differ by shape. Larger pictures are in `plots`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.report.formats import number
from automl.report.svg import Scale, canvas, pct, tag, text, title, tone

if TYPE_CHECKING:
    from markupsafe import Markup

SHAPES = {
    "baseline": "M-4-4L4 4M-4 4L4-4",
    "linear": "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z",
    "trees": "M-5-5H5V5H-5Z",
    "network": "M0-6L6 0L0 6L-6 0Z",
}
"""Marks of the families around (0, 0): cross, circle, square, diamond."""

FEW_TICKS = 3
"""Labels of an axis that fit a narrow screen, all of them."""
ROW = 26
"""Height of a chart that stands in a table row, pixels."""


def mark(x: float, y: float | str, family: str, *, hollow: bool = False) -> str:
    """The mark of a family at x (per cent) and y (pixels, or text with its unit)."""
    shape = SHAPES.get(family, SHAPES["linear"])
    colour = tone(family if family in SHAPES else "accent")
    fill = "var(--paper, #fff)" if hollow else colour
    path = tag("path", d=shape, fill=fill, stroke=colour, stroke_width=2)
    return tag("svg", path, x=pct(x), y=y, overflow="visible", width=1, height=1)


def line(
    x1: float,
    y1: float | str,
    x2: float,
    y2: float | str,
    colour: str = "muted",
    width: float = 1,
    dash: str | None = None,
) -> str:
    """A line between two points, x in per cent, y in pixels (or text with its unit)."""
    return tag(
        "line",
        x1=pct(x1),
        y1=_length(y1),
        x2=pct(x2),
        y2=_length(y2),
        stroke=tone(colour),
        stroke_width=width,
        stroke_dasharray=dash,
    )


def _length(y: float | str) -> float | str:
    return y if isinstance(y, str) else round(y, 2)


def dot_whisker(
    scale: Scale,
    value: float,
    low: float | None,
    high: float | None,
    *,
    family: str = "linear",
    label: str = "",
    reference: float | None = None,
    hollow: bool = False,
) -> Markup:
    """A value with its interval on a common scale: one row of a table.

    Args:
        scale: shared by all rows.
        value: the figure.
        low: lower end of its interval; without ends only the mark is drawn.
        high: upper end.
        family: gives colour and shape.
        label: what a screen reader says.
        reference: a value to draw a vertical line at, the same in every row.
        hollow: an empty mark, for figures that are only there to compare with.
    """
    parts = _grid(scale, reference)
    if low is not None and high is not None and low <= scale.high and high >= scale.low:
        parts.append(line(scale.at(low), "50%", scale.at(high), "50%", family, 2))
    if scale.holds(value):
        parts.append(mark(scale.at(value), "50%", family, hollow=hollow))
    else:
        arrow = "M0 0L8-5V5Z" if value < scale.low else "M0 0L-8-5V5Z"
        path = tag("path", d=arrow, fill=tone(family))
        parts.append(tag("svg", path, x=pct(scale.at(value)), y="50%", overflow="visible", width=1, height=1))
    return canvas(parts, label, ROW)


def _grid(scale: Scale, reference: float | None = None) -> list[str]:
    lines = [line(scale.at(t), 0, scale.at(t), "100%", "rule") for t in scale.ticks()]
    if reference is not None and scale.holds(reference):
        lines.append(line(scale.at(reference), 0, scale.at(reference), "100%", "muted", 1, "3 3"))
    return lines


def axis(scale: Scale, label: str, decimals: int | None = None) -> Markup:
    """The ticks of a common scale: the last row of a table of charts."""
    return canvas(tick_labels(scale, scale.ticks(), 13, decimals), label, 18)


def tick_labels(scale: Scale, values: list[float], y: float, decimals: int | None = None) -> list[str]:
    """Texts at the values; of many, every other one is left out on narrow screens."""
    return [
        text(
            number(float(v), decimals),
            pct(scale.at(v)),
            y,
            fill=tone("muted"),
            font_size=11,
            text_anchor=_anchor(scale.at(v)),
            class_="odd" if i % 2 and len(values) > FEW_TICKS else None,
        )
        for i, v in enumerate(values)
    ]


def _anchor(x: float) -> str:
    """Text near an edge grows away from it."""
    return "start" if x < 8 else "end" if x > 92 else "middle"


def bar(scale: Scale, value: float, low: float | None = None, high: float | None = None, *, label: str = "") -> Markup:
    """A horizontal bar from zero with an optional interval: one row of a table."""
    zero, end = scale.at(0.0), scale.at(value)
    parts = [line(scale.at(t), 0, scale.at(t), "100%", "rule") for t in scale.ticks()]
    parts += [line(min(zero, end), "50%", max(zero, end), "50%", "fill", 14), line(zero, 0, zero, "100%", "muted")]
    if low is not None and high is not None:
        parts.append(line(scale.at(low), "50%", scale.at(high), "50%", "accent", 2))
    return canvas(parts, label, ROW)


def stacked(parts: list[tuple[str, float, str]], label: str, height: float = 22) -> Markup:
    """Shares of a whole as one bar.

    Args:
        parts: (name, amount, tone); amounts of zero or less are left out.
        label: what a screen reader says.
        height: pixels.
    """
    parts = [p for p in parts if p[1] > 0]
    total = sum(amount for _, amount, _ in parts) or 1.0
    drawn, x = [], 0.0
    for name, amount, colour in parts:
        width = 100 * amount / total
        drawn.append(
            tag(
                "rect",
                title(f"{name}: {number(float(amount))}"),
                x=pct(x),
                y=0,
                width=pct(width),
                height=height,
                fill=tone(colour),
                stroke="var(--paper, #fff)",
                stroke_width=1.5,
            )
        )
        x += width
    return canvas(drawn, label, height)


def spark(counts: list[int], label: str, *, width: int = 96, height: int = 22) -> Markup:
    """A histogram in a word's space: one path, no ticks."""
    tallest, step = max([*counts, 1]), width / max(len(counts), 1)
    bars = "".join(
        f"M{i * step:.1f} {height}v{-max(height * c / tallest, 1):.1f}h{max(step - 0.6, 0.4):.1f}V{height}z"
        for i, c in enumerate(counts)
        if c
    )
    return canvas([tag("path", d=bars or "M0 0", fill=tone("fill"))], label, height, width=str(width))


def shares(values: list[float], label: str, *, width: int = 96, height: int = 22) -> Markup:
    """The largest categories as slices of one bar in a word's space; what is left over stays pale."""
    x, parts = 0.0, [tag("rect", x=0, y=6, width=width, height=height - 12, fill=tone("rest"))]
    for i, value in enumerate(values):
        w = width * max(value, 0.0)
        parts.append(
            tag(
                "rect",
                x=round(x, 1),
                y=6,
                width=round(max(w - 0.8, 0.3), 1),
                height=height - 12,
                fill=tone("fill"),
                opacity=round(max(1 - 0.13 * i, 0.3), 2),
            )
        )
        x += w
    return canvas(parts, label, height, width=str(width))


def gauge(
    value: float,
    low: float | None,
    high: float | None,
    baseline: float,
    perfect: float,
    *,
    family: str,
    label: str,
    decimals: int | None = None,
    guess: str = "guessing",
) -> Markup:
    """How far a model gets from guessing to perfection, on one line.

    Args:
        value: the metric.
        low: lower end of its interval, or None.
        high: upper end, or None.
        baseline: the metric of the model that uses no inputs.
        perfect: the best possible value.
        family: gives colour and shape.
        label: what a screen reader says.
        decimals: digits after the point.
        guess: what that model does.
    """
    # Guessing is always at the left and perfection at the right, also for errors, where less is better.
    sign = 1 if perfect >= baseline else -1
    ends = [sign * v for v in (value, low, high, baseline, perfect) if v is not None]
    scale, y = Scale(min(ends), max(ends)), 44.0
    model, base, best = (scale.at(sign * v) for v in (value, baseline, perfect))
    parts = [
        line(scale.left, y, scale.right, y, "rule", 8),
        line(min(base, model), y, max(base, model), y, family, 8),
        *_whisker(scale, [sign * v for v in (low, high) if v is not None], y, family),
        *(line(x, y - 12, x, y + 12, "baseline", 2) for x in (base, best)),
        mark(model, y, family),
        text(number(value, decimals), pct(model), 20, font_size=19, font_weight=650, text_anchor=_anchor(model)),
        *(
            text(f"{name} {number(v, places)}", pct(x), 76, fill=tone("muted"), text_anchor=_anchor(x))
            for name, v, x, places in ((guess, baseline, base, decimals), ("perfect", perfect, best, None))
        ),
    ]
    return canvas(parts, label, 84)


def _whisker(scale: Scale, ends: list[float], y: float, family: str) -> list[str]:
    """A line with a cap at each end; nothing without both ends."""
    if len(ends) != 2:
        return []
    caps = [line(scale.at(v), y - 9, scale.at(v), y + 9, family, 2.5) for v in ends]
    return [line(scale.at(min(ends)), y, scale.at(max(ends)), y, family, 2.5), *caps]
