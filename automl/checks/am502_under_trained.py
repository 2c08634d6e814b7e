"""AM502: a network was stopped early by the clock."""

from __future__ import annotations

from automl.checks.base import Check


class NetworkUnderTrained(Check):
    """Found by the search."""

    code = "AM502"
    title = "Network under-trained"
    severity = "warning"
    in_run = True
    page = """
    What it means: the network had not finished its schedule of epochs when its time was over.
    Why it matters: networks gain most at the end of their schedule; the comparison understates it.
    Threshold: fewer epochs than planned, and not stopped because the validation loss no longer
    fell.
    What is done: the figure is shown with the epochs done; the verdict is flagged.
    To override: a larger --budget, or a GPU.
    """
