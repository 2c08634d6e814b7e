"""The decision: evidence in, verdict out, with every reason, in the form of `decision.json`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from automl.decide.belief import belief, folds_of, overlap
from automl.decide.compare import Flag, Verdict, verdict
from automl.decide.costs import within_limits
from automl.decide.prior import prior
from automl.decide.tilt import tilted
from automl.errors import DataError
from automl.types import FAMILIES, FamilyName

if TYPE_CHECKING:
    from automl.decide.evidence import Probes
    from automl.decide.posterior import Posterior
    from automl.decide.prior import Prior
    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.types import Prefer, Profile

FEW_OF_A_CLASS = 30
"""Rows of a class below which its test figures are flagged."""
SMALL_DATA = 200
ENOUGH_EPOCHS = 30
ENOUGH_ROUNDS = 200
HOPELESS = 0.25
"""Share of the way from the best back to the baseline from which an under-trained family is given no more chance.

Where only a part of its schedule was run, that much farther behind: after 1 and 15 of 120 epochs networks of hand signs
were 0.92 and 0.73 of the way behind, and the best in the end.
"""
CHANCE: dict[FamilyName, float] = {"linear": 0.25, "trees": 0.65, "network": 0.35}
"""P(worth its complexity) of a family that was not measured: base rates of the published results for 104 tables
(TabZilla, McElfresh et al. 2023): trees beat linear by more than half a point on 65 %, networks beat trees on 35 %."""


@dataclass(frozen=True)
class Decision:
    """The verdict with its evidence; fields as in docs/run-folder.md."""

    family: FamilyName
    sentence: str
    probabilities: dict[FamilyName, float]
    tie: bool
    flags: tuple[Flag, ...]
    ensemble: bool
    members: tuple[str, ...]
    reasons: tuple[str, ...]
    evidence: dict[str, Any]
    alternatives: tuple[dict[str, Any], ...]
    changes: tuple[Any, ...] = field(default=())
    """Entries of `decide.changes.Change`."""


@dataclass(frozen=True)
class Asked:
    """What the user asks of the family to be named.

    Attributes:
        prefer: how much proof it takes to pass over a simpler family.
        latency_seconds: most seconds that predicting one row may take; None for no limit.
        size_bytes: most bytes of the model; None for no limit.
    """

    prefer: Prefer = "balanced"
    latency_seconds: float | None = None
    size_bytes: int | None = None

    @property
    def limited(self) -> bool:
        """Whether latency or size are limited."""
        return self.latency_seconds is not None or self.size_bytes is not None

    def excluded(self, candidates: dict[FamilyName, Candidate]) -> dict[FamilyName, str]:
        """Family -> why a limit excludes it."""
        return within_limits(candidates, self.latency_seconds, self.size_bytes)


@dataclass(frozen=True)
class Believed:
    """What the probes say about the families before anybody asks for a verdict.

    Attributes:
        candidates: the probes compared: those of the splits, else those of the quick look.
        posterior: with the prior in it.
        prior: None where nothing is published.
        method: how the posterior was made, one sentence.
    """

    candidates: dict[FamilyName, Candidate]
    posterior: Posterior
    prior: Prior | None
    method: str


def believe(cv: CrossValidation, probes: Probes, profile: Profile | None = None) -> Believed:
    """The posterior over the families probed.

    Args:
        cv: gives splits and metric.
        probes: the evidence; at least one family.
        profile: what the prior is read off; no prior without one.

    Raises:
        DataError: the metric cannot be computed on any split.
    """
    candidates = probes.candidates or probes.look
    if not candidates:
        raise DataError(
            f"{cv.metric.label} is defined on no split of these {len(cv.dataset)} rows.",
            where="; ".join(f"{name}: {why}" for name, why in probes.not_tried.items()),
            hint="more rows of the rarest class, or another --metric",
        )
    posterior, method = belief(cv, candidates)
    splits = max(len(candidate.losses) for candidate in candidates.values())
    published = None if profile is None else prior(profile, len(cv.splits[0].train), splits)
    return Believed(candidates, tilted(posterior, published), published, method)


def decide(cv: CrossValidation, probes: Probes, asked: Asked, profile: Profile | None = None) -> Decision:
    """The verdict on the probes; arguments and errors as for `believe`.

    Args:
        cv: gives splits and metric.
        probes: the evidence; at least one family.
        asked: preference and limits.
        profile: what the prior is read off; no prior without one.
    """
    return judge(cv, probes, believe(cv, probes, profile), asked)


def judge(cv: CrossValidation, probes: Probes, believed: Believed, asked: Asked) -> Decision:
    """The verdict on what is believed already; arguments as for `decide`."""
    candidates = believed.candidates
    excluded = asked.excluded(candidates)
    result = verdict(believed.posterior, asked.prefer, [f for f in candidates if f not in excluded])
    chances = _left_out(probes, candidates, result.family, believed.posterior.p_room())
    left_out = {name: kept for name, kept in chances.items() if name not in excluded}
    evidence = _evidence(cv, believed, result) | {
        "method": believed.method,
        "deciding_seconds": round(probes.unused_seconds(result.family), 2),
        "left_out": left_out,
        "excluded": excluded,
        "after_search": None,
        "prior": believed.prior,
    }
    return Decision(
        family=result.family,
        sentence=result.sentence,
        probabilities=with_left_out(result.probabilities, left_out),
        tie=result.tie,
        flags=(*result.flags, *_nothing_left(result, excluded), *_flags(cv, probes, candidates)),
        ensemble=False,
        members=(result.family,),
        reasons=result.reasons,
        evidence=evidence,
        alternatives=_alternatives(result, probes, excluded),
    )


def _evidence(cv: CrossValidation, believed: Believed, result: Verdict) -> dict[str, Any]:
    """What was compared, on what, and how it came out."""
    candidates = believed.candidates
    families = {
        name: replace(
            evidence,
            seconds=round(candidates[name].seconds, 3),
            configuration=candidates[name].configuration,
            under_trained=under_trained(candidates[name]),
        )
        for name, evidence in result.families.items()
    }
    return {
        "metric": cv.metric.name,
        "loss": cv.metric.loss_name,
        "r": result.r,
        "threshold": result.threshold,
        "threshold_baseline": result.threshold_baseline,
        "test_ratio": overlap(cv),
        "splits": len(believed.posterior.losses) or max(len(c.losses) for c in candidates.values()),
        # Families that a limit excludes were compared too: splits that they lack do not count for the others.
        "splits_of": {name: sorted(candidate.losses) for name, candidate in candidates.items()},
        "candidates": {name: candidates[name].name for name in result.families},
        "folds": folds_of(cv),
        "repeats": max(s.repeat for s in cv.splits) + 1,
        "rows": len(cv.splits[0].train) + len(cv.splits[0].check),
        "families": families,
    }


def under_trained(candidate: Candidate) -> bool:
    """True when time ended its fits before they were worth comparing."""
    return trained_share(candidate) < 1


def trained_share(candidate: Candidate) -> float:
    """How far the fits got, of what makes them worth comparing: 0 to 1."""
    info = candidate.info
    if not info.get("cut_by_time"):
        return 1.0
    if "epochs" in info:
        enough = min(ENOUGH_EPOCHS, info.get("full_epochs", ENOUGH_EPOCHS))
        return min(float(info["epochs"] / enough), 1.0)
    return min(float(info.get("rounds", ENOUGH_ROUNDS) / ENOUGH_ROUNDS), 1.0)


def _schedule_share(candidate: Candidate) -> float:
    """How much of its whole schedule an under-trained fit ran: 0 to 1; 1 where that is not known."""
    info = candidate.info
    return min(info["epochs"] / info["full_epochs"], 1.0) if info.get("full_epochs") else 1.0


def _left_out(
    probes: Probes, candidates: dict[FamilyName, Candidate], named: FamilyName, room: float
) -> dict[FamilyName, float]:
    """Probability kept for families that were not measured, or not to the end of their training.

    An under-trained family keeps less the further behind it is: a quarter of the way to the baseline is hopeless at the
    end of its schedule, and says less the earlier it was stopped.

    Args:
        probes: tell what was not tried.
        candidates: family -> what was measured.
        named: the family of the verdict.
        room: P(the best measured loss is above r); with less, no richer family can be better by more than r.
    """
    losses = {name: candidate.loss() for name, candidate in candidates.items()}
    best, worst = min(losses.values()), losses.get("baseline", max(losses.values()))
    kept = {name: CHANCE[name] for name in probes.not_tried if name in CHANCE}
    for name, candidate in candidates.items():
        if under_trained(candidate) and name in CHANCE:
            behind = (losses[name] - best) / max(worst - best, 1e-12)
            hope = max(1 - behind * _schedule_share(candidate) / HOPELESS, 0.0)
            kept[name] = CHANCE[name] * (1 - trained_share(candidate)) * hope
    richer = FAMILIES[FAMILIES.index(named) + 1 :]
    return {name: chance * room if name in richer else chance for name, chance in kept.items()}


def with_left_out(probabilities: dict[FamilyName, float], left_out: dict[FamilyName, float]) -> dict[FamilyName, float]:
    """Measured probabilities, scaled down for what was left out; they still sum to one."""
    result = dict(probabilities)
    for name, chance in left_out.items():
        result = {family: share * (1 - chance) for family, share in result.items()}
        result[name] += chance
    return result


def line(decision: Decision) -> str:
    """One line for the console: the verdict with its probabilities."""
    shares = ", ".join(
        f"{name} {decision.probabilities[name]:.0%}" for name in FAMILIES if decision.probabilities[name] >= 0.005
    )
    return f"{decision.family} ({shares})"


def _flags(cv: CrossValidation, probes: Probes, candidates: dict[FamilyName, Candidate]) -> list[Flag]:
    flags = [Flag(f"{name}_not_tried", f"{name} not tried: {reason}.") for name, reason in probes.not_tried.items()]
    flags += training_flags(candidates)
    rows = len(cv.dataset)
    if rows < SMALL_DATA:
        flags.append(Flag("small_data", f"Only {rows} rows: every figure here is uncertain."))
    if cv.dataset.problem.task != "regression" and (rarest := rarest_judged(cv)) < FEW_OF_A_CLASS:
        where = " in the test part" if len(cv.test) else ""
        counted = f"{rarest} row{'' if rarest == 1 else 's'}{where}"
        thin = "its share of the evidence is thin" if rarest else "no figure here speaks of it"
        flags.append(Flag("few_test_rows", f"The rarest class has {counted}: {thin}."))
    return flags


def training_flags(candidates: dict[FamilyName, Candidate]) -> list[Flag]:
    """One for every under-trained candidate."""
    short = {name: candidate for name, candidate in candidates.items() if under_trained(candidate)}
    return [Flag(training_code(name), _short_training(candidate)) for name, candidate in short.items()]


def training_code(family: FamilyName) -> str:
    """Code of the flag of an under-trained family."""
    return f"{family}_under_trained"


def rarest_judged(cv: CrossValidation) -> int:
    """Rows of the rarest class among those judged in the end: the test part, or without one all that folds judge.

    The test part is counted and not looked at: its rows are dealt out by class before anything is fitted.
    """
    import numpy as np

    rows = cv.test if len(cv.test) else np.unique(np.concatenate([split.check for split in cv.splits]))
    return int(np.bincount(cv.dataset.y[rows], minlength=cv.dataset.problem.outputs).min())


def _nothing_left(result: Verdict, excluded: dict[FamilyName, str]) -> list[Flag]:
    """A flag when only the baseline keeps to the limits."""
    if not excluded or set(result.families) != {"baseline"}:
        return []
    why = "; ".join(f"{name}: {reason}" for name, reason in excluded.items())
    return [Flag("limits_leave_nothing", f"No family that was measured keeps to the limits ({why}).")]


def _short_training(candidate: Candidate) -> str:
    info = candidate.info
    if "epochs" in info:
        full = info.get("full_epochs", ENOUGH_EPOCHS)
        return f"{candidate.family} under-trained: {info['epochs']:.3g} of {full} epochs fitted into the time."
    return f"{candidate.family} under-trained: the time ended it after {info.get('rounds', 0)} rounds."


def _alternatives(result: Verdict, probes: Probes, excluded: dict[FamilyName, str]) -> tuple[dict[str, Any], ...]:
    over = ({"family": name, "reason": f"over the limit: {why}"} for name, why in excluded.items())
    return (*rejected(result), *over, *not_tried(probes.not_tried))


def not_tried(reasons: dict[FamilyName, str]) -> tuple[dict[str, Any], ...]:
    """Families without a figure, with the reason, as alternatives."""
    return tuple({"family": name, "reason": f"not tried: {why}"} for name, why in reasons.items())


def rejected(result: Verdict) -> list[dict[str, Any]]:
    """Every family compared that is not named, with the reason."""
    others = [name for name in FAMILIES if name in result.families and name != result.family]
    return [
        {"family": name, "reason": _why_not(result, name), "probability": result.probabilities[name]} for name in others
    ]


def _why_not(result: Verdict, name: FamilyName) -> str:
    """The test that the family fails, or what it is not needed for."""
    found, over = result.families[name], result.families[name].p_over_baseline
    if name != "baseline" and over is not None and over < result.threshold_baseline:
        needed = f"{result.threshold_baseline:.3g} is needed"
        return f"better than the baseline by more than r with probability {over:.2f}; {needed}"
    if found.p_worse >= result.threshold:
        return f"worse than {result.family} by more than r with probability {found.p_worse:.2f}"
    if found.p_beaten >= result.threshold:
        limit = f"passed over from {result.threshold:.3g} on"
        return f"some other family is better by more than r with probability {found.p_beaten:.2f}; {limit}"
    return f"not needed: better than {result.family} by more than r with probability {found.p_better:.2f}"
