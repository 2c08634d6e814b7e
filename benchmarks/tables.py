"""Whole runs on tables: test score, seconds and peak memory, for one budget beside another.

    python benchmarks/tables.py DATA --sets telco_churn,kin8nm --budgets 60,300 --flags "--prefer accuracy"
    python benchmarks/tables.py DATA --sets kin8nm --budgets 60 --flags "--families network"

DATA is a folder with a MANIFEST.csv of public tables (name, modality, path, task, target). 80 % of the rows go to
`automl fit` and 20 % to `automl predict`, as a user would call them; scores are computed here. Prints a line a run, and
what each budget gives up against the best of them, with the standard error over resampled test rows. Targets: a larger
budget loses no more than noise; the process ends within the budget + 2 s; the process tree stays below 2.5 GB. Run it
on an idle machine.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil
from decide import command, scoring, sets, truth

if TYPE_CHECKING:
    import numpy as np

MEGABYTE = 2**20
EVERY = 0.2
"""Seconds between two looks at the memory."""


def main() -> None:
    """Run every set with every budget."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("data", type=Path, help="folder with MANIFEST.csv")
    options.add_argument("--sets", required=True, help="names in the manifest, by commas")
    options.add_argument("--budgets", default="60", help="seconds, by commas")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--flags", default="", help="further flags of automl fit")
    chosen = options.parse_args()
    known = sets.manifest(chosen.data)
    for name in chosen.sets.split(","):
        with tempfile.TemporaryDirectory() as folder:
            parts = sets.make_parts(known[name], chosen.seed, sys.maxsize, Path(folder))
            flags = ["--seed", str(chosen.seed), *shlex.split(chosen.flags)]
            found = {budget: one(known[name], parts, budget, flags) for budget in map(int, chosen.budgets.split(","))}
        beside(known[name], parts, {budget: values for budget, values in found.items() if values is not None})


def one(source: sets.DataSet, parts: sets.Parts, budget: int, flags: list[str]) -> np.ndarray[Any, Any] | None:
    """Predictions of one run, after printing its line; None where it failed."""
    folder, out = parts.train.parent, f"run-{budget}"
    ours = f"{sys.executable} -m automl"
    asked = ["--target", source.target, "--task", source.task, "--budget", f"{budget}s", "--out", out, *flags]
    with Peak() as peak:
        fit = command.call(ours, ["fit", parts.train.name, *asked], folder, 3 * budget + 120)
    given = command.call(ours, ["predict", out, parts.test.name, "--out", f"{budget}.csv"], folder, 600)
    if not (fit.fine and given.fine):
        print(f"{source.name} {budget} s failed: {(fit.stderr + given.stderr)[-400:]}")
        return None
    predicted = truth.read_predictions(folder / f"{budget}.csv", labels(source, parts))
    value = scoring.natural(source.metric, scoring.loss(source.metric, codes(source, parts), predicted))
    family = command.read_json(folder / out / "decision.json").get("family")
    print(
        f"{source.name} {budget} s: {source.metric} {value:.5g}, {family}, exit {fit.code}, "
        f"{fit.seconds:.1f} s, peak {peak.bytes / MEGABYTE:,.0f} MB",
        flush=True,
    )
    return predicted


def beside(source: sets.DataSet, parts: sets.Parts, found: dict[int, np.ndarray[Any, Any]]) -> None:
    """Print what each budget gives up against the best of them."""
    if len(found) < 2:
        return
    gaps = scoring.gaps(source.metric, codes(source, parts), {str(budget): found[budget] for budget in found})
    for budget, gap in gaps.items():
        print(f"  {budget} s gives up {gap['gap']:.3g} +- {gap['gap_se']:.2g} of {source.metric}", flush=True)


def labels(source: sets.DataSet, parts: sets.Parts) -> list[str]:
    """The classes; [] for numbers."""
    return sorted(set(parts.y_train.tolist())) if source.task != "regression" else []


def codes(source: sets.DataSet, parts: sets.Parts) -> np.ndarray[Any, Any]:
    """(n,) class codes or numbers of the test part."""
    return truth.codes(parts.y_test, labels(source, parts))


class Peak(threading.Thread):
    """Most memory that the children of this process, and theirs, held at one time; a context.

    Attributes:
        bytes: resident, pages shared by two processes counted twice.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.bytes, self.over = 0, threading.Event()

    def run(self) -> None:
        """Look again and again."""
        while not self.over.wait(EVERY):
            held = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    held += process.memory_info().rss
                except psutil.Error:  # it ended between two looks
                    continue
            self.bytes = max(self.bytes, held)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()


if __name__ == "__main__":
    main()
