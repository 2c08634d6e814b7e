"""The verdict derived again: losses a split, r, the correlated posterior, and the family that the rule names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.verify.folder import Check, close, figure, number
from automl.verify.formulas import loss, score
from automl.verify.prior import Prior, stated_prior

if TYPE_CHECKING:
    from automl.data.dataset import Array
    from automl.verify.folder import Folder, Split

ORDER = ("baseline", "linear", "trees", "network")
EQUIVALENCE, FALSE_SIGNAL, DRAWS = 0.01, 0.04, 40_000
LEEWAY = 0.02
"""Allowed difference of probabilities: the stated ones may come from random draws."""


@dataclass(frozen=True)
class Table:
    """Losses derived from the stored predictions.

    Attributes:
        families: simple to complex.
        losses: (J, F) on the splits compared.
        factor: of the variance between splits, for the variance of their mean.
        r: 1 % of (baseline loss - best loss); the stated one when there is no baseline.
        prior: the stated prior; None without one.
    """

    families: list[str]
    losses: Array
    factor: float
    r: float
    prior: Prior | None = None

    def p_better(self, family: str, over: str) -> float:
        """P(family better than `over` by more than r) with the prior's log-odds added for the richer of the two.

        What the richer family gains or loses by the prior, the other outcomes share in proportion.
        """
        measured = self.p_gain(family, over)
        if self.prior is None:
            return measured
        if ORDER.index(family) > ORDER.index(over):
            return self.prior.moved(measured, family, over)
        turned = self.p_gain(over, family)
        return min(measured * (1 - self.prior.moved(turned, over, family)) / max(1 - turned, 1e-12), 1.0)

    def p_gain(self, family: str, over: str) -> float:
        """P(loss of `over` - loss of `family` > r). Source: Benavoli et al. 2017, correlated t-test."""
        gaps = self.losses[:, self.families.index(over)] - self.losses[:, self.families.index(family)]
        scale = math.sqrt(self.factor * gaps.var(ddof=1))
        if scale == 0:
            return float(gaps.mean() > self.r)
        from scipy.special import stdtr

        return float(stdtr(len(gaps) - 1, (gaps.mean() - self.r) / scale))


def checks(folder: Folder) -> list[Check]:
    """Everything that decision.json states about the comparison of families."""
    evidence = folder.decision["evidence"]
    stated: dict[str, dict[str, Any]] = evidence["families"]
    total = sum(folder.decision["probabilities"].values())
    found = [figure("decision: probabilities sum to 1", total, 1.0)]
    found += [check for name, family in stated.items() for check in _of_family(name, family)]
    names = _candidates(folder, stated)
    unknown = [family for family in stated if names.get(family) not in folder.splits]
    if unknown:
        return [*found, *(Check(f"decision: {f} in oof.parquet", names.get(f), None, ok=False) for f in unknown)]
    if any(family["per_split"] for family in stated.values()):
        found += _by_splits(folder, stated, names)
    else:
        found.append(_unbeaten("decision: no family shown to beat it", _reference(folder), stated, evidence))
    return found + _after_search(folder)


def named(table: Table, beaten: dict[str, float], threshold: float) -> set[str]:
    """Of the families shown to beat the baseline, the simplest that is beaten by more than r with less probability.

    The one least probably beaten where there is none. More than one where draws cannot tell: a family on the threshold
    may come out on either side, and of two that are least beaten either one first.

    Args:
        table: gives the pairs with the baseline.
        beaten: family -> P(some other family is better by more than r).
        threshold: that probability, from which a family is passed over.
    """
    rivals = [family for family in table.families if family != "baseline"]
    if "baseline" in table.families:
        limit = _leaves(table.families, threshold)
        rivals = [family for family in rivals if table.p_better(family, "baseline") >= limit]
    if not rivals:
        return {table.families[0]}
    found, least = set(), min(beaten[family] for family in rivals)
    for limit in (threshold - LEEWAY, threshold, threshold + LEEWAY):
        enough = [family for family in rivals if beaten[family] < limit]
        found |= {enough[0]} if enough else {f for f in rivals if beaten[f] <= least + LEEWAY}
    return found


def _of_family(name: str, family: dict[str, Any]) -> list[Check]:
    """What the figures of one family must fulfil among themselves."""
    total = family["p_better"] + family["p_equivalent"] + family["p_worse"]
    found = [figure(f"decision: {name} better + equivalent + worse", total, 1.0)]
    if family["per_split"]:
        mean = sum(family["per_split"]) / len(family["per_split"])
        found.append(figure(f"decision: {name} mean of the losses a split", family["loss"], mean))
    return found


def _by_splits(folder: Folder, stated: dict[str, dict[str, Any]], names: dict[str, str]) -> list[Check]:
    evidence = folder.decision["evidence"]
    table = _table(folder, stated, names)
    found: list[Check] = []
    for column, family in enumerate(table.families):
        given, derived = stated[family]["per_split"], table.losses[:, column]
        label = f"decision: {family} loss"
        found.append(figure(label, stated[family]["loss"], derived.mean()))
        found.append(Check(f"{label}: splits", len(given), len(derived), len(given) == len(derived)))
        pairs = zip(given, derived, strict=False)
        found += [figure(f"{label} on split {i}", a, b) for i, (a, b) in enumerate(pairs)]
    found.append(figure("decision: r", evidence["r"], table.r))
    if len(table.losses) < 2:
        return [*found, Check("decision: splits compared", len(table.losses), "at least 2", ok=False)]
    reference = _reference(folder)
    for family in table.families:
        if family != reference:
            label = f"decision: {family} against {reference}"
            better, worse = table.p_better(family, reference), table.p_better(reference, family)
            found.append(close(f"{label}: better", stated[family]["p_better"], better, LEEWAY))
            found.append(close(f"{label}: worse", stated[family]["p_worse"], worse, LEEWAY))
    shares, beaten = _joint(table)
    for family, chance in beaten.items():
        found.append(close(f"decision: {family} beaten", stated[family]["p_beaten"], chance, LEEWAY))
    due = named(table, beaten, evidence["threshold"])
    found.append(Check("decision: family by the rule", reference, " or ".join(sorted(due)), reference in due))
    return found if _changed(evidence) else found + _probabilities(folder, shares)


def _table(folder: Folder, stated: dict[str, dict[str, Any]], names: dict[str, str]) -> Table:
    evidence = folder.decision["evidence"]
    families = [family for family in ORDER if family in stated]
    keys = _compared(folder, {family: names[family] for family in families})
    metric = evidence["metric"]
    parts = [[folder.splits[names[family]][key] for family in families] for key in keys]
    losses = np.array([[loss(metric, score(metric, x.y, x.p, x.w)) for x in split] for split in parts])
    defined = ~np.isnan(losses).any(axis=1)
    losses = losses[defined]
    sizes = np.array([len(split[0].y) for split in parts])[defined]
    ratio = evidence.get("test_ratio") or float(np.mean(sizes / (evidence["rows"] - sizes)))
    means = losses.mean(axis=0)
    r = EQUIVALENCE * max(means[0] - means.min(), 0.0) if families[0] == "baseline" else number(evidence["r"])
    return Table(families, losses, 1 / max(len(losses), 1) + ratio, r, stated_prior(evidence))


def _compared(folder: Folder, names: dict[str, str]) -> list[Split]:
    """Splits that all families were compared on, as the decision lists them or as all of them have."""
    every = sorted({key for splits in folder.splits.values() for key in splits})
    listed = folder.decision["evidence"].get("splits_of") or {}
    judged = [set(folder.splits[name]) for name in names.values()]
    # Families over a limit are listed too: they were compared, and are not named.
    judged += [{every[i] for i in numbers if i < len(every)} for numbers in listed.values()]
    return sorted(set.intersection(*judged))


def _candidates(folder: Folder, stated: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Family -> the candidate compared: as the decision lists it, else the first of its configuration."""
    listed: dict[str, str] = dict(folder.decision["evidence"].get("candidates") or {})
    for entry in (folder.report or {}).get("leaderboard", []):
        family = entry["family"]
        if family in stated and entry["configuration"] == stated[family].get("configuration"):
            listed.setdefault(family, entry["candidate"])
    return listed


def _reference(folder: Folder) -> str:
    """The family that the evidence compares with: the one named, or the one named before the search."""
    evidence = folder.decision["evidence"]
    if _changed(evidence):
        same = [name for name, family in evidence["families"].items() if family["p_equivalent"] == 1]
        return same[0] if same else str(folder.decision["family"])
    return str(folder.decision["family"])


def _changed(evidence: dict[str, Any]) -> bool:
    """True when the comparison after the search named another family than the probes did."""
    after = evidence.get("after_search") or {}
    return bool(after.get("changed", after.get("family")))


def _leaves(families: list[str], threshold: float) -> float:
    """P(better than the baseline by more than r) that it takes to leave it."""
    return max(threshold, 1 - FALSE_SIGNAL / max(len(families) - 1, 1))


def _unbeaten(
    name: str, family: str, stated: dict[str, dict[str, Any]], evidence: dict[str, Any], *, shown: bool = False
) -> Check:
    """Evidence from resampled rows: the family that the rule names by the stated probabilities.

    Args:
        shown: the probes have shown a gain over the baseline, which is not named any more.
    """
    limit = evidence["threshold"]
    leave = 0.0 if shown else _leaves(list(stated), limit)
    rivals = [family for family in ORDER[1:] if family in stated]
    if "baseline" in stated:
        rivals = [family for family in rivals if number(stated[family]["p_over_baseline"]) >= leave]
    enough = [family for family in rivals if stated[family]["p_beaten"] < limit]
    due = enough[0] if enough else min(rivals, key=lambda f: stated[f]["p_beaten"], default="baseline")
    return Check(name, family, due, family == due)


def _after_search(folder: Folder) -> list[Check]:
    after = folder.decision["evidence"].get("after_search")
    if not after or "family" not in after:
        return []
    family = folder.decision["family"]
    found = [Check("decision: family after the search", family, after["family"], family == after["family"])]
    if _changed(folder.decision["evidence"]):
        for name, share in after.get("probabilities", {}).items():
            found.append(figure(f"decision: probability of {name}", folder.decision["probabilities"][name], share))
    if "families" in after:
        evidence = {**folder.decision["evidence"], **after}
        shown = after.get("before", "baseline") != "baseline"
        name = "decision: unbeaten after the search"
        found.append(_unbeaten(name, after["family"], after["families"], evidence, shown=shown))
    return found


def _joint(table: Table) -> tuple[dict[str, float], dict[str, float]]:
    """Family -> P(simplest within r of the best), and P(beaten by more than r): draws of the joint Student-t."""
    means, splits = table.losses.mean(axis=0), len(table.losses)
    covariance = table.factor * np.atleast_2d(np.cov(table.losses, rowvar=False))
    values, vectors = np.linalg.eigh(covariance)
    rng = np.random.default_rng(1)
    normal = rng.standard_normal((DRAWS, len(means))) * np.sqrt(np.maximum(values, 0)) @ vectors.T
    draws = means + normal * np.sqrt((splits - 1) / rng.chisquare(splits - 1, DRAWS))[:, None]
    near = draws <= draws.min(axis=1, keepdims=True) + table.r
    first = np.argmax(near, axis=1)
    chances = table.prior.chances(table.families) if table.prior else {}
    weights = np.array([chances.get(name, 1.0) for name in table.families])[first]
    shares = {name: float(np.average(first == i, weights=weights)) for i, name in enumerate(table.families)}
    beaten = {name: float(np.average(~near[:, i], weights=weights)) for i, name in enumerate(table.families)}
    return shares, beaten


def _probabilities(folder: Folder, measured: dict[str, float]) -> list[Check]:
    """The stated probabilities: families that could not be measured keep a share, the measured ones divide the rest."""
    shares = dict.fromkeys(ORDER, 0.0) | measured
    for family, kept in (folder.decision["evidence"].get("left_out") or {}).items():
        shares = {name: share * (1 - kept) + kept * (name == family) for name, share in shares.items()}
    stated = folder.decision["probabilities"]
    return [close(f"decision: probability of {name}", stated[name], share, LEEWAY) for name, share in shares.items()]
