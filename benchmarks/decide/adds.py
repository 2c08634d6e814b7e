"""What a search adds to a probe, as log-odds of families: the fit behind `automl.decide.prior.SEARCH`.

The stated probabilities of a verdict come from probes, the truth from searched models. On tables, the factors by which
the odds of trees and of a network (beside those of the linear model) have to be moved, so that the families that
were the simplest within r are likeliest; and how much that helps on tables left out of the fit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .figures import FAMILIES, skill
from .ledger import number, read
from .load import asked, truths

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from .figures import Truth
    from .policies import Stated

FLOOR = 2e-3
"""Probabilities are kept this far from zero: a verdict of certainty that fails would decide the whole fit."""
RIDGE = 0.01
"""Penalty on the squared log-odds."""

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def run(args: Namespace) -> None:
    """Print the fit, its range when one table is left out, and the Brier skill of the tables left out."""
    runs = [pair for kind in asked(truths(args.truth), args.verdicts) if kind.mode == "decide" for pair in kind.runs]
    runs = [(found, said) for found, said in runs if found.modality == "table"]
    known = {(row["set"], int(row["seed"])): row for row in read(args.verdicts) if row["mode"] == "decide"}
    search = [known[found.name, found.seed] for found, _ in runs]
    in_it = np.array([[number(row, f"search_{name}") or 0.0 for name in ("trees", "network")] for row in search])
    stated = moved(_matrix(runs), -in_it)
    events = np.array([FAMILIES.index(found.simplest) for found, _ in runs])
    names = np.array([found.name for found, _ in runs])
    print(f"{len(set(names))} tables, {len(runs)} runs; log-odds of trees, of networks: {told(fit(stated, events))}")
    left_out, each = np.empty_like(stated), []
    for name in np.unique(names):
        others = names != name
        each.append(fit(stated[others], events[others]))
        left_out[~others] = moved(stated[~others], each[-1])
    print(f"without one table: {told(np.min(each, axis=0))} to {told(np.max(each, axis=0))}")
    for what, shares in (("as stated by probes", stated), ("moved, each table left out of its fit", left_out)):
        print(f"Brier skill over the prior, {what}: {_skill(runs, shares):.2f}")


def fit(stated: Array, events: Array) -> Array:
    """(2,) log-odds of trees and networks under which the events are likeliest.

    Args:
        stated: (runs, families) probabilities.
        events: (runs,) place of the family that came true.
    """
    from scipy.optimize import minimize

    def loss(shift: Array) -> float:
        given = moved(stated, shift)[np.arange(len(events)), events]
        return float(-np.log(given).mean() + RIDGE * np.sum(shift**2))

    found: Array = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    return found


def moved(stated: Array, shift: Array) -> Array:
    """(runs, families) probabilities with the odds of trees and networks times exp(shift); shift (2,) or (runs, 2)."""
    factors = np.ones_like(stated)
    factors[:, 2:] = np.exp(shift)
    shares: Array = stated * factors
    return shares / shares.sum(axis=1, keepdims=True)


def told(shift: Array) -> str:
    """'1.6, -0.8'."""
    return ", ".join(f"{value:.2f}" for value in shift.tolist())


def _matrix(runs: Sequence[tuple[Truth, Stated]]) -> Array:
    shares = np.array([[said.probabilities.get(name, 0.0) for name in FAMILIES] for _, said in runs])
    shares[:, 1:] = np.maximum(shares[:, 1:], FLOOR)
    shares[:, 0] = np.maximum(shares[:, 0], math.exp(-14))
    return shares / shares.sum(axis=1, keepdims=True)


def _skill(runs: Sequence[tuple[Truth, Stated]], shares: Array) -> float:
    given = [dict(zip(FAMILIES, row, strict=True)) for row in shares.tolist()]
    return skill(given, [said.prior for _, said in runs], [found.simplest for found, _ in runs])
