"""Errors for people: what is wrong, where, and what to do about it.

Every error a user can cause is an `AutoMLError`; the command line prints its three parts and exits with its code.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class AutoMLError(Exception):
    """Base of all errors meant for the user.

    Args:
        what: what is wrong, one sentence.
        where: file, line, column, flag or value it was found at.
        hint: what to do.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.hint = what, where, hint

    def __str__(self) -> str:
        return "\n".join(
            line
            for line in (
                self.what,
                f"  where: {self.where}" if self.where else "",
                f"  try: {self.hint}" if self.hint else "",
            )
            if line
        )

    @classmethod
    def of_system(cls, error: OSError) -> AutoMLError:
        """What the system said of a file, a folder or something else."""
        paths = ", ".join(str(name) for name in (error.filename, error.filename2) if name is not None)
        said = error.strerror or str(error) or type(error).__name__
        what = "A file or folder cannot be used" if paths else "The system refused something"
        return cls(f"{what}: {said.rstrip('.')}.", where=paths, hint=_for_system(error))

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling between our processes.
        return (_rebuild, (type(self), self.what, self.where, self.hint))


def _for_system(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "a path that you may use, or its permissions changed"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "check the path"
    if isinstance(error, (FileExistsError, IsADirectoryError)):
        return "another name"
    return "check the path, and the space left on the disk"


def _rebuild(cls: type[AutoMLError], what: str, where: str, hint: str) -> AutoMLError:
    return cls(what, where=where, hint=hint)


class UsageError(AutoMLError):
    """A flag, argument or recipe that cannot be understood."""

    @classmethod
    def unknown(cls, kind: str, value: str, known: Iterable[str], *, where: str = "") -> UsageError:
        """An unknown name, with the closest known ones."""
        known = list(known)
        return cls(
            f"Unknown {kind} {value!r}.", where=where, hint=did_you_mean(value, known) or f"known: {', '.join(known)}"
        )

    @classmethod
    def unreadable(cls, kind: str, value: object, *, where: str, hint: str, is_amount: bool) -> UsageError:
        """A text that is no amount of this kind, or one that is not above zero."""
        why = ": it must be above 0" if is_amount else ""
        return cls(f"Cannot read the {kind} {value!r}{why}.", where=where, hint=hint)


class DataError(AutoMLError, ValueError):
    """Data that cannot be read or cannot be learnt from."""


class ColumnMissing(DataError):  # noqa: N818 (reads as what happened)
    """Columns that were asked for and are not in the data."""

    @classmethod
    def from_names(cls, missing: Iterable[str], available: Iterable[str], *, where: str = "") -> ColumnMissing:
        """Name the missing columns and the closest available ones."""
        missing, available = list(missing), list(available)
        hints = [hint for hint in (did_you_mean(name, available) for name in missing) if hint]
        shown = ", ".join(available[:20]) + (", ..." if len(available) > 20 else "")
        return cls(
            f"Columns not found: {', '.join(map(repr, missing))}.",
            where=where,
            hint="; ".join(hints) or f"the data has: {shown}",
        )


class RunError(AutoMLError):
    """A run folder that is incomplete, damaged or in the way."""


class ExtraMissing(AutoMLError):  # noqa: N818
    """A format or feature whose optional dependency is not installed."""

    @classmethod
    def for_extra(cls, what: str, extra: str) -> ExtraMissing:
        """Say which extra brings it."""
        return cls(f"{what} needs an optional dependency that is not installed.", hint=f"pip install 'automl[{extra}]'")


def did_you_mean(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """A question naming the closest known names, or '' when nothing is as like it as that (1 = the same)."""
    by_lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), list(by_lower), n=3, cutoff=likeness)
    return f"did you mean {' or '.join(repr(by_lower[c]) for c in close)}?" if close else ""
