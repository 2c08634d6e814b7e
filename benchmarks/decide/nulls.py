"""nulls.csv: verdicts on synthetic tables whose truth is known: nothing, a line, an interaction, a smooth surface."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import ledger

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    import pandas as pd

Array = np.ndarray[Any, Any]
KINDS = ("permuted", "linear", "interaction", "smooth")
TASKS = ("regression", "binary", "multiclass")
CLASSES = 3
ROWS = {"permuted": (300, 3000), "linear": (300, 3000), "interaction": (1000, 3000), "smooth": (1000, 3000)}
"""Rows are drawn between these; the two rich truths cannot be learnt by any family from fewer."""
COLUMNS = ("kind", "number", "task", "rows", "columns", "budget", "families", "family", "hit", "sentence", "seconds")


def run(args: Namespace) -> None:
    """Decide on what is missing, one table after the other."""
    done = {(row["kind"], row["number"]) for row in ledger.read(args.out)}
    for number in range(args.runs):
        for kind in args.kinds:
            if (kind, str(number)) in done:
                continue
            frame, task = make_table(kind, number)
            row = {
                "kind": kind, "number": number, "task": task, "rows": len(frame), "columns": frame.shape[1] - 1,
                "budget": args.budget, "families": " ".join(args.families),
            }  # fmt: skip
            row |= decided(kind, frame, task, number, args)
            ledger.add(args.out, COLUMNS, row, lambda _: None)
            print(", ".join(f"{key} {ledger.as_text(value)}" for key, value in row.items()), flush=True)


def decided(kind: str, frame: pd.DataFrame, task: str, number: int, args: Namespace) -> dict[str, Any]:
    """The verdict in this process."""
    import automl

    options: dict[str, Any] = {"target": "y", "task": task, "seed": number, "families": tuple(args.families)}
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        try:
            decision = automl.decide(frame, out=Path(folder) / "run", budget=f"{args.budget}s", **options)
        except automl.AutoMLError as error:  # a refusal is written down and counted as no verdict
            return {"sentence": str(error), "seconds": time.perf_counter() - start}
    return {
        "family": decision["family"],
        "hit": hit(kind, decision["family"]),
        "sentence": decision["sentence"],
        "seconds": time.perf_counter() - start,
    }


def hit(kind: str, family: str) -> bool:
    """Whether the verdict is one that is counted: too complex where there is nothing more to find, else complex enough.

    Which of trees and network suits an interaction or a surface best is left open: no construction settles it.
    """
    if kind == "permuted":
        return family != "baseline"
    return family in {"trees", "network"}


def make_table(kind: str, number: int) -> tuple[pd.DataFrame, str]:
    """A seeded table with the target `y`, and its task.

    Regression: score + Gaussian noise of half its standard deviation. Classes: the largest of as many scores with
    Gumbel noise, so that the multinomial logit with those scores is the exact truth. Permuted: a shuffled `y`.
    """
    import pandas as pd

    rng = np.random.default_rng([number, KINDS.index(kind)])
    rows, task = int(rng.integers(*ROWS[kind])), TASKS[number % len(TASKS)]
    X = rng.normal(size=(rows, int(rng.integers(5, 13))))
    outputs = {"regression": 1, "binary": 2, "multiclass": CLASSES}[task]
    make = SCORES["linear" if kind == "permuted" else kind]
    scores = np.column_stack([_standard(make(X, rng)) for _ in range(outputs)])
    if task == "regression":
        y: Array = scores[:, 0] + 0.5 * rng.normal(size=rows)
    else:
        y = np.asarray(list("abc"))[np.argmax(3.0 * scores + rng.gumbel(size=scores.shape), axis=1)]
    if kind == "permuted":
        y = rng.permutation(y)
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])
    return frame.assign(y=y), task


def _standard(score: Array) -> Array:
    centred: Array = (score - score.mean()) / score.std()
    return centred


def _linear(X: Array, rng: np.random.Generator) -> Array:
    score: Array = X @ rng.normal(size=X.shape[1])
    return score


def _interaction(X: Array, rng: np.random.Generator) -> Array:
    """The product of two columns and of two others: no column says anything alone, as in XOR."""
    a, b, c, d = rng.permutation(X.shape[1])[:4]
    score: Array = X[:, a] * X[:, b] + X[:, c] * X[:, d]
    return score


def _smooth(X: Array, rng: np.random.Generator) -> Array:
    """Sines of three oblique directions, a period and a half across the data."""
    directions = rng.normal(size=(X.shape[1], 3)) / np.sqrt(X.shape[1])
    score: Array = np.sin(2.0 * X @ directions + rng.uniform(0, 2 * np.pi, 3)).sum(axis=1)
    return score


SCORES: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "linear": _linear,
    "interaction": _interaction,
    "smooth": _smooth,
}
