"""How long the profile of a csv takes beside bare parsing: 1,000,000 rows x 12 columns, mixed kinds, about 86 MB.

    python benchmarks/profile_csv.py [--rows N] [--runs N]

Prints the seconds (best of the runs) of pyarrow.csv alone, of reading, of the profile after reading, and of the whole
command `automl profile FILE --json` in a new process with its imports.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyarrow import csv

if TYPE_CHECKING:
    from collections.abc import Callable

CITIES = ("Aarau", "Basel", "Bern", "Chur", "Genf", "Lausanne", "Luzern", "Sion", "Thun", "Zug")
WORDS = ("slow", "good", "service", "late", "kind", "again", "price", "never", "quick", "order")


def make(path: Path, rows: int, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    income = rng.lognormal(10, 0.6, rows)
    words = np.array(WORDS)[rng.integers(0, len(WORDS), (rows, 3))]
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(10_000_000, 10_000_000 + rows),
            "city": np.array(CITIES)[rng.integers(0, len(CITIES), rows)],
            "age": rng.integers(18, 95, rows),
            "income": income.round(2),
            "balance": rng.normal(0, 5_000, rows).round(3),
            "rate": rng.beta(2, 5, rows).round(6),
            "signed": pd.to_datetime("2015-01-01") + pd.to_timedelta(rng.integers(0, 3_000, rows), unit="D"),
            "active": np.where(rng.random(rows) < 0.7, "yes", "no"),
            "product": np.char.add("P", rng.integers(0, 5_000, rows).astype(str)),
            "visits": rng.poisson(3, rows),
            "comment": pd.Series(words[:, 0]) + " " + words[:, 1] + " " + words[:, 2],
            "churn": (rng.random(rows) < 1 / (1 + np.exp((income - 22_000) / 9_000))).astype(int),
        }
    )
    frame.loc[rng.random(rows) < 0.05, "balance"] = np.nan
    frame.to_csv(path, index=False)


def best(run: Callable[[], Any], runs: int) -> float:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    from automl.data.read import read
    from automl.profile.table import profile

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        make(path, options.rows)
        print(f"file               {path.stat().st_size / 1e6:6.1f} MB")
        parse = best(lambda: csv.read_csv(path), options.runs)
        print(f"pyarrow.csv        {parse:6.2f} s")
        reading = best(lambda: read(path), options.runs)
        print(f"read               {reading:6.2f} s   {reading / parse:.1f}x")
        table = read(path)
        profiling = best(lambda: profile(table), options.runs)
        print(f"profile            {profiling:6.2f} s   {profiling / parse:.1f}x")
        print(f"read + profile     {reading + profiling:6.2f} s   {(reading + profiling) / parse:.1f}x")
        if importlib.util.find_spec("automl.cli"):
            command = [sys.executable, "-m", "automl", "profile", str(path), "--json"]
            whole = best(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL), options.runs)
            print(f"automl profile     {whole:6.2f} s   {whole / parse:.1f}x, imports included")


if __name__ == "__main__":
    main()
