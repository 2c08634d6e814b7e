"""How much will each store sell in two weeks? Eight stores, 500 days, promotions known in advance; a forecast.

The sales are generated (seed 0): each store has a level, a trend, a week and a response to promotions of its own.
Arguments: a folder to work in (a temporary one when not given), a budget (60s when not given).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import automl

HORIZON = 14


def sales(stores: int = 8, days: int = 500, seed: int = 0) -> pd.DataFrame:
    """One row a store and day: store, date, promotion, sales."""
    generator = np.random.default_rng(seed)
    dates, day = pd.date_range("2024-01-01", periods=days), np.arange(days)
    frames = []
    for number in range(stores):
        level, growth, lift = generator.lognormal(5, 0.6), generator.normal(0.4, 0.3), generator.uniform(0.1, 0.5)
        week = 1 + 0.3 * generator.normal(size=7)
        promotion = (generator.random(days) < 0.15).astype(int)
        mean = level * (1 + growth * day / 365) * np.maximum(week[day % 7], 0.2) * (1 + lift * promotion)
        sold = np.maximum(np.round(mean * generator.lognormal(0, 0.1, days)), 0)
        frames.append(pd.DataFrame({"store": f"S{number}", "date": dates, "promotion": promotion, "sales": sold}))
    return pd.concat(frames, ignore_index=True)


def main() -> None:
    """Fit on all but the last two weeks, forecast those, compare with what came."""
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    budget = sys.argv[2] if len(sys.argv) > 2 else "60s"
    work.mkdir(parents=True, exist_ok=True)
    data = sales()
    last = data["date"].unique()[-HORIZON]
    past, future = data[data["date"] < last], data[data["date"] >= last]
    past.to_csv(work / "sales.csv", index=False)

    run = automl.fit(
        work / "sales.csv", target="sales", time_column="date", series_id="store", horizon=HORIZON,
        known=["promotion"], budget=budget, seed=0, out=work / "run",
    )  # fmt: skip
    print(run.decision.sentence)

    found = run.predict_frame(future.drop(columns="sales"))
    print(found.head(HORIZON).to_string(index=False, float_format="{:.1f}".format))
    error = float(np.sqrt(np.mean((found["prediction"].to_numpy() - future["sales"].to_numpy()) ** 2)))
    inside = future["sales"].between(found["lower"].to_numpy(), found["upper"].to_numpy()).mean()
    print(f"root mean squared error of the two weeks to come: {error:.1f}; inside the 90 % interval: {inside:.0%}")
    print(f"report: {run.report_path}")


if __name__ == "__main__":
    main()
