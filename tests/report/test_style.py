"""Contrast of each text colour on each ground, in both schemes (WCAG 2.2 AA: 4.5 for text, 3 for marks)."""

import re

import pytest

from automl.report.html import TEMPLATES

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
SCHEMES = [
    dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))
    for block in STYLE.split("@media (prefers-color-scheme: dark)")[:2]
]
TEXT = ("ink", "soft", "link", "muted", "good", "bad", "care")
MARKS = ("linear", "trees", "network", "baseline", "accent")


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
@pytest.mark.parametrize(
    ("names", "ground", "least"),
    [
        (TEXT, "paper", 4.5),
        (("ink", "soft", "good"), "mark", 4.5),
        (("ink", "soft"), "panel", 4.5),
        (MARKS, "paper", 3.0),
    ],
)
def test_contrast(scheme, names, ground, least):
    low = {name: round(contrast(scheme[name], scheme[ground]), 2) for name in names}

    assert min(low.values()) >= least, low


def test_names_of_swatches_are_classes_of_nothing_else():
    swatches = set(re.findall(r"\.swatch\.([a-z]+)", STYLE))
    assert "rest" in swatches
    assert not [name for name in swatches if re.search(rf"(^|[,}} ])\.{name}\b(?=[ ,{{])", STYLE, re.MULTILINE)]
