"""How often the verdict is right, what it costs, and what simpler policies would have given.

    python benchmarks/decision.py truth --data DATA --sets penguins,kin8nm --seeds 0,1

- `truth`: every family searched alone for the budget on a train part of ours and scored on a test part of ours.
- `verdicts`: what `automl decide` says about the same train parts (`--full`: what `automl fit` says after its search).
- `page`: regret, cost and calibration of the verdicts beside those of other policies.
- `adds`: what a search adds to a probe, fitted on the same two files (`automl.decide.prior.SEARCH`).
- `nulls`: verdicts on synthetic tables without signal, with a linear, an interacting and a smooth truth.
- `forecasts`: learning curves of a quarter of the rows against the score that all rows give.

Each command goes on where it was stopped. Target: the verdict's family is the best on the test part, or within r =
1 % of (baseline loss - best loss) of it, on at least 95 % of runs; the others are named on the page.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from decide import adds, forecasts, nulls, page, truth, verdicts

HERE = Path(__file__).resolve().parent


def names(text: str) -> list[str]:
    """'a,b' as a list."""
    return [part for part in text.split(",") if part]


def numbers(text: str) -> list[int]:
    """'0,1' as a list of numbers."""
    return [int(part) for part in names(text)]


def measuring(parser: argparse.ArgumentParser) -> None:
    """The flags of the commands that run `automl` on the development sets."""
    parser.add_argument("--data", type=Path, required=True, help="folder with MANIFEST.csv")
    parser.add_argument("--sets", type=names, default=[], help="names, default all")
    parser.add_argument("--seeds", type=numbers, default=[0, 1])
    parser.add_argument("--budget", type=int, default=60, help="seconds")
    parser.add_argument("--cap", type=int, default=10_000, help="most rows drawn from a set")
    parser.add_argument("--automl", default=f"{sys.executable} -m automl", help="the command, e.g. of a snapshot")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(required=True)
    one = commands.add_parser("truth", help="every family alone, scored on a test part")
    measuring(one)
    one.add_argument("--families", type=names, default=list(truth.FAMILIES))
    one.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "automl-truth", help="scratch folder")
    one.add_argument("--out", type=Path, default=HERE / "truth.csv")
    one.set_defaults(run=truth.run)
    two = commands.add_parser("verdicts", help="what the engine says about the same train parts")
    measuring(two)
    two.add_argument("--full", action="store_true", help="the verdict after a search of the whole budget")
    two.add_argument("--flags", type=str.split, default=[], help="further flags, e.g. '--prefer simple'")
    two.add_argument("--out", type=Path, default=HERE / "verdicts.csv")
    two.set_defaults(run=verdicts.run)
    _reporting(commands.add_parser("page", help="the figures as Markdown"))
    three = commands.add_parser("adds", help="what a search adds to a probe, as log-odds")
    three.add_argument("--truth", type=Path, default=HERE / "truth.csv")
    three.add_argument("--verdicts", type=Path, default=HERE / "verdicts.csv")
    three.set_defaults(run=adds.run)
    _synthetic(commands.add_parser("nulls", help="synthetic tables whose truth is known"))
    _curves(commands.add_parser("forecasts", help="learning curves against what more rows gave"))
    return top


def _reporting(parser: argparse.ArgumentParser) -> None:
    for name in ("truth", "verdicts", "nulls", "forecasts"):
        parser.add_argument(f"--{name}", type=Path, default=HERE / f"{name}.csv")
    parser.add_argument("--out", type=Path, default=HERE / "DECISION.md")
    parser.set_defaults(run=page.run)


def _synthetic(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=100, help="tables of each kind")
    parser.add_argument("--kinds", type=names, default=list(nulls.KINDS))
    parser.add_argument("--budget", type=int, default=20, help="seconds")
    parser.add_argument("--families", type=names, default=["linear", "trees", "network"])
    parser.add_argument("--out", type=Path, default=HERE / "nulls.csv")
    parser.set_defaults(run=nulls.run)


def _curves(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder with MANIFEST.csv")
    parser.add_argument("--sets", type=names, default=[], help="names, default all with enough rows")
    parser.add_argument("--seeds", type=numbers, default=[0, 1])
    parser.add_argument("--families", type=names, default=["linear", "trees"], help="a network takes its full schedule")
    parser.add_argument("--cap", type=int, default=60_000, help="most rows drawn from a set")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE / "forecasts.csv")
    parser.set_defaults(run=forecasts.run)


if __name__ == "__main__":
    arguments = parser().parse_args()
    arguments.run(arguments)
