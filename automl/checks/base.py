"""What a check sees, what it says, and how it says that it does not apply."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl.types import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from automl.types import Column, Severity, Status, Task

Array = np.ndarray[Any, Any]

PROBE_ROWS = 5_000
"""Rows on which checks that compare columns with the target work."""


class NotApplicable(Exception):  # noqa: N818 (an outcome that is recorded, not an error)
    """Raised by a check that has nothing to look at; the message says why."""


@dataclass(frozen=True)
class CheckFacts:
    """A profiled table, for the checks.

    Attributes:
        frame: as read.
        columns: every column but the target.
        target: the target column.
        task: what is learnt.
        y: (kept rows,) class codes or values.
        classes: labels; () for regression.
        kept: (frame rows,) True for the rows that `y` belongs to.
        left_out: class -> rows of the classes too small to learn.
        reading: how the file was read.
        keep: columns that the user wants as inputs whatever a check says.
        time: the declared time column.
        known: for a forecast the columns known in advance: of all others only past values are inputs; else None.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    target: str
    task: Task
    y: Array
    classes: tuple[str, ...] = ()
    kept: Array = field(default_factory=lambda: np.zeros(0, dtype=bool))
    left_out: Mapping[str, int] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()
    time: str | None = None
    known: frozenset[str] | None = None

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that would be inputs."""
        return tuple(column for column in self.columns if column.role == "feature")

    def of_kind(self, *kinds: str) -> tuple[Column, ...]:
        """Feature columns of the given kinds."""
        return tuple(column for column in self.features if column.kind in kinds)

    def of_the_row(self, *kinds: str) -> tuple[Column, ...]:
        """Those of the given kinds whose value in the row that is predicted is an input."""
        return tuple(c for c in self.of_kind(*kinds) if self.known is None or c.name in self.known)

    @cached_property
    def probe(self) -> tuple[pd.DataFrame, Array]:
        """Typed features and target of at most 5,000 evenly spread rows."""
        from automl.data.contract import typed

        columns = self.of_the_row("number", "category", "boolean", "date")
        return typed(self.frame.iloc[self.probe_rows], columns).frame, self.y[self._picks]

    @cached_property
    def bins(self) -> dict[str, Array]:
        """Column of `probe` -> (n,) bin of each of its cells."""
        from automl.checks.single import bins_of

        kinds = {column.name: column.kind for column in self.columns}
        frame = self.probe[0]
        return {str(name): bins_of(frame[name].to_numpy(), category=kinds[name] == "category") for name in frame}

    @cached_property
    def probe_rows(self) -> Array:
        """(n,) positions in the frame of the rows of `probe`."""
        rows: Array = np.flatnonzero(self.kept)[self._picks]
        return rows

    @cached_property
    def _picks(self) -> Array:
        rows = int(self.kept.sum())
        return np.linspace(0, rows - 1, min(rows, PROBE_ROWS)).astype(np.int64)


class Check:
    """One finding: its code, its page, and how it is found.

    Attributes:
        code, title, severity: as in `types.Finding`.
        page: what `automl explain CODE` prints: meaning, why it matters, threshold, what is done, override.
        drops: True when the columns it names are no inputs by default.
        in_run: True when it is found while models are trained or used, so that the profile does not run it.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    page: ClassVar[str]
    drops: ClassVar[bool] = False
    in_run: ClassVar[bool] = False

    def run(self, facts: CheckFacts) -> list[Finding]:  # noqa: ARG002 (the interface of those that look)
        """The findings in a table; none when the check passes.

        Raises:
            NotApplicable: there is nothing to look at.
        """
        raise NotApplicable("found while models are trained or used")

    def finding(
        self,
        columns: Iterable[str] = (),
        *,
        evidence: Mapping[str, Any] | None = None,
        action: str = "",
        title: str = "",
        status: Status = "found",
        severity: Severity | None = None,
    ) -> Finding:
        """A finding under this code, of another severity than the check's where one is given."""
        return Finding(
            self.code,
            severity or self.severity,
            title or self.title,
            tuple(columns),
            dict(evidence or {}),
            action,
            status,
        )
