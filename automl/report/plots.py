"""Plots as inline SVG: distributions, points, trials over time, confusion between many classes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from automl.report.charts import line, mark, tick_labels
from automl.report.formats import number
from automl.report.svg import Scale, canvas, pct, tag, text, title, tone

if TYPE_CHECKING:
    from markupsafe import Markup


def histogram(edges: list[float], counts: list[int], label: str, *, height: float = 150, zero: bool = False) -> Markup:
    """Counts between edges, with ticks below.

    Args:
        edges: (bins + 1,) increasing.
        counts: (bins,).
        label: what a screen reader says.
        height: pixels, ticks included.
        zero: draw a line at zero (for residuals).
    """
    edges, drawn = [float(edge) for edge in edges], _drawn_edges(edges)
    scale, floor = Scale.over([drawn[0], drawn[-1]], pad=0.0), height - 22
    tallest = max([*counts, 1])
    parts = []
    for (low, high), (left, right), count in zip(pairwise(edges), pairwise(drawn), counts, strict=False):
        tall = (floor - 6) * count / tallest
        name = title(f"{number(low)} to {number(high)}: {count:,}")
        parts.append(
            tag(
                "rect",
                name,
                x=pct(scale.at(left)),
                width=pct(scale.at(right) - scale.at(left)),
                y=round(floor - tall, 2),
                height=round(tall, 2),
                fill=tone("fill"),
                stroke="var(--paper, #fff)",
                stroke_width=0.75,
            )
        )
    parts.append(line(scale.left, floor, scale.right, floor, "muted"))
    if zero and scale.holds(0.0):
        parts.append(line(scale.at(0.0), 0, scale.at(0.0), floor, "bad", 1.5, "4 3"))
    return canvas(parts + tick_labels(scale, scale.ticks(5), height - 6), label, height)


def _drawn_edges(edges: list[float]) -> list[float]:
    """The edges with the outer bins no wider than the others: they may reach far, to the extremes."""
    inner = [right - left for left, right in pairwise(edges)][1:-1]
    if not inner:
        return [float(edge) for edge in edges]
    width = sorted(inner)[len(inner) // 2]
    return [max(edges[0], edges[1] - width), *edges[1:-1], min(edges[-1], edges[-2] + width)]


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
    marks += [
        text(number(float(t)), pct(scale.left), down(t) - 3, fill=tone("muted"), font_size=11, class_="halo")
        for t in scale.ticks(5)
    ]
    return canvas(marks + tick_labels(scale, scale.ticks(5), height - 6), label, height)


def step_line(
    points: list[tuple[float, float, str]],
    label: str,
    *,
    start: float = 0.0,
    greater_is_better: bool = False,
    height: float = 190,
) -> Markup:
    """Trials as marks over time, and the best so far as a stair.

    Args:
        points: (x, value, family) in the order of x.
        label: what a screen reader says.
        start: where x begins.
        greater_is_better: which way the stair goes.
        height: pixels, ticks included.
    """
    xs, ys = (
        Scale.over([start, *(x for x, _, _ in points)], pad=0.02),
        _bulk([y for _, y, _ in points], greater_is_better),
    )
    floor = height - 22

    def down(value: float) -> float:
        return floor - 8 - (floor - 16) * (ys.at(value) - ys.left) / (ys.right - ys.left)

    parts = [line(xs.left, down(t), xs.right, down(t), "rule") for t in ys.ticks(4)]
    best: float | None = None
    before = start
    for x, y, _ in points:
        better = best is None or (y > best if greater_is_better else y < best)
        if best is not None:
            parts.append(line(xs.at(before), down(best), xs.at(x), down(best), "accent", 2))
            if better:
                parts.append(line(xs.at(x), down(best), xs.at(x), down(y), "accent", 2))
        best, before = (y if better or best is None else best), x
    parts += [mark(xs.at(x), down(y), family, hollow=True) for x, y, family in points]
    parts += [
        text(number(float(t)), pct(ys.left), down(t) - 3, fill=tone("muted"), font_size=11, class_="halo")
        for t in ys.ticks(4)
    ]
    return canvas(parts + tick_labels(xs, xs.ticks(5), height - 6), label, height)


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
    left = 5.0 if max((len(name) for name in labels), default=0) <= 3 else 18.0
    wide = (100 - left) / n
    cells = [text(name, "0%", i * tall + tall / 2 + 4, font_size=min(11, tall)) for i, name in enumerate(labels)]
    cells.append(tag("rect", x=pct(left), y=0, width=pct(100 - left), height=n * tall, fill="var(--panel, #f5f3ee)"))
    for i, row in enumerate(matrix):
        for j, share in enumerate(row):
            if share > 0:
                name = title(
                    f"{labels[i]} taken for {labels[j]}: {share:.1%}" if i != j else f"{labels[i]}: {share:.1%} right"
                )
                cells.append(
                    tag(
                        "rect",
                        name,
                        x=pct(left + j * wide),
                        y=round(i * tall, 1),
                        width=pct(wide),
                        height=round(tall, 1),
                        fill=tone("accent" if i == j else "bad"),
                        fill_opacity=round(0.08 + 0.92 * min(share, 1.0) ** 0.6, 2),
                    )
                )
    return canvas(cells, label, n * tall)
