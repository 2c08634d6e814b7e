"""What would change the verdict: each condition tried on the evidence there is, with the family it would then be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from automl.decide import words
from automl.decide.belief import ENOUGH_SPLITS, folds_of, overlap
from automl.decide.compare import THRESHOLDS, verdict
from automl.decide.costs import cost_of
from automl.decide.forecast import WORDED_FROM
from automl.decide.posterior import posterior
from automl.decide.tilt import tilted
from automl.evaluate import metrics
from automl.units import duration, size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from automl.decide.engine import Asked, Decision
    from automl.decide.posterior import Posterior
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.evaluate.metrics import Metric
    from automl.families.weigh import ModelCost
    from automl.types import FamilyName, Prefer, Task

What = Literal["more_rows", "gpu", "backbone", "budget", "explainable", "latency", "size", "metric", "prefer"]
OTHER_METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("roc_auc", "log_loss", "accuracy"),
    "multiclass": ("log_loss", "accuracy", "balanced_accuracy"),
    "regression": ("rmse", "mae"),
}
"""Metrics that the probes' predictions are compared under as well."""

SURE_NOT = 0.02
"""Below this probability a family that time cut short is said not to change the verdict."""
FOR_TIME = ("under-trained", "budget", "in time", "out of time", "interrupted")
"""Found in why a family was not measured to the end, where more time would help; a fit that failed fails again."""
PRETRAINED: dict[str, str] = {
    "image": (
        "Where images are few, a network on pretrained features usually does better than one trained from scratch; not "
        "measured here: --backbone mobilenet_v3_small, or the folder of a preset, tries it."
    ),
    "text": (
        "A published comparison on sentiment found a fine-tuned language network ahead of classical models by 9.7 % "
        "with 100 texts a class, by 1.8 % with 1,000. Not measured here, where its features stay frozen: --backbone "
        "with the folder or name of a preset tries it."
    ),
}
"""Modality -> what is published of pretrained networks, and the flag that tries one.

Images: the guide of Keras to fine-tuning EfficientNet (keras.io, "Image classification via fine-tuning with
EfficientNet"), whose network trained from scratch over-fits a small set; on cars and aircraft pretraining brought
little (Kornblith et al. 2019, arXiv 1805.08974). Texts: BERT against the best classical models on three-way sentiment,
figures of the abstract (Usherwood and Smit 2019, arXiv 1907.07543). Neither compares families as here, so that none is
named.
"""


@dataclass(frozen=True)
class Change:
    """An entry of `changes` in decision.json.

    Attributes:
        what: the condition.
        title: the condition in a few words.
        sentence: what would happen, with the figure it rests on.
        family: what would be named; None when that is not known.
        changes: whether the verdict would be, or may well be, another one.
        basis: whether it was measured here, projected by a curve, or is known from published results alone.
    """

    what: What
    title: str
    sentence: str
    family: FamilyName | None
    changes: bool
    basis: Literal["measured", "projected", "published"]


@dataclass(frozen=True)
class Situation:
    """All that the conditions are tried on.

    Attributes:
        cv: gives metric, targets and splits.
        candidates: the probes.
        belief: the posterior the verdict stands on.
        asked: preference and limits.
        decision: with curves and costs in its evidence.
        explainable: True when only printable models were allowed.
    """

    cv: CrossValidation
    candidates: dict[FamilyName, Candidate]
    belief: Posterior
    asked: Asked
    decision: Decision
    explainable: bool = False

    @property
    def named(self) -> FamilyName:
        """The family of the verdict."""
        return self.decision.family

    @property
    def excluded(self) -> dict[FamilyName, str]:
        """Family -> why a limit given excludes it."""
        return self.asked.excluded(self.candidates)

    def under(self, allowed: Iterable[FamilyName] | None = None, prefer: Prefer | None = None) -> FamilyName:
        """The family that would be named with other families allowed, or another preference."""
        names = [f for f in self.belief.families if f not in self.excluded] if allowed is None else list(allowed)
        after = self.decision.evidence.get("after_search") or {}
        before = after.get("before") if after.get("changed") else None
        # The comparison after the search does not take back what the probes have shown of a family.
        shown = before != "baseline" and before in names
        return verdict(self.belief, prefer or self.asked.prefer, names, shown=shown).family

    def gap(self, other: FamilyName) -> str:
        """'giving up 0.012 ROC AUC (95 % 0.004 to 0.020)' when `other` were taken instead of the named family."""
        pair = self.belief.pair(self.named, other)
        width = pair.high - pair.low
        label, low, high = self.cv.metric.label, words.number(pair.low, width), words.number(pair.high, width)
        if pair.mean <= 0:
            ahead = words.number(-pair.mean, width)
            gained = any(digit in "123456789" for digit in ahead)
            return f"{ahead} {label} better on these splits" if gained else "as good on these splits"
        return f"giving up {words.number(pair.mean, width)} {label} (95 % {low} to {high})"


def changes(situation: Situation) -> tuple[Change, ...]:
    """Every condition that can be tried, those that change the verdict first."""
    tried = [
        *_more_rows(situation),
        *_budget(situation),
        *_gpu(situation),
        *_backbone(situation),
        *_explainable(situation),
        *_latency(situation),
        *_size(situation),
        *_limits(situation),
        *_metric(situation),
        *_prefer(situation),
    ]
    return tuple(sorted(tried, key=lambda change: not change.changes))


def _more_rows(at: Situation) -> Iterator[Change]:
    curves: dict[str, Any] = at.decision.evidence.get("curves") or {}
    if at.named not in curves.get("families", {}):
        return
    rivals = [c for c in curves["crossings"] if c["family"] not in at.excluded]
    overtaking = [c for c in rivals if c["rows"] is not None]
    for found in overtaking:
        yield Change("more_rows", "More rows", found["sentence"], found["family"], changes=True, basis="projected")
    if not overtaking:
        curve = curves["families"][at.named]
        known = curve["trusted"] and all(c["p_within_4n"] is not None for c in rivals)
        sentence, stays = f"{_twice(at, curve)} {_no_crossing(rivals)}", at.named if known else None
        yield Change("more_rows", "More rows", sentence, stays, changes=False, basis="projected")


def _twice(at: Situation, curve: dict[str, Any]) -> str:
    """What twice the rows would bring the named family."""
    if not curve["trusted"]:
        return f"What more rows would bring {words.NOUNS[at.named]} cannot be told: {curve['reason']}."
    ends = curve["doubling"]
    gain, low, high = (words.number(ends[key], ends["high"] - ends["low"]) for key in ("mean", "low", "high"))
    label = at.cv.metric.label
    return f"Twice the rows would bring {words.NOUNS[at.named]} about {gain} {label} (90 % {low} to {high})."


def _no_crossing(rivals: list[dict[str, Any]]) -> str:
    """Why no number of rows is named at which another family would win."""
    if not rivals:
        return "No other family was measured on fewer rows."
    open_ones = [c for c in rivals if c["p_within_4n"] is None or c["p_within_4n"] >= WORDED_FROM]
    return " ".join(c["sentence"] for c in open_ones) or "No other family is seen to overtake."


def _budget(at: Situation) -> Iterator[Change]:
    waiting: dict[FamilyName, float] = at.decision.evidence.get("left_out") or {}
    flags = {flag.code: flag.text for flag in at.decision.flags}
    for family, chance in waiting.items():
        why = words.capital(flags.get(f"{family}_under_trained") or flags.get(f"{family}_not_tried", ""))
        if family in at.excluded or not any(reason in why for reason in FOR_TIME):
            continue
        more = f"With more time {words.NOUNS[family]} may be named: probability {chance:.2f}."
        if family == at.named:
            more = "It is named even so; more time would train it to the end."
        may = family != at.named and chance >= SURE_NOT
        yield Change("budget", "A larger budget", f"{why} {more}", family, changes=may, basis="published")
    if not waiting:
        cut = [family for family, candidate in at.candidates.items() if candidate.info.get("cut_by_time")]
        sentence = "Every family finished its training: more time would go into tuning."
        if cut:
            named = " and ".join(words.NOUNS[family] for family in cut)
            sentence = f"More time would train {named} to the end of its schedule, which the time cut short."
        yield Change("budget", "A larger budget", sentence, None if cut else at.named, changes=False, basis="measured")


def _gpu(at: Situation) -> Iterator[Change]:
    said: dict[str, Any] = (at.decision.evidence.get("costs") or {}).get("gpu") or {}
    if said.get("sentence"):
        pays = said.get("pays")
        chance = (at.decision.evidence.get("left_out") or {}).get("network", 1.0)
        may = bool(pays) and chance >= SURE_NOT and "network" not in at.excluded
        family: FamilyName | None = "network" if may else None if pays is None else at.named
        yield Change(
            "gpu", "A GPU", said["sentence"], family, changes=may and at.named != "network",
            basis="projected" if pays else "measured",
        )  # fmt: skip


def _backbone(at: Situation) -> Iterator[Change]:
    """A pretrained network where none was used; what it would be named is not known unless networks are already."""
    problem = at.cv.dataset.problem
    if problem.backbone or problem.modality not in PRETRAINED or at.explainable or "network" in at.excluded:
        return
    family: FamilyName | None = "network" if at.named == "network" else None
    sentence = PRETRAINED[problem.modality]
    yield Change("backbone", "A pretrained backbone", sentence, family, changes=False, basis="published")


def _explainable(at: Situation) -> Iterator[Change]:
    printable = [f for f in at.belief.families if f in ("baseline", "linear") and f not in at.excluded]
    if at.explainable or at.named in ("baseline", "linear") or "linear" not in printable:
        return
    other = at.under(printable)
    sentence = f"A model that can be printed whole: linear, {at.gap('linear')}."
    if other == "baseline":
        sentence = "Linear, the model that can be printed whole, is not shown to beat the baseline."
    sentence += " Additive trees can be printed too, and were not measured."
    yield Change("explainable", "A regulator asks", sentence, other, changes=True, basis="measured")


def _latency(at: Situation) -> Iterator[Change]:
    yield from _tighter(at, "latency", lambda c: c.predict_one_seconds, duration, "a row")


def _size(at: Situation) -> Iterator[Change]:
    yield from _tighter(at, "size", lambda c: float(c.bytes), size, "for the model")


def _tighter(
    at: Situation,
    what: What,
    figure: Callable[[ModelCost], float],
    shown: Callable[[float], str],
    unit: str,
) -> Iterator[Change]:
    """What a limit just below the named family's figure would name."""
    weighed = {f: cost_of(c) for f, c in at.candidates.items()}
    figures = {f: figure(cost) for f, cost in weighed.items() if cost is not None}
    if at.named == "baseline" or at.named not in figures:
        return
    allowed = [f for f in at.belief.families if f not in at.excluded]
    left = [f for f in allowed if f == "baseline" or figures.get(f, float("inf")) < figures[at.named]]
    if not left:
        return
    other = at.under(left)
    if other == "baseline":  # nothing cheaper is shown to learn anything
        return
    limit = f"Under {shown(figures[at.named])} {unit}"
    sentence = f"{limit} {words.NOUNS[other]} would be named, {at.gap(other)}."
    yield Change(what, limit, sentence, other, changes=True, basis="measured")


def _limits(at: Situation) -> Iterator[Change]:
    """What would be named without the limits given."""
    whole = at.belief.families
    if not set(at.excluded) & set(whole):
        return
    other = at.under(whole)
    what: What = "latency" if replace(at.asked, size_bytes=None).excluded(at.candidates) else "size"
    if other != at.named:
        reasons = "; ".join(f"{family}: {why}" for family, why in at.excluded.items())
        sentence = f"Without the limit {words.NOUNS[other]} would be named ({reasons})."
        yield Change(what, "No limit", sentence, other, changes=True, basis="measured")


def _metric(at: Situation) -> Iterator[Change]:
    if (at.decision.evidence.get("after_search") or {}).get("changed"):
        return  # the verdict rests on the search's models then, not on the predictions compared here
    task = at.cv.dataset.problem.task
    same: list[str] = []
    for name in OTHER_METRICS[task]:
        metric = metrics.get(name, task)
        other = None if name == at.cv.metric.name else _under_metric(at, metric)
        if other is None:
            continue
        if other == at.named:
            same.append(metric.label)
            continue
        sentence = f"By {metric.label} the same predictions would name {words.NOUNS[other]}."
        yield Change("metric", f"{metric.label} as the metric", sentence, other, changes=True, basis="measured")
    if same:
        sentence = f"By {' and by '.join(same)} the same predictions name {words.NOUNS[at.named]} as well."
        yield Change("metric", "Another metric", sentence, at.named, changes=False, basis="measured")


def _under_metric(at: Situation, metric: Metric) -> FamilyName | None:
    """The family that another metric names on the same predictions; None when too few splits are shared."""
    compared = {f: c for f, c in at.candidates.items() if f in at.belief.families}
    splits = sorted(set.intersection(*(set(c.fits) for c in compared.values()))) if compared else []
    if len(splits) < ENOUGH_SPLITS:
        return None
    losses = {
        f: [at.cv.loss(at.cv.splits[s].check, c.fits[s].predictions, metric) for s in splits]
        for f, c in compared.items()
    }
    try:
        found = posterior(losses, metric, folds=max(folds_of(at.cv), 2), test_ratio=overlap(at.cv))
    except ValueError:  # the metric is not defined on enough splits
        return None
    found = tilted(found, at.decision.evidence.get("prior"))
    return verdict(found, at.asked.prefer, [f for f in found.families if f not in at.excluded]).family


def _prefer(at: Situation) -> Iterator[Change]:
    named = {p: at.under(prefer=p) for p in THRESHOLDS if p != at.asked.prefer}
    for other in sorted({f for f in named.values() if f != at.named}):
        flags = " or ".join(f"--prefer {p}" for p, f in named.items() if f == other)
        sentence = f"With {flags} {words.NOUNS[other]} would be named: the burden of proof is another."
        yield Change("prefer", flags, sentence, other, changes=True, basis="measured")
    if not {f for f in named.values() if f != at.named}:
        sentence = f"{words.NOUNS[at.named].capitalize()} under every --prefer."
        yield Change("prefer", "Another preference", sentence, at.named, changes=False, basis="measured")
