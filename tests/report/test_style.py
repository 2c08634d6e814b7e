"""Contrast of each text colour on each ground, in both schemes (WCAG 2.2 AA: 4.5 for text, 3 for marks)."""

import re

import pytest

from automl.report.html import TEMPLATES
from automl.report.svg import TONES

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
SCHEMES = [
    dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))
    for block in STYLE.split("@media (prefers-color-scheme: dark)")[:2]
]
TEXT = ("ink", "soft", "link", "muted", "good", "bad", "care")
MARKS = ("linear", "trees", "network", "baseline", "accent", "fill")


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
        (("ink", "soft", "muted"), "panel", 4.5),
        (MARKS, "paper", 3.0),
    ],
)
def test_contrast(scheme, names, ground, least):
    low = {name: round(contrast(scheme[name], scheme[ground]), 2) for name in names}

    assert min(low.values()) >= least, low


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
@pytest.mark.parametrize("tint", ["right", "wrong"])
def test_figures_of_the_confusion_matrix_are_read_on_every_tint(scheme, tint):
    rule = next(line for line in STYLE.splitlines() if line.startswith(f".confusion td.{tint} {{ background"))
    colour, share = re.search(r"var\(--([a-z]+)\) calc\(var\(--heat\) \* ([.\d]+)\)", rule).groups()
    strongest = mixed(scheme[colour], scheme["panel"], float(share))

    assert contrast(scheme["ink"], strongest) >= 4.5


def mixed(one, other, share):
    parts = [int(share * int(one[i : i + 2], 16) + (1 - share) * int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def test_colours_outside_the_page_are_those_of_its_light_scheme():
    told = {name: re.fullmatch(r"var\(--([a-z]+), (#[0-9a-f]{6})\)", tone).groups() for name, tone in TONES.items()}

    assert told == {name: (name, SCHEMES[0][name]) for name in TONES}


def test_names_of_swatches_are_classes_of_nothing_else():
    swatches = set(re.findall(r"\.swatch\.([a-z]+)", STYLE))
    assert "rest" in swatches
    assert not [name for name in swatches if re.search(rf"(^|[,}} ])\.{name}\b(?=[ ,{{])", STYLE, re.MULTILINE)]
