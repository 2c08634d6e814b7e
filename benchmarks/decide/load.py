"""truth.csv and verdicts.csv as the facts that policies are judged by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .figures import FAMILIES, Truth, base_rates, prior_shares
from .ledger import Row, number, read
from .policies import Stated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Key = tuple[str, str]
PAIRS = ("prior_trees_over_linear", "prior_network_over_linear", "prior_network_over_trees")


@dataclass(frozen=True)
class Asked:
    """All verdicts of one kind: before or after the search ('decide' or 'full'), with one budget.

    Attributes:
        runs: what was measured and what was stated, for each set and seed that has both.
        priors: how many of them state a prior; the others take the base rates of the other sets.
    """

    mode: str
    budget: float
    runs: tuple[tuple[Truth, Stated], ...]
    priors: int


def truths(path: Path) -> dict[Key, Truth]:
    """The measured sets and seeds that have all families."""
    grouped: dict[Key, dict[str, Row]] = defaultdict(dict)
    for row in read(path):
        grouped[row["set"], row["seed"]][row["family"]] = row
    return {key: truth(rows) for key, rows in grouped.items() if set(rows) == set(FAMILIES)}


def truth(rows: Mapping[str, Row]) -> Truth:
    """One set and seed from its rows by family."""
    base = rows["baseline"]
    losses = {family: number(row, "loss") for family, row in rows.items()}
    default = losses["baseline"]
    if default is None:
        raise ValueError(f"{base['set']}, seed {base['seed']}: the baseline has no loss")
    return Truth(
        base["set"],
        int(base["seed"]),
        base["modality"],
        {family: default if loss is None else loss for family, loss in losses.items()},
        _known(rows, "seconds"),
        _known(rows, "predict_ms_per_1000"),
        _known(rows, "gap_low"),
        _known(rows, "gap_se"),
    )


def _known(rows: Mapping[str, Row], column: str) -> dict[str, float]:
    values = {family: number(row, column) for family, row in rows.items()}
    return {family: value for family, value in values.items() if value is not None}


def asked(measured: Mapping[Key, Truth], path: Path) -> list[Asked]:
    """The verdicts by mode and budget, with the truth they are judged by; failed ones are left out."""
    events: dict[str, list[str]] = defaultdict(list)
    for (name, _), found in measured.items():
        events[name].append(found.simplest)
    grouped: dict[tuple[str, float], list[tuple[Truth, Stated]]] = defaultdict(list)
    priors: dict[tuple[str, float], int] = defaultdict(int)
    for row in read(path):
        if not row["family"] or (row["set"], row["seed"]) not in measured:
            continue
        kind = row["mode"], float(row["budget"])
        given = _prior(row)
        priors[kind] += given is not None
        said = stated(row, given or base_rates(events, row["set"]))
        grouped[kind].append((measured[row["set"], row["seed"]], said))
    return [Asked(mode, budget, tuple(runs), priors[mode, budget]) for (mode, budget), runs in sorted(grouped.items())]


def stated(row: Row, prior: Mapping[str, float]) -> Stated:
    """One line of verdicts.csv."""
    probes = {family: number(row, f"probe_{family}") for family in FAMILIES}
    return Stated(
        row["family"],
        {family: number(row, f"p_{family}") or 0.0 for family in FAMILIES},
        prior,
        {family: loss for family, loss in probes.items() if loss is not None},
        number(row, "deciding_seconds") or 0.0,
        float(row["budget"]),
    )


def _prior(row: Row) -> dict[str, float] | None:
    pairs = [number(row, name) for name in PAIRS]
    known = [value for value in pairs if value is not None]
    return prior_shares(*known) if len(known) == len(PAIRS) else None
