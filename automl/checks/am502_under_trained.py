"""AM502: a family was stopped early by the clock."""

from __future__ import annotations

from automl.checks.base import Check


class UnderTrained(Check):
    """Found by the decision."""

    code = "AM502"
    title = "Model under-trained"
    severity = "warning"
    in_run = True
    page = """
    What it means: the clock ended the fits of a family before they were worth comparing.
    Why it matters: networks gain most at the end of their schedule, and boosted trees of few rounds are
    a poorer model; the comparison understates the family.
    Threshold: time cut its first fit short, and that had fewer than 30 epochs (or fewer than planned,
    if that is less) of a network, or fewer than 200 rounds of boosting or trees of a forest. A fit that
    stops because its rows to check no longer improve is not meant.
    What is done: the figure is shown and the verdict flagged; a part of the probability is kept for the
    family, less of it the further it got and the further it is behind.
    To override: a larger --budget, fewer --families, or a GPU for networks.
    """
