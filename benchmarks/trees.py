"""What the trees of a run cost beside XGBoost alone: training, predicting 100,000 rows, one row in a cold process.

    python benchmarks/trees.py [--rows 40000]

Makes a table of numbers, categories and missing cells with a seed, runs `automl fit --trials 1 --families trees` on it,
and measures with the parameters that the delivered model was fitted with. Targets: training at most 1.15 times
`xgboost.train` with the same parameters on the encoded matrix; predicting 100,000 rows, from file to values, at most
1.3 times `inplace_predict` plus reading the file; one row through `automl predict` in a cold process at most 1.0 s.
What is compared runs in turn; medians are printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # as in a run

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TIMES, PREDICTED, THREADS = 5, 100_000, 2


def main() -> None:
    """Print every figure with what stands beside it."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rows", type=int, default=40_000)
    rows = options.parse_args().rows
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table(rows, 0).to_csv(folder / "train.csv", index=False)
        table(PREDICTED, 1).drop(columns="y").to_csv(folder / "many.csv", index=False)
        table(1, 2).drop(columns="y").to_csv(folder / "one.csv", index=False)
        automl(folder, "fit", "train.csv", "--target", "y", "--trials", "1", "--families", "trees", "--out", "run")
        print(f"{rows:,} rows, 12 numbers and 4 categories, two classes, {THREADS} threads, medians of {TIMES}")
        training(folder)
        predicting(folder)
        cold = median(lambda: automl(folder, "predict", "run", "one.csv", "--out", "one-predicted.csv"))
        print(f"one row, `automl predict` in a cold process: {cold:.2f} s (target 1.0)")


def table(rows: int, seed: int) -> pd.DataFrame:
    """Numbers with missing cells, categories, and two classes that depend on both."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(rows, 12))
    levels = random.integers(0, (4, 12, 30, 200), (rows, 4))
    score = numbers[:, 0] + numbers[:, 1] * numbers[:, 2] + (levels[:, 1] % 3) + random.normal(size=rows)
    numbers[random.random(numbers.shape) < 0.05] = np.nan
    frame = pd.DataFrame(numbers.round(4), columns=[f"number{i}" for i in range(12)])
    for i in range(4):
        frame[f"category{i}"] = [f"level {code}" for code in levels[:, i]]
    frame["y"] = np.where(score > 1, "yes", "no")
    return frame


def automl(folder: Path, *arguments: str) -> None:
    """The command, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "automl", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)


def training(folder: Path) -> None:
    """Seconds of our fit, of its encoding, and of XGBoost alone with the same matrix, settings and rounds."""
    import xgboost

    from automl.config import Plan
    from automl.families.base import Limits
    from automl.families.trees import boosting, encoding, memory
    from automl.families.trees.rows import prepare
    from automl.prepare import prepare as prepared
    from automl.prepare import read

    plan = Plan(target="y")
    data = prepared(read(folder / "train.csv", plan), plan, folder, THREADS).dataset
    params, limits = delivered(folder).final_params(), Limits(threads=THREADS, full=True)
    rows = prepare(params, data, aside=False)
    size = memory.fitting(len(data), rows.encoded.matrix.shape[1], 1, params, memory.available())
    settings = boosting._settings(params, rows, size, limits)  # noqa: SLF001 (the very settings of the fit)

    def alone() -> None:
        matrix = xgboost.QuantileDMatrix(
            rows.encoded.matrix, label=rows.values, feature_types=rows.encoded.features.feature_types,
            enable_categorical=True, max_bin=settings["max_bin"],
        )  # fmt: skip
        xgboost.train(settings, matrix, num_boost_round=params["rounds"])

    ours, encoded, plain = medians(
        lambda: boosting.fit(params, data, limits), lambda: encoding.encode(data, "codes", rows.values, rows.fit), alone
    )
    print(f"training, {params['rounds']} rounds: {ours:.2f} s, encoding {encoded:.2f} s of it; XGBoost {plain:.2f} s")
    print(f"  ratio {(ours - encoded) / plain:.2f} (target 1.15), with encoding {ours / plain:.2f}")


def predicting(folder: Path) -> None:
    """Seconds from the file to values, ours and XGBoost's own on a matrix that is encoded already."""
    from automl.data.contract import typed
    from automl.predict import Predictor

    predictor = Predictor.load(folder / "run")
    frame = frame_of(folder)
    model: Any = delivered(folder)
    matrix = model.features.transform(typed(frame, predictor.problem.columns).frame)
    ours, reading, plain = medians(
        lambda: predictor.table(frame_of(folder)),
        lambda: pd.read_csv(folder / "many.csv"),
        lambda: model.booster.inplace_predict(matrix),
    )
    print(f"predicting {PREDICTED:,} rows from a file: {ours:.2f} s; pandas {reading:.2f} s, XGBoost {plain:.2f} s")
    print(f"  ratio {ours / (reading + plain):.2f} (target 1.3)")
    whole = median(lambda: automl(folder, "predict", "run", "many.csv", "--out", "many-predicted.csv"))
    print(f"  `automl predict` as a whole, predictions written: {whole:.2f} s")


def frame_of(folder: Path) -> pd.DataFrame:
    """The rows to predict, read as `automl predict` reads them."""
    from automl.data.read import read

    return read(folder / "many.csv", labelled=False, modality="table").frame


def delivered(folder: Path) -> Any:
    """The boosted model in the run folder."""
    from automl.predict import Predictor

    return Predictor.load(folder / "run").model


def median(run: Callable[[], object]) -> float:
    """Median seconds of a call."""
    return medians(run)[0]


def medians(*runs: Callable[[], object]) -> Sequence[float]:
    """Median seconds of each, called in turn."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(TIMES):
        for run, seconds in zip(runs, taken, strict=True):
            started = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - started)
    return [statistics.median(seconds) for seconds in taken]


if __name__ == "__main__":
    main()
