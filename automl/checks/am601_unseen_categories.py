"""AM601: labels never seen in training."""

from __future__ import annotations

from automl.checks.base import Check


class UnseenCategories(Check):
    """Found when predicting."""

    code = "AM601"
    title = "Unseen categories"
    severity = "warning"
    in_run = True
    page = """
    What it means: cells of a category or yes-or-no column hold labels that were not in the training
    data.
    Why it matters: the model knows nothing about them; many of them mean that the data have
    changed.
    Threshold: one cell is enough.
    What is done: they are taken as missing; automl predict counts them for every column on stderr, with
    examples. They are never mapped to a known label.
    To override: --on-problem refuse stops instead, row-error leaves their rows without a prediction;
    train again with rows that have the new labels.
    """
