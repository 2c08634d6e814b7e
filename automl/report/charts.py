"""Charts as inline SVG strings: small pure functions from figures to markup.

Two kinds. Rows (`dot_whisker`, `bar`, `axis`) stand in the cells of a table, one a row on a common scale, so that label,
picture and figure are one line for the eye and one row for a screen reader; they stretch to the height of the row. Plots (`histogram`, `scatter`, `step_line`,
`heat_map`, `stacked`, `gauge`) stand alone. Colours are CSS variables with fallbacks; families also differ by shape.
"""

from __future__ import annotations

from itertools import pairwise

from markupsafe import Markup

from automl.report.formats import number
from automl.report.svg import Scale, canvas, pct, tag, text, title, tone

SHAPES = {
    "baseline": "M-4-4L4 4M-4 4L4-4",
    "linear": "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z",
    "trees": "M-5-5H5V5H-5Z",
    "network": "M0-6L6 0L0 6L-6 0Z",
}
"""Marks of the families around (0, 0): cross, circle, square, diamond."""

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
    x1: float, y1: float | str, x2: float, y2: float | str, colour: str = "muted", width: float = 1, dash: str | None = None,
) -> str:
    """A line between two points, x in per cent, y in pixels (or text with its unit)."""
    return tag(
        "line", x1=pct(x1), y1=_length(y1), x2=pct(x2), y2=_length(y2),
        stroke=tone(colour), stroke_width=width, stroke_dasharray=dash,
    )


def _length(y: float | str) -> float | str:
    return y if isinstance(y, str) else round(y, 2)


def dot_whisker(
    scale: Scale, value: float, low: float | None, high: float | None, *,
    family: str = "linear", label: str = "", reference: float | None = None, hollow: bool = False,
) -> Markup:
    """A value with its interval on a common scale: one row of a table.

    Args:
        scale: shared by all rows.
        value, low, high: the figure and the ends of its interval; without ends only the mark is drawn.
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
    return canvas(_tick_labels(scale, scale.ticks(), 13, decimals), label, 18)


def _tick_labels(scale: Scale, values: list[float], y: float, decimals: int | None = None) -> list[str]:
    return [
        text(number(float(v), decimals), pct(scale.at(v)), y, fill=tone("muted"), font_size=11, text_anchor=_anchor(scale.at(v)))
        for v in values
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
            tag("rect", title(f"{name}: {number(float(amount))}"), x=pct(x), y=0, width=pct(width), height=height,
                fill=tone(colour), stroke="var(--paper, #fff)", stroke_width=1.5)
        )
        x += width
    return canvas(drawn, label, height)


def histogram(edges: list[float], counts: list[int], label: str, *, height: float = 150, zero: bool = False) -> Markup:
    """Counts between edges, with ticks below.

    Args:
        edges: (bins + 1,) increasing.
        counts: (bins,).
        label: what a screen reader says.
        height: pixels, ticks included.
        zero: draw a line at zero (for residuals).
    """
    scale, floor = Scale(edges[0], max(edges[-1], edges[0] + 1e-12)), height - 22
    tallest = max([*counts, 1])
    parts = []
    for (left, right), count in zip(pairwise(edges), counts, strict=False):
        tall = (floor - 6) * count / tallest
        name = title(f"{number(float(left))} to {number(float(right))}: {count:,}")
        parts.append(
            tag("rect", name, x=pct(scale.at(left)), width=pct(scale.at(right) - scale.at(left)), y=round(floor - tall, 2),
                height=round(tall, 2), fill=tone("fill"), stroke="var(--paper, #fff)", stroke_width=0.75)
        )
    parts.append(line(scale.left, floor, scale.right, floor, "muted"))
    if zero and scale.holds(0.0):
        parts.append(line(scale.at(0.0), 0, scale.at(0.0), floor, "bad", 1.5, "4 3"))
    return canvas(parts + _tick_labels(scale, scale.ticks(5), height - 6), label, height)


def spark(counts: list[int], label: str, *, width: int = 96, height: int = 22) -> Markup:
    """A histogram in a word's space: one path, no ticks."""
    tallest, step = max([*counts, 1]), width / max(len(counts), 1)
    bars = "".join(
        f"M{i * step:.1f} {height}v{-max(height * c / tallest, 1):.1f}h{max(step - 0.6, 0.4):.1f}V{height}z"
        for i, c in enumerate(counts) if c
    )
    return canvas([tag("path", d=bars or "M0 0", fill=tone("fill"))], label, height, width=str(width))


def shares(values: list[float], label: str, *, width: int = 96, height: int = 22) -> Markup:
    """The largest categories as slices of one bar in a word's space; what is left over stays pale."""
    x, parts = 0.0, [tag("rect", x=0, y=6, width=width, height=height - 12, fill=tone("rest"))]
    for i, value in enumerate(values):
        w = width * max(value, 0.0)
        parts.append(
            tag("rect", x=round(x, 1), y=6, width=round(max(w - 0.8, 0.3), 1), height=height - 12, fill=tone("fill"),
                opacity=round(max(1 - 0.13 * i, 0.3), 2))
        )
        x += w
    return canvas(parts, label, height, width=str(width))


def scatter(points: list[tuple[float, float]], label: str, *, height: float = 300) -> Markup:
    """Points (x, y) on one scale for both axes, with the diagonal on which a perfect model lies."""
    scale = Scale.over([v for point in points for v in point], pad=0.03)
    floor = height - 22

    def down(value: float) -> float:
        return floor - floor * (scale.at(value) - scale.left) / (scale.right - scale.left)

    marks = [line(scale.at(t), 0, scale.at(t), floor, "rule") for t in scale.ticks(5)]
    marks += [line(scale.left, down(t), scale.right, down(t), "rule") for t in scale.ticks(5)]
    marks.append(line(scale.left, floor, scale.right, 0, "muted", 1.2, "4 3"))
    marks += [
        tag("circle", cx=pct(scale.at(x)), cy=round(down(y), 1), r=2.6, fill=tone("accent"), fill_opacity=0.45)
        for x, y in points
    ]
    marks += [text(number(float(t)), pct(scale.left), down(t) - 3, fill=tone("muted"), font_size=11, class_="halo")
              for t in scale.ticks(5)]
    return canvas(marks + _tick_labels(scale, scale.ticks(5), height - 6), label, height)


def step_line(
    points: list[tuple[float, float, str]], label: str, *, greater_is_better: bool = False, height: float = 190,
) -> Markup:
    """Trials as marks over time, and the best so far as a stair.

    Args:
        points: (x, value, family) in the order of x.
        label: what a screen reader says.
        greater_is_better: which way the stair goes.
        height: pixels, ticks included.
    """
    xs, ys = Scale.over([0.0, *(x for x, _, _ in points)], pad=0.02), _bulk([y for _, y, _ in points], greater_is_better)
    floor = height - 22

    def down(value: float) -> float:
        return floor - 8 - (floor - 16) * (ys.at(value) - ys.left) / (ys.right - ys.left)

    parts = [line(xs.left, down(t), xs.right, down(t), "rule") for t in ys.ticks(4)]
    best: float | None = None
    before = 0.0
    for x, y, _ in points:
        better = best is None or (y > best if greater_is_better else y < best)
        if best is not None:
            parts.append(line(xs.at(before), down(best), xs.at(x), down(best), "accent", 2))
            if better:
                parts.append(line(xs.at(x), down(best), xs.at(x), down(y), "accent", 2))
        best, before = (y if better or best is None else best), x
    parts += [mark(xs.at(x), down(y), family, hollow=True) for x, y, family in points]
    parts += [text(number(float(t)), pct(ys.left), down(t) - 3, fill=tone("muted"), font_size=11, class_="halo")
              for t in ys.ticks(4)]
    return canvas(parts + _tick_labels(xs, xs.ticks(5), height - 6), label, height)


def _bulk(values: list[float], greater_is_better: bool) -> Scale:
    """A scale for the better three quarters: a diverged trial would press all others into one line."""
    ordered = sorted(values, reverse=greater_is_better)
    kept = ordered[: max(3 * len(ordered) // 4, min(len(ordered), 4))]
    span = abs(kept[-1] - kept[0]) if kept else 0.0
    near = [v for v in ordered if not kept or abs(v - kept[0]) <= 3 * span or span == 0]
    return Scale.over(near or [0.0], pad=0.08)


def heat_map(matrix: list[list[float]], labels: list[str], label: str) -> Markup:
    """A square matrix as tinted cells, rows labelled at the left; hovering names a cell.

    Args:
        matrix: (n, n) shares between 0 and 1 of each row; zeros are left blank.
        labels: (n,) names of rows and columns.
        label: what a screen reader says.
    """
    n = max(len(labels), 1)
    tall = max(min(440 / n, 22), 8)
    left, wide = 18.0, 82.0 / n
    cells = [text(name, "0%", i * tall + tall / 2 + 4, font_size=min(11, tall)) for i, name in enumerate(labels)]
    cells.append(tag("rect", x=pct(left), y=0, width=pct(82), height=n * tall, fill="var(--panel, #f5f3ee)"))
    for i, row in enumerate(matrix):
        for j, share in enumerate(row):
            if share > 0:
                name = title(f"{labels[i]} taken for {labels[j]}: {share:.1%}" if i != j else f"{labels[i]}: {share:.1%} right")
                cells.append(
                    tag("rect", name, x=pct(left + j * wide), y=round(i * tall, 1), width=pct(wide), height=round(tall, 1),
                        fill=tone("accent" if i == j else "bad"), fill_opacity=round(0.08 + 0.92 * min(share, 1.0) ** 0.6, 2))
                )
    return canvas(cells, label, n * tall)


def gauge(value: float, low: float | None, high: float | None, baseline: float, perfect: float, *,
          family: str, label: str, decimals: int | None = None) -> Markup:
    """How far a model gets from guessing to perfection, on one line.

    Args:
        value, low, high: the metric and its interval.
        baseline: the metric of the model that uses no inputs.
        perfect: the best possible value.
        family: gives colour and shape.
        label: what a screen reader says.
        decimals: digits after the point.
    """
    ends = [v for v in (value, low, high, baseline, perfect) if v is not None]
    # Guessing is always at the left and perfection at the right, also for errors, where less is better.
    scale = Scale(min(ends), max(ends)) if perfect >= baseline else Scale(-max(ends), -min(ends))
    sign = 1 if perfect >= baseline else -1

    def at(v: float) -> float:
        return scale.at(sign * v)

    y = 44.0
    parts = [
        line(scale.left, y, scale.right, y, "rule", 8),
        line(min(at(baseline), at(value)), y, max(at(baseline), at(value)), y, family, 8),
    ]
    if low is not None and high is not None:
        parts.append(line(min(at(low), at(high)), y, max(at(low), at(high)), y, family, 2.5))
        parts += [line(at(v), y - 9, at(v), y + 9, family, 2.5) for v in (low, high)]
    parts += [
        line(at(baseline), y - 12, at(baseline), y + 12, "baseline", 2),
        line(at(perfect), y - 12, at(perfect), y + 12, "baseline", 2),
        mark(at(value), y, family),
        text(number(value, decimals), pct(at(value)), 20, font_size=19, font_weight=650, text_anchor=_anchor(at(value))),
        text(f"guessing {number(baseline, decimals)}", pct(at(baseline)), 76, fill=tone("muted"), text_anchor=_anchor(at(baseline))),
        text(f"perfect {number(float(perfect))}", pct(at(perfect)), 76, fill=tone("muted"), text_anchor=_anchor(at(perfect))),
    ]
    return canvas(parts, label, 84)
