"""The evidence of one run: what the probes of every family measured, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl.decide.spending import not_reused

if TYPE_CHECKING:
    from automl.evaluate.crossval import Candidate
    from automl.types import FamilyName


@dataclass
class Probes:
    """The evidence of one run.

    Attributes:
        candidates: family -> its probe, simple to complex; only families with at least one judged split.
        not_tried: family -> why there is no probe of it.
        look: family -> candidate of the quick look at few rows.
        others: further configurations that were probed and are not the best of their family; without losses where
            they failed or took too long.
        interrupted: True when Ctrl-C ended it.
        reuse_all: True when the fits of all families go on into the search, not those of the named one alone.
    """

    candidates: dict[FamilyName, Candidate] = field(default_factory=dict)
    not_tried: dict[FamilyName, str] = field(default_factory=dict)
    look: dict[FamilyName, Candidate] = field(default_factory=dict)
    others: list[Candidate] = field(default_factory=list)
    interrupted: bool = False
    reuse_all: bool = False

    def splits(self, names: list[FamilyName]) -> list[int]:
        """Splits that all of these families were judged on."""
        common = set.intersection(*(set(self.candidates[name].losses) for name in names))
        return sorted(common)

    def unused_seconds(self, named: FamilyName | None) -> float:
        """Seconds of fits that nothing uses when this family is named: what deciding cost."""
        return not_reused([*self.candidates.values(), *self.others], named, reuse_all=self.reuse_all)
