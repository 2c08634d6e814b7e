"""The comparison of families in plain sentences, in the metric's unit and with as many digits as the data support."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from automl.decide.posterior import CLEAR
from automl.types import FAMILIES
from automl.units import with_minus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automl.decide.posterior import Pair
    from automl.evaluate.metrics import Metric
    from automl.types import FamilyName

NOUNS: dict[FamilyName, str] = {
    "baseline": "the baseline",
    "linear": "linear",
    "trees": "trees",
    "network": "the network",
}
MOST_DECIMALS = 6
"""Digits after the point of what is not far smaller."""
ENOUGH: dict[FamilyName, str] = {
    "baseline": "No signal found: no model is shown to beat the baseline",
    "linear": "A linear model is enough",
    "trees": "Boosted trees are enough",
    "network": "A network is needed",
}


def sentence(
    metric: Metric,
    named: FamilyName,
    pairs: Mapping[FamilyName, Pair],
    r: float,
    limit: float,
    *,
    counted: str = "",
    enough: bool = True,
) -> str:
    """The verdict in one sentence, with the comparison that carries it.

    Args:
        metric: the metric compared.
        named: the family named.
        pairs: every family against the named one.
        r: region of practical equivalence.
        limit: P(better than the baseline) that a family would have had to reach.
        counted: what the probabilities rest on beside what was measured here; '' for nothing.
        enough: whether it is probably good enough; else it is only the likeliest to be.
    """
    simpler = [f for f in pairs if FAMILIES.index(f) < FAMILIES.index(named)]
    if len(pairs) == 1:
        return f"{_are(named)} the only family compared."
    if named == "baseline":
        return f"{ENOUGH[named]} (with {100 * limit:.3g} % certainty)."
    if not enough:
        they = _verb(named, "it is", "they are")
        return f"{_are(named)} the best bet: which family is best is open, and {they} the likeliest to be good enough."
    if not simpler:
        return f"{ENOUGH[named]}: {_nothing_better(metric, r)}."
    return _against_simpler(metric, named, pairs, r, max(simpler, key=lambda f: pairs[f].mean), counted)


def _against_simpler(
    metric: Metric, named: FamilyName, pairs: Mapping[FamilyName, Pair], r: float, rival: FamilyName, counted: str
) -> str:
    """The verdict with the comparison with the best of the simpler families."""
    if pairs[rival].mean > 0:
        ahead = _lower(gain(metric, rival, named, pairs[rival]))
        counting = f"counting {counted}, " if counted else ""
        return f"{_are(named)} the best bet: {ahead}, but {counting}{_lower(_are(named))} likelier to be good enough."
    carried = _lower(gain(metric, named, rival, _turned(pairs[rival])))
    if any(FAMILIES.index(f) > FAMILIES.index(named) for f in pairs):
        return f"{ENOUGH[named]}: {carried}, and {_nothing_better(metric, r)}."
    return f"{_are(named)} {'needed' if pairs[rival].high < 0 else 'the best bet'}: {carried}."


def _are(family: FamilyName) -> str:
    return f"{capital(NOUNS[family])} {_verb(family, 'is', 'are')}"


def _nothing_better(metric: Metric, r: float) -> str:
    margin = f"by more than {_figure(metric, r, r)}" if r > 0 else "at all"
    return f"nothing more complex is shown to be better {margin}"


def reasons(metric: Metric, named: FamilyName, pairs: Mapping[FamilyName, Pair]) -> tuple[str, ...]:
    """A sentence for every other family: first why nothing simpler, then why nothing more complex.

    Args:
        metric: the metric compared.
        named: the family named.
        pairs: every family against the named one.
    """
    place = FAMILIES.index(named)
    simpler = [f for f in reversed(FAMILIES[:place]) if f in pairs]
    richer = [f for f in FAMILIES[place + 1 :] if f in pairs]
    lines = [f"{capital(gain(metric, named, f, _turned(pairs[f])))}." for f in simpler]
    for family in richer:
        pair = pairs[family]
        if pair.p_worse >= CLEAR or pair.high <= 0:
            lines.append(f"{capital(gain(metric, named, family, _turned(pair)))}.")
        else:
            lines.append(f"{no_gain(metric, family, named, pair)}.")
    return tuple(lines)


def gain(metric: Metric, winner: FamilyName, loser: FamilyName, pair: Pair) -> str:
    """'trees beat linear by 0.013 ROC AUC (95 % 0.008 to 0.018)'; "are ahead of" when 0 is in the interval, "level".

    Args:
        metric: the metric compared.
        winner: family named first.
        loser: family it is compared with.
        pair: the winner against the loser.
    """
    width = pair.high - pair.low
    low, high = number(pair.low, width), number(pair.high, width)
    shown = _verb(winner, "beats", "beat") if pair.low > 0 else f"{_verb(winner, 'is', 'are')} ahead of"
    if pair.mean <= 0:
        place = f"behind {NOUNS[loser]} by {_figure(metric, -pair.mean, width)}"
        if pair.mean == 0:
            place = f"level with {NOUNS[loser]}"
        return f"{NOUNS[winner]} {_verb(winner, 'is', 'are')} {place} (gain 95 % {low} to {high})"
    return f"{NOUNS[winner]} {shown} {NOUNS[loser]} by {_figure(metric, pair.mean, width)} (95 % {low} to {high})"


def no_gain(metric: Metric, family: FamilyName, over: FamilyName, pair: Pair) -> str:
    """'No gain shown by trees over linear: at most 0.004 ROC AUC (95 %)'."""
    most = _figure(metric, pair.high, pair.high - pair.low)
    return f"No gain shown by {NOUNS[family]} over {NOUNS[over]}: at most {most} (95 %)"


def undecided(metric: Metric, named: FamilyName, rival: FamilyName, pair: Pair) -> str:
    """The text of the flag `not_decidable`: the named family may be enough, and the rival may yet be better."""
    width = pair.high - pair.low
    low, high = number(pair.low, width), number(pair.high, width)
    return (
        f"{capital(NOUNS[rival])} may yet be better than {NOUNS[named]}: with probability {pair.p_better:.2f} by more "
        f"than what counts as practically equal (r). The gain in {metric.label} lies between {low} and {high} (95 %)."
    )


def of_forecast(text: str, baseline: str) -> str:
    """A sentence about families that forecast: the baseline is a forecast itself, and is named."""
    text = text.replace("No signal found: no model", "No model")
    return text.replace("the baseline", f"the baseline ({baseline})")


def number(value: float, width: float) -> str:
    """The value with one significant digit of half its interval's width; what six decimals cannot tell as 2.3e-08.

    Args:
        value: what to print.
        width: of its 95 % interval; 0 prints three significant digits.
    """
    scale = width / 2 if width > 0 else abs(value) / 100
    if not math.isfinite(scale) or scale <= 0:
        return with_minus(f"{value:g}")
    decimals = max(-math.floor(math.log10(scale)), 0)
    if decimals > MOST_DECIMALS and abs(value) < 10 * 10.0**-MOST_DECIMALS:
        return with_minus(f"{round(value, decimals):.3g}")
    decimals = min(decimals, MOST_DECIMALS)
    return with_minus(f"{round(value, decimals):,.{decimals}f}")


def _figure(metric: Metric, value: float, width: float) -> str:
    return f"{number(value, width)} {metric.label}"


def _turned(pair: Pair) -> Pair:
    """The same pair seen from the other side."""
    return type(pair)(-pair.mean, -pair.high, -pair.low, pair.p_worse, pair.p_equivalent, pair.p_better)


def _verb(family: FamilyName, singular: str, plural: str) -> str:
    return plural if family == "trees" else singular


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
