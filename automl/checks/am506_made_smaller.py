"""AM506: data or a fit was made smaller to fit into memory."""

from __future__ import annotations

from automl.checks.base import Check


class MadeSmaller(Check):
    """Found before and while models are trained."""

    code = "AM506"
    title = "Made smaller to fit into memory"
    severity = "warning"
    in_run = True
    page = """
    What it means: the rows, or one fit, would have needed more memory than may be used.
    Why it matters: a model of fewer rows or coarser bins may be less exact than your data allow;
    without this the system would have killed the run.
    Threshold: six times the size of the columns read (of images, of their features) for all fits, against
    --memory or what the machine has; for one fit, against --memory or the memory that is free then,
    whichever is less, the estimate of boosting from rows, columns, bins, depth and classes, of a forest
    from rows, columns, trees and classes, of a network from its encoded rows, of a linear model on a
    table from rows and what its columns become.
    What is done: rows are left out at random, the same share of every class, or the oldest ones with
    --time-column; a boosting fit takes fewer bins first, a forest fewer trees, then both fewer rows, and
    a network or a linear model fewer rows. The finding says how many. A run that could keep fewer than
    1,000 rows stops with an error.
    To override: a larger --memory, a machine with more, or --drop for columns you do not need.
    --ignore AM506 only keeps it out of the report.
    """
