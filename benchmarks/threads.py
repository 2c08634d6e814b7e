"""How much a second thread brings to a boosting fit, by the size of the table.

The question behind `families.trees.boosting.ONE_THREAD_CELLS`, below which one thread is used, and behind
`workers.beside`, which runs networks beside trees. Prints one line a size: seconds with one and with two threads.
"""

import os
import statistics
import time

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # as in a run

import numpy as np
import xgboost

from automl.families.trees.params import PROBABILITIES, REGRESSION

COLUMNS, ROUNDS, TIMES = 20, 60, 3
CASES = ((1_000, 2), (8_000, 2), (8_000, 6), (30_000, 1), (100_000, 2))
"""Rows and classes; 1 = regression."""


def seconds(rows: int, classes: int, threads: int) -> float:
    """Median seconds of a fit."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    value = x[:, 0] + x[:, 1] * x[:, 2] + rng.normal(size=rows)
    if classes == 1:
        y, params = value, {**REGRESSION, "objective": "reg:squarederror"}
    elif classes == 2:
        y, params = value > 0, {**PROBABILITIES, "objective": "binary:logistic"}
    else:
        y = np.searchsorted(np.quantile(value, np.linspace(0, 1, classes + 1)[1:-1]), value)
        params = {**PROBABILITIES, "objective": "multi:softprob", "num_class": classes}
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        data = xgboost.QuantileDMatrix(x, label=y, nthread=threads)
        xgboost.train({**params, "tree_method": "hist", "nthread": threads}, data, ROUNDS)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    for rows, classes in CASES:
        one, two = (seconds(rows, classes, threads) for threads in (1, 2))
        print(f"{rows:>8,} x {COLUMNS}, {classes} outputs: {one:.2f} s with one thread, {two:.2f} s with two")
