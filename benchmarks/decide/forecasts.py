"""forecasts.csv: learning curves of a quarter of the rows against what all of the rows really give.

The quarter is treated as a run treats its data: a fifth of it is judged, the rest and nested subsets are learnt from,
and the curve is the one of decision.json. The truth is the same configuration fitted on four times the rows, and
scored on rows that had no part in the curve.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import ledger
from .sets import LEFT_OUT, DataSet, manifest

if TYPE_CHECKING:
    from argparse import Namespace

    from automl.data.dataset import Dataset
    from automl.evaluate.crossval import Candidate, CrossValidation

Array = np.ndarray[Any, Any]
LEAST_ROWS = 20_000
MOST_TEST = 10_000
COLUMNS = (
    "set", "seed", "family", "metric", "quarter", "rows", "form", "trusted", "reason", "last", "forecast", "low",
    "high", "value", "inside", "seconds",
)  # fmt: skip


def run(args: Namespace) -> None:
    """Measure what is missing on every table with enough rows."""
    known = manifest(args.data)
    done = {(row["set"], row["seed"], row["family"]) for row in ledger.read(args.out)}
    for name in args.sets or known:
        for seed in args.seeds:
            missing = [family for family in args.families if (name, str(seed), family) not in done]
            if missing and known[name].modality == "table":
                _one_set(known[name], seed, missing, args)


def _one_set(source: DataSet, seed: int, families: list[str], args: Namespace) -> None:
    dataset = _prepared(source, seed)
    if len(dataset) < LEAST_ROWS:
        return
    learn, judge, full, test = parts(min(len(dataset), args.cap), len(dataset), seed)
    with tempfile.TemporaryDirectory() as folder:
        cv = _cross_validation(dataset, learn, judge, Path(folder), args.threads)
        for family in families:
            row: dict[str, object] = {"set": source.name, "seed": seed, "family": family, "metric": cv.metric.name}
            row |= {"quarter": len(learn), "rows": len(full)} | _forecast(cv, family, full, test)
            ledger.add(args.out, COLUMNS, row, lambda _: None)
            print(", ".join(f"{key} {ledger.as_text(value)}" for key, value in row.items()), flush=True)


def parts(count: int, rows: int, seed: int) -> tuple[Array, Array, Array, Array]:
    """Rows to learn from and to judge of the quarter, all rows to learn from, and the test rows.

    Args:
        count: rows used, of the `rows` there are.
    """
    drawn = np.random.default_rng(seed).permutation(rows)[:count]
    tests = min(count // 5, MOST_TEST)
    full = drawn[tests:]
    quarter = len(full) // 4
    return full[:quarter], full[quarter : quarter + quarter // 4], full, drawn[:tests]


def _prepared(source: DataSet, seed: int) -> Dataset:
    from automl.config import Plan
    from automl.prepare import prepare, read

    drop = tuple(LEFT_OUT.get(source.name, ()))
    task: Any = source.task  # one of the three by MANIFEST.csv
    plan = Plan(target=source.target, task=task, seed=seed, drop=drop)
    with tempfile.TemporaryDirectory() as folder:
        return prepare(read(str(source.path), plan), plan, Path(folder), 1).dataset


def _cross_validation(dataset: Dataset, learn: Array, judge: Array, folder: Path, threads: int) -> CrossValidation:
    """One split, every fit in this process and to its end, whatever the time."""
    from automl.clock import Clock
    from automl.data.split import Split
    from automl.evaluate import metrics
    from automl.evaluate.crossval import CrossValidation
    from automl.evaluate.journal import Journal
    from automl.workers.executor import Here

    clock = Clock(None)
    here = Here(clock)
    metric = metrics.get(dataset.problem.metric, dataset.problem.task)
    return CrossValidation(
        dataset, metric, [Split(0, 0, learn, judge)], clock, here, here, threads, Journal(folder, "")
    )  # fmt: skip


def _forecast(cv: CrossValidation, family: Any, full: Array, test: Array) -> dict[str, object]:
    """The forecast for all rows, the score they gave, and whether it lies inside the band."""
    from automl import families
    from automl.decide.forecast import curves
    from automl.decide.rungs import climb

    start = time.perf_counter()
    params = families.load(family).defaults(cv.dataset.problem, len(cv.splits[0].train))[0]
    candidate = cv.candidate(family, params)
    if not cv.judge(candidate, 0):
        return {"reason": candidate.reason}
    climb(cv, candidate, float("inf"))
    found = curves(cv, {family: candidate}, family, 0.0)
    if found is None:
        return {"reason": "no rung was judged"}
    curve = found["families"][family]
    forecast, low, high = (at(curve["band"], len(full), column) for column in ("value", "low", "high"))
    value = _truth(cv, candidate, full, test)
    return {
        "form": curve["form"], "trusted": curve["trusted"], "reason": curve["reason"],
        "last": curve["anchors"][-1]["value"], "forecast": forecast, "low": low, "high": high, "value": value,
        "inside": low <= value <= high, "seconds": time.perf_counter() - start,
    }  # fmt: skip


def at(band: list[dict[str, float]], rows: int, column: str) -> float:
    """The band at a number of rows, linear in their logarithm between its points."""
    grid = np.log([point["rows"] for point in band])
    return float(np.interp(np.log(rows), grid, [point[column] for point in band]))


def _truth(cv: CrossValidation, candidate: Candidate, full: Array, test: Array) -> float:
    """The score on the test rows after learning from all rows."""
    from automl.families.base import Limits
    from automl.families.task import FitTask, fit

    task = FitTask(candidate.family, candidate.params, full, test, Limits(None, cv.threads))
    return float(cv.metric.score(cv.dataset.y[test], fit(cv.dataset, task).predictions))
