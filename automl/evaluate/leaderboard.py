"""The leaderboard: every candidate with its validation interval and the paired difference to the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.evaluate import interval
from automl.evaluate.oof import stack

if TYPE_CHECKING:
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import Interval

DRAWS = 300
"""Resamples for validation intervals: enough for 95 % limits of a figure that is only compared, not headline."""


@dataclass(frozen=True)
class Line:
    """A candidate judged by validation.

    Attributes:
        validation: mean over its splits of the metric, natural sign; None when it failed.
        difference: to the best by validation on the splits both have; None when it failed.
    """

    candidate: Candidate
    validation: Interval | None
    difference: Interval | None


def best_of(candidates: list[Candidate]) -> Candidate:
    """The candidate that no other beats on the splits both have; ties to the earlier one.

    Where each is beaten by some other it is the one with the lowest mean loss on the splits that all judged ones have:
    these may be a single one, by which candidates that share more are not to be told apart.
    """
    judged = [c for c in candidates if c.ok]
    common = sorted(set.intersection(*(set(c.losses) for c in judged)))
    ranked = sorted(judged, key=lambda c: c.loss(common or None))
    return next((c for c in ranked if not any(_beats(other, c) for other in judged)), ranked[0])


def _beats(one: Candidate, other: Candidate) -> bool:
    both = sorted(set(one.losses) & set(other.losses))
    return bool(both) and one.loss(both) < other.loss(both)


def best_by_family(candidates: list[Candidate]) -> list[Candidate]:
    """The best candidate of every family that has one, in the order in which the families first appear."""
    grouped: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.ok:
            grouped.setdefault(candidate.family, []).append(candidate)
    return [best_of(group) for group in grouped.values()]


def leaderboard(cv: CrossValidation, candidates: list[Candidate], best: Candidate, seed: int) -> list[Line]:
    """Lines, best by validation first, failed candidates last.

    Candidates judged on the same splits are bootstrapped together, on the same resamples.
    """
    groups: dict[tuple[int, ...], list[Candidate]] = {}
    for candidate in candidates:
        if candidate.ok:
            groups.setdefault(tuple(sorted(candidate.losses)), []).append(candidate)
    lines: dict[str, Line] = {}
    for splits, group in groups.items():
        if best in group:
            compared = _compare(cv, group, list(splits), best, seed)
            values, gaps = compared.values, compared.differences
        else:
            values = _compare(cv, group, list(splits), None, seed).values
            common = [s for s in splits if s in best.losses]
            gaps = _compare(cv, [*group, best], common, best, seed).differences if common else {}
        for candidate in group:
            lines[candidate.name] = Line(candidate, values[candidate.name], gaps.get(candidate.name))
    failed = [Line(c, None, None) for c in candidates if not c.ok]
    return sorted(lines.values(), key=lambda line: (line.candidate is not best, _rank(line, best))) + failed


def _rank(line: Line, best: Candidate) -> float:
    """Order by the paired loss difference to the best, which is fair between candidates of different splits."""
    common = [s for s in line.candidate.losses if s in best.losses]
    return line.candidate.loss(common) - best.loss(common) if common else line.candidate.loss()


def _compare(
    cv: CrossValidation, group: list[Candidate], splits: list[int], reference: Candidate | None, seed: int
) -> Any:
    rows = stack(cv, group, splits)
    return interval.many(
        cv.metric,
        rows.y,
        rows.predictions,
        rows.weight,
        reference=None if reference is None else reference.name,
        groups=interval.units(rows.row, cv.dataset.groups),
        splits=rows.split,
        draws=DRAWS,
        seed=seed,
    )
