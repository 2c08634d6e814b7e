"""How long reading a csv of 1,000,000 rows and 12 columns takes, against what Arrow's parser alone takes.

Target: at most 1.4 times. Prints one JSON line: median seconds of five rounds each, interleaved, and their ratio.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pcsv

from automl.data.read import read

ROWS, ROUNDS = 1_000_000, 5


def write(path: Path) -> None:
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {f"n{i}": rng.normal(size=ROWS).round(4) for i in range(6)}
    columns["gaps"] = np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS).round(3))
    columns["count"] = rng.integers(0, 1000, ROWS)
    columns["city"] = rng.choice(["Zurich", "Bern", "Geneva", "Basel", "Lausanne"], ROWS)
    columns["item"] = rng.choice([f"item number {i}" for i in range(5000)], ROWS)
    columns["day"] = (pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 999, ROWS), unit="D")).date
    columns["target"] = rng.integers(0, 2, ROWS)
    pcsv.write_csv(pa.table(columns), path, pcsv.WriteOptions(quoting_style="none", quoting_header="none"))


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path)
        rounds = [(seconds(lambda: pcsv.read_csv(path)), seconds(lambda: read(path))) for _ in range(ROUNDS + 1)][1:]
        arrow, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
        size = path.stat().st_size
    print(json.dumps({"megabytes": size / 1e6, "arrow_seconds": arrow, "read_seconds": ours, "ratio": ours / arrow}))


if __name__ == "__main__":
    main()
