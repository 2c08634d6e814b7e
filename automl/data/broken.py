"""Files that cannot be read: a few are skipped and listed, many are an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BROKEN = 0.05
"""Share of broken files above which something is wrong with the whole folder."""


def check_broken(
    reasons: Mapping[str, str],
    total: int,
    *,
    where: str,
    limit: float = MAX_BROKEN,
    what: str = "images",
    hint: str = "repair or remove these files",
) -> None:
    """Refuse a set of which too large a share cannot be read.

    Raises:
        DataError: more than `limit` of the files are broken; the first are named.
    """
    if len(reasons) <= limit * total:
        return
    shown = "; ".join(f"{path}: {reason}" for path, reason in list(reasons.items())[:5])
    raise DataError(
        f"{len(reasons)} of {total} {what} cannot be read; more than {limit:.0%} are not skipped silently.",
        where=f"{where}: {shown}",
        hint=hint,
    )
