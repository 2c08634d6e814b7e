"""DECISION.md: the figures asked for, beside their targets."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from . import ledger
from .figures import R, knowing, mean_interval, pooled, reliability, skill, wilson
from .load import asked, truths
from .policies import RIVALS, Policy, ours

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from pathlib import Path

    from .figures import Truth
    from .load import Asked, Key
    from .policies import Choice, Stated

Pairs = tuple[tuple["Truth", "Stated"], ...]
WHEN = {"decide": "on the probes alone (`automl decide`)", "full": "after the search (`automl fit`)"}
TITLE = "# How good the verdict is\n"
HEAD = """Made by `python benchmarks/decision.py page` from truth.csv and verdicts.csv; what was measured is in the
docstring of `decision.py`. r is {r:.0%} of the way from the baseline loss to the best loss on the test part; regret is
the loss given up over the whole way. Truth: every family searched alone on the same train part and scored on the same
test part. {sets} sets, {runs} runs (set and seed). Intervals of shares are Wilson's, 95 %{independent}; those of mean
regret resample whole sets.

What a search adds to a probe (`automl.decide.prior.SEARCH`) was fitted on runs of these tables, and the threshold was
set on them: so far the figures are not out of sample. `python benchmarks/decision.py adds` fits it again with each
table left out. Probes differ from run to run: another set of verdicts by the same rule, on the same truth, gave 81 %
and a mean regret of 0.96 % before the search. The truth is older than the verdicts: it was measured before powers and
normal scores of long-tailed targets were tried, before trees learnt standardised targets, and before long trainings of
networks were compiled; the verdicts on the probes alone before the last two."""
SEEDS = ", and treat runs as independent, which several seeds of one set are not quite"
NOTES = """Seconds: whole searches it took to have the family delivered, and the probes for ours. `all families` takes
the best probe by validation loss and pays for three searches: an approximation of a leaderboard's pick, without its
ensembles and without splitting the budget. `prior alone` takes the likeliest family before anything is measured;
{without} of these verdicts state no prior, and the shares of the other sets stand in for it.
"""


KNOWING = """One who knew the measured order of the families, and took the best, would on other test rows be best or
within r in {chance:.0%} of runs, with a mean regret of {lost:.2%}: the rest is what test parts of this size leave to
chance."""
POOLED = """By the mean loss over the test parts of both seeds the family named is best, or within r of the best, in
{share}; mean regret {regret:.2%}."""


def run(args: Namespace) -> None:
    """Write the page."""
    measured = truths(args.truth)
    kinds = asked(measured, args.verdicts)
    parts = [head(measured)]
    for kind in kinds:
        parts += [_section(kind)]
    parts += [_truth_section(measured), nulls(args.nulls), forecasts(args.forecasts)]
    args.out.write_text("\n".join(part for part in parts if part), encoding="utf-8")
    print(args.out)


def head(measured: dict[Key, Truth]) -> str:
    """What was measured; a word on seeds where a set has several."""
    sets, runs = len({name for name, _ in measured}), len(measured)
    text = HEAD.format(r=R, sets=sets, runs=runs, independent=SEEDS if sets < runs else "")
    return f"{TITLE}\n{_filled(text)}"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def share(hits: int, runs: int) -> str:
    """'93 % (85 to 97), 56 of 60'."""
    low, high = wilson(hits, runs)
    return f"{hits / max(runs, 1):.0%} ({low:.0%} to {high:.0%}), {hits} of {runs}"


def _section(kind: Asked) -> str:
    runs = kind.runs
    return "\n".join(
        [
            f"## The verdict {WHEN[kind.mode]}, budget {kind.budget:g} s: {len(runs)} runs\n",
            _targets(kind),
            _limits(runs),
            "### Beside other policies\n",
            _policies(runs),
            NOTES.format(without=len(runs) - kind.priors),
            "### Stated probabilities\n",
            _reliability(runs),
            "### Runs in which the family named was not within r\n",
            _wrong(runs),
        ]
    )


def _targets(kind: Asked) -> str:
    runs = kind.runs
    right = sum(found.right(said.named) for found, said in runs)
    regrets = [found.regret(said.named) for found, said in runs]
    lows = [(found.regret_low(said.named) or 0.0, found) for found, said in runs]
    unknown = sum(found.regret_low(said.named) is None and not found.right(said.named) for found, said in runs)
    worst = max(lows, key=lambda pair: pair[0])
    limit = 0.2 if kind.budget < 600 else 0.1
    shares = [said.deciding / said.budget for _, said in runs]
    events = [found.simplest for found, _ in runs]
    skilled = skill([said.probabilities for _, said in runs], [said.prior for _, said in runs], events)
    low, high = mean_interval(regrets, [found.name for found, _ in runs])
    spent = f"{np.median(shares):.0%}, {np.quantile(shares, 0.9):.0%}, {max(shares):.0%}"
    kept = share(sum(s <= limit for s in shares), len(shares))
    run_of_worst = (
        f"{worst[0]:.1%} ({worst[1].name}, seed {worst[1].seed}){f'; {unknown} not known' if unknown else ''}"
    )
    spread = f"{np.mean(regrets):.2%} ({low:.2%} to {high:.2%})"
    rows = [
        ("best, or within r of the best", ">= 95 %", share(right, len(runs)), right >= 0.95 * len(runs)),
        ("mean regret", "<= 1 %", spread, np.mean(regrets) <= 0.01),
        ("largest low end of a run's regret (90 %)", "<= 5 %", run_of_worst, worst[0] <= 0.05 and not unknown),
        (f"deciding time at most {limit:.0%} of the budget", "all", kept, max(shares) <= limit),
        ("deciding time: median, 90th percentile, most", "", spent, max(shares) <= limit),
        ("Brier skill over the prior alone", "> 0.3", f"{skilled:.2f}", skilled > 0.3),
    ]
    return table(["figure", "target", "measured", "reached"], [[*row[:3], "yes" if row[3] else "no"] for row in rows])


def _limits(runs: Pairs) -> str:
    """What test parts of this size can tell at all, and the figures by all test parts of a set together."""
    known = [knowing(found) for found, _ in runs]
    sets: dict[str, list[Truth]] = defaultdict(list)
    for found, _ in runs:
        sets[found.name].append(found)
    together = {name: pooled(several) for name, several in sets.items()}
    right = sum(together[found.name].right(said.named) for found, said in runs)
    regret = np.mean([together[found.name].regret(said.named) for found, said in runs])
    chance, lost = (float(np.mean(column)) for column in zip(*known, strict=True))
    lines = [KNOWING.format(chance=chance, lost=lost)]
    if len(together) < len(runs):
        lines.append(POOLED.format(share=share(right, len(runs)), regret=regret))
    return "\n".join(map(_filled, lines))


def _filled(text: str) -> str:
    """A paragraph in lines of 120 characters."""
    return textwrap.fill(" ".join(text.split()), 120) + "\n"


def _policies(runs: Pairs) -> str:
    header = ["policy", "best or within r", "mean regret (95 %)", "worst run", "its low end", "more regret than ours",
              "seconds", "ms per 1,000 predictions"]  # fmt: skip
    own = [found.regret(said.named) for found, said in runs]
    lines = [policy_line(name, policy, runs, own) for name, policy in {"**ours**": ours, **RIVALS}.items()]
    return table(header, lines)


def policy_line(name: str, policy: Policy, runs: Pairs, own: Sequence[float]) -> list[str]:
    """One policy over all runs; `own` is the regret of our verdicts, in the order of the runs."""
    choices: list[tuple[Truth, Choice]] = [(found, policy(found, said)) for found, said in runs]
    regrets = [found.regret(choice.family) for found, choice in choices]
    groups = [found.name for found, _ in choices]
    low, high = mean_interval(regrets, groups)
    more = np.subtract(regrets, own)
    more_low, more_high = mean_interval(more.tolist(), groups)
    worst = int(np.argmax(regrets))
    low_end = choices[worst][0].regret_low(choices[worst][1].family)
    latency = [found.latency[choice.family] for found, choice in choices if choice.family in found.latency]
    right = sum(found.right(choice.family) for found, choice in choices)
    return [
        name,
        share(right, len(runs)),
        f"{np.mean(regrets):.2%} ({low:.2%} to {high:.2%})",
        f"{regrets[worst]:.0%} ({groups[worst]})",
        "" if low_end is None else f"{low_end:.0%}",
        "" if policy is ours else f"{np.mean(more):+.2%} ({more_low:+.2%} to {more_high:+.2%})",
        f"{np.mean([choice.seconds for _, choice in choices]):.0f}",
        f"{np.median(latency):.1f} (median)" if latency else "",
    ]


def _reliability(runs: Pairs) -> str:
    stated = [said.probabilities for _, said in runs]
    bins = reliability(stated, [found.simplest for found, _ in runs])
    rows = []
    for b in bins:
        came = f"{b.share:.2f} ({b.share_low:.2f} to {b.share_high:.2f})"
        inside = "yes" if b.calibrated else "no"
        rows.append([f"{b.low:g} to {b.high:g}", b.count, f"{b.stated:.2f}", came, inside])
    header = ["stated", "pairs", "mean stated", "came true (95 %)", "inside"]
    return "The event: the family is the simplest within r of the best. A run gives one pair a family.\n\n" + table(
        header, rows
    )


def _wrong(runs: Pairs) -> str:
    rows = [
        [found.name, found.seed, said.named, min(found.losses, key=lambda name: found.losses[name]),
         f"{found.regret(said.named):.1%}", _percent(found.regret_low(said.named)),
         f"{said.probabilities.get(said.named, 0.0):.2f}"]
        for found, said in runs
        if not found.right(said.named)
    ]  # fmt: skip
    header = ["set", "seed", "named", "best", "regret", "low end (90 %)", "stated"]
    return table(header, rows) if rows else "None.\n"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _truth_section(measured: dict[Key, Truth]) -> str:
    rows = [
        [found.name, found.seed, found.simplest, *(f"{found.regret(family):.1%}" for family in found.losses)]
        for found in measured.values()
    ]
    families = list(next(iter(measured.values())).losses) if measured else []
    return "## The truth: regret of every family\n\n" + table(["set", "seed", "simplest within r", *families], rows)


def nulls(path: Path) -> str:
    """The shares on synthetic truths; empty when they were not measured."""
    rows = ledger.read(path)
    if not rows:
        return ""
    lines = []
    for kind in dict.fromkeys(row["kind"] for row in rows):
        mine = [row for row in rows if row["kind"] == kind and row["family"]]
        named = ", ".join(
            f"{family} {sum(row['family'] == family for row in mine)}" for family in sorted({r["family"] for r in mine})
        )
        wanted = "<= 5 % too complex" if kind in {"permuted", "linear"} else ">= 90 % complex enough"
        hits = sum(row["hit"] == "True" for row in mine)
        lines.append([kind, wanted, share(hits, len(mine)), named])
    return "## Synthetic truths\n\n" + table(["truth", "target", "measured", "named"], lines)


def forecasts(path: Path) -> str:
    """The shares of forecasts whose band held; empty when they were not measured."""
    rows = ledger.read(path)
    if not rows:
        return ""
    lines = []
    for family in ["all", *dict.fromkeys(row["family"] for row in rows)]:
        mine = [row for row in rows if row["inside"] and family in {"all", row["family"]}]
        trusted = [row for row in mine if row["trusted"] == "True"]
        lines.append(
            [family, *(share(sum(r["inside"] == "True" for r in part), len(part)) for part in (mine, trusted))]
        )
    header = ["family", "true score inside the 90 % band (target >= 85 %)", "among the curves called trusted"]
    return "## Learning curves, from a quarter of the rows to all of them\n\n" + table(header, lines)
