"""Series to forecast, made with a seed, and what is built of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from automl.forecast.build import Asked, Built, build
from automl.types import Column

DATE = Column("date", "date", "time", "", 0, 0)


def daily(days: int = 140, *, stores: tuple[str, ...] = ("a",), seed: int = 0) -> pd.DataFrame:
    """One row a store and day: a trend, a week, noise, a price and a holiday."""
    generator, day = np.random.default_rng(seed), np.arange(days)
    frames = []
    for number, store in enumerate(stores):
        y = 50 * (number + 1) + 0.3 * day + 10 * np.sin(2 * np.pi * day / 7) + generator.normal(size=days)
        dates = pd.date_range("2024-01-01", periods=days)
        price, holiday = generator.normal(size=days), generator.integers(0, 2, days)
        frames.append(pd.DataFrame({"store": store, "date": dates, "price": price, "holiday": holiday, "y": y}))
    return pd.concat(frames, ignore_index=True)


def number(name: str) -> Column:
    return Column(name, "number", "feature", "", 0, 10)


def asked(horizon: int = 3, *, series: str | None = None, **options: Any) -> Asked:
    given = {"inputs": (number("price"), number("holiday")), "known": ("holiday",), "time": DATE, **options}
    return Asked(horizon, "y", series=series, **given)


def built(frame: pd.DataFrame, horizon: int = 3, *, series: str | None = None, **options: Any) -> Built:
    return build(frame, frame["y"].to_numpy(np.float64), asked(horizon, series=series, **options))
