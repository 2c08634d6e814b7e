"""`automl verify RUN`: verdict and figures derived again from the stored predictions, without our models.

Nothing of the metrics, intervals or decision code of the run is used here: what it states is recomputed from
`oof.parquet` and `predictions.csv` by plain formulas, so that an error in one would show as a difference.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from automl.errors import RunError
from automl.verify import decision, figures, files, shape
from automl.verify.folder import Check, Folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Check", "verify"]


def verify(run: Path) -> list[Check]:
    """Every figure and fact that can be derived again, as stated and as derived.

    Args:
        run: the folder that `automl fit` wrote; of one that `automl decide` wrote only the decision is checked.

    Raises:
        RunError: files are missing or damaged, or lack fields that they must have.
    """
    try:
        folder = Folder.read(run)
        found = [*decision.checks(folder), files.no_pickle(folder.path)]
        if folder.report is not None:
            for part in (figures.leaderboard, figures.test, figures.errors, shape.checks, files.checks):
                found += part(folder, folder.report)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, csv.Error) as error:
        # Documents of a shape we do not write: say which field, not where in our code.
        what = f"The run folder is damaged: {type(error).__name__} {error}"
        raise RunError(what, where=str(run), hint="restore its files, or fit again") from error
    return found
