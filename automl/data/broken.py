"""Files that cannot be read: a few are left out and listed, many are an error unless the user allows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MAX_BROKEN = 0.05
"""Share of broken files above which something is wrong with the whole folder."""
CODE = "AM310"
"""The finding that tells broken files; where it is ignored, any share of them is left out."""


def check_broken(
    reasons: Mapping[str, str],
    total: int,
    *,
    where: str,
    ignore: Collection[str] = (),
    what: str = "images",
    hint: str = f"repair or remove these files, or leave them out: --ignore {CODE}",
) -> None:
    """Refuse a set of which too large a share cannot be read, or nothing.

    Args:
        reasons: path -> why it cannot be read.
        total: files, readable or not.
        where: what they are read from.
        ignore: codes of findings to skip, in capitals; with `CODE` only a set without a readable file is refused.
        what: what the files are, plural.
        hint: what to do about too many.

    Raises:
        DataError: more than `MAX_BROKEN` of the files are broken, or all; the first are named.
    """
    if not reasons or (len(reasons) < total and (CODE in ignore or len(reasons) <= MAX_BROKEN * total)):
        return
    shown = "; ".join(f"{path}: {reason}" for path, reason in list(reasons.items())[:5])
    where = f"{where}: {shown}"
    if len(reasons) >= total:
        raise DataError(f"None of the {total} {what} can be read.", where=where, hint="repair the files")
    raise DataError(
        f"{len(reasons)} of {total} {what} cannot be read; more than {MAX_BROKEN:.0%} are not skipped silently.",
        where=where,
        hint=hint,
    )
