"""Every rule that the verdict came by: what was asked, what was measured, the threshold, and where it is from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.decide.engine import FEW_OF_A_CLASS, SMALL_DATA, rarest_judged
from automl.decide.posterior import EQUIVALENCE
from automl.decide.words import NOUNS, number
from automl.units import MINUS, duration, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automl.decide.compare import FamilyEvidence
    from automl.decide.engine import Asked, Decision
    from automl.evaluate.crossval import CrossValidation
    from automl.types import FamilyName

COMPARISON = "correlated Bayesian comparison (Benavoli et al. 2017; Nadeau and Bengio 2003)"
OUT_OF_BAG = "bootstrap bias-corrected cross-validation (Tsamardinos et al. 2018)"
THRESHOLD = "threshold of --prefer, set on the truth table of benchmarks/DECISION.md"
NOISE = "4 % of data sets without signal, divided among the families (simulated)"


@dataclass(frozen=True)
class Rule:
    """An entry of `evidence.rules`.

    Attributes:
        rule: what was asked.
        value: what was measured.
        threshold: what it was compared with.
        held: whether the value passed.
        source: where the rule and its threshold come from.
    """

    rule: str
    value: str
    threshold: str
    held: bool
    source: str


def rules(cv: CrossValidation, decision: Decision, asked: Asked) -> tuple[Rule, ...]:
    """The rules in the order in which they were applied.

    Args:
        cv: gives metric and data.
        decision: the verdict with its evidence.
        asked: preference and limits.
    """
    evidence = decision.evidence
    after = evidence.get("after_search") or {}
    changed = bool(after.get("changed"))
    families: dict[FamilyName, FamilyEvidence] = after["families"] if changed else evidence["families"]
    if changed:
        evidence = {**evidence, **{key: after[key] for key in ("r", "threshold_baseline") if key in after}}
    region = f"{number(evidence['r'], 0)} {cv.metric.label}"
    share = f"{100 * EQUIVALENCE:g} % of (baseline loss {MINUS} best loss)"
    return (
        Rule("practically equal: gains up to r", region, share, held=True,
             source="one constant for verdict, report and benchmark"),
        *_limits(evidence, asked),
        *_baseline(families, evidence),
        *_beaten(families, decision.family, evidence, OUT_OF_BAG if changed else COMPARISON),
        *_size(cv),
        *_waiting(evidence),
    )  # fmt: skip


def _limits(evidence: dict[str, dict[FamilyName, str]], asked: Asked) -> Iterator[Rule]:
    if not asked.limited:
        return
    given = [] if asked.latency_seconds is None else [f"{duration(asked.latency_seconds)} a row"]
    given += [] if asked.size_bytes is None else [size(asked.size_bytes)]
    excluded = evidence["excluded"]
    told = "; ".join(f"{family}: {why}" for family, why in excluded.items()) or "all families keep to it"
    yield Rule("within the limits asked for", told, " and ".join(given), not excluded, "--max-latency, --max-size")


def _baseline(families: dict[FamilyName, FamilyEvidence], evidence: dict[str, float]) -> Iterator[Rule]:
    for family, found in families.items():
        if family != "baseline" and found.p_over_baseline is not None:
            limit = evidence["threshold_baseline"]
            yield Rule(
                f"{NOUNS[family]} against the baseline: better by more than r", f"P = {found.p_over_baseline:.3f}",
                f"{limit:.3f}", found.p_over_baseline >= limit, NOISE,
            )  # fmt: skip


def _beaten(
    families: dict[FamilyName, FamilyEvidence], named: FamilyName, evidence: dict[str, float], source: str
) -> Iterator[Rule]:
    """Every learning family against all others at once, and what is named when none stands."""
    for family, found in families.items():
        if family != "baseline":
            yield Rule(
                f"{NOUNS[family]} passed over: some other family is better by more than r", f"P = {found.p_beaten:.3f}",
                f"{evidence['threshold']:.2f}", found.p_beaten >= evidence["threshold"], f"{source}; {THRESHOLD}",
            )  # fmt: skip
    if named != "baseline" and families[named].p_beaten >= evidence["threshold"]:
        yield Rule(
            f"every family passed over: {NOUNS[named]} least probably beaten", f"P = {families[named].p_beaten:.3f}",
            "the least", held=True, source=source,
        )  # fmt: skip


def _size(cv: CrossValidation) -> Iterator[Rule]:
    rows = len(cv.dataset)
    yield Rule("enough rows to compare families", f"{rows:,} rows", f"{SMALL_DATA}", rows >= SMALL_DATA, "convention")
    if cv.dataset.problem.task != "regression":
        rarest, judged = rarest_judged(cv), "test rows" if len(cv.test) else "rows"
        yield Rule(
            f"enough {judged} of every class", f"{rarest:,} of the rarest", f"{FEW_OF_A_CLASS}",
            rarest >= FEW_OF_A_CLASS, "convention",
        )  # fmt: skip


def _waiting(evidence: dict[str, dict[FamilyName, float]]) -> Iterator[Rule]:
    for family, kept in evidence["left_out"].items():
        yield Rule(
            f"{NOUNS[family]} measured to the end of its training", f"{kept:.2f} of the probability kept for it", "0",
            held=False, source="base rates of published results (TabZilla: 104 tables)",
        )  # fmt: skip
