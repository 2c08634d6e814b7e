"""The few primitives that charts are made of: escaped elements, a scale, ticks.

Positions along x are percentages and everything else is pixels, so that a chart is as wide as its box while its text,
strokes and marks keep their size: the same SVG reads well on a phone, on a wide screen and on paper.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass

from markupsafe import Markup

from automl.report.formats import printable

TONES = {
    "baseline": "var(--baseline, #696e73)",
    "linear": "var(--linear, #0067a8)",
    "trees": "var(--trees, #00775a)",
    "network": "var(--network, #b84a00)",
    "accent": "var(--accent, #0067a8)",
    "muted": "var(--muted, #696e73)",
    "rule": "var(--rule, #dedad1)",
    "fill": "var(--fill, #6792b3)",
    "good": "var(--good, #1c7a3e)",
    "bad": "var(--bad, #b3261e)",
    "rest": "var(--rest, #e5e1d8)",
}
"""Colour names a chart may use -> CSS value; the page's variables switch them for dark mode."""


def tone(name: str) -> str:
    """The CSS colour of a family or role; grey for an unknown one."""
    return TONES.get(name, TONES["muted"])


def clean(text: object) -> str:
    """Text safe inside an element or a quoted attribute, without characters that XML and HTML do not allow."""
    return html.escape(printable(text), quote=True)


def tag(name: str, content: str = "", /, **attributes: object) -> str:
    """One element; attribute names take '_' for '-', a trailing '_' is dropped, None leaves the attribute out."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{clean(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{content}</{name}>" if content else f"<{name}{pairs}/>"


def title(text: object) -> str:
    """A <title>: read out by screen readers, shown when hovering."""
    return f"<title>{clean(text)}</title>"


def text(content: object, x: str, y: float, **attributes: object) -> str:
    """A piece of text at x (per cent) and y (pixels)."""
    attributes = {"fill": "currentColor", "font_size": 12, **attributes}
    return tag("text", clean(content), x=x, y=_round(y), **attributes)


def canvas(parts: list[str], label: str, height: float, *, width: str = "100%") -> Markup:
    """A complete chart: role, label and title for those who do not see it, then its parts."""
    return Markup(  # noqa: S704 (built from `tag` and `clean`, which escape)
        tag(
            "svg",
            title(label) + "".join(parts),
            class_="chart",
            role="img",
            aria_label=label,
            width=width,
            height=_round(height),
        )
    )


def _round(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def pct(value: float) -> str:
    """A percentage with two decimals at most."""
    return _round(value) + "%"


@dataclass(frozen=True)
class Scale:
    """Values on a line, from `low` at `left` per cent to `high` at `right` per cent of the width."""

    low: float
    high: float
    left: float = 1.0
    right: float = 99.0

    @classmethod
    def over(cls, values: list[float], *, pad: float = 0.04, left: float = 1.0, right: float = 99.0) -> Scale:
        """A scale that shows all values with a little air; never of zero width."""
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        span = high - low or abs(high) or 1.0
        air = span * pad if high > low else span * 0.5
        return cls(low - air, high + air, left, right)

    def at(self, value: float) -> float:
        """Per cent of the width at which the value lies, kept inside the plot."""
        share = (value - self.low) / (self.high - self.low)
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def holds(self, value: float) -> bool:
        """True when the value is inside the plot."""
        return self.low <= value <= self.high

    def ticks(self, wanted: int = 4) -> list[float]:
        """Round values inside the scale, about as many as wanted."""
        return ticks(self.low, self.high, wanted)


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten between low and high."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return []
    power = 10.0 ** math.floor(math.log10(span / wanted))
    step = next((m * power for m in (1, 2, 2.5, 5, 10) if m * power >= span / wanted * 0.999), 10 * power)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]
