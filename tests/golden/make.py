"""Writes the golden run folders: `python tests/golden/make.py VERSION`. Those of released versions stay as they are."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from automl import families, jsonio
from automl.data.contract import typed
from automl.data.dataset import Dataset
from automl.data.source import Table
from automl.families.base import Limits
from automl.predict import Predictor
from automl.profile.table import profile
from automl.profile.target import encode_target
from automl.types import FamilyName, Problem

HERE = Path(__file__).parent
PARAMS: dict[FamilyName, dict[str, object]] = {
    "baseline": {},
    "linear": {},
    "trees": {"eta": 0.3, "max_depth": 2, "rounds": 8},
    "network": {"layers": 2, "width": 16, "epochs": 3, "lr": 0.02},
}


def rows() -> pd.DataFrame:
    """120 rows with every kind of column and some missing cells."""
    rng = np.random.default_rng(0)
    size, city = rng.normal(size=120), rng.choice(["Bern", "Genève", "Zürich"], 120)
    words = np.asarray(["small old flat", "large new house", "quiet garden view", "central loud street"])
    frame = pd.DataFrame(
        {
            "size": np.where(rng.random(120) < 0.1, np.nan, size),
            "city": city,
            "sold": pd.date_range("2020-01-01", periods=120, freq="9D"),
            "note": [" ".join(rng.choice(words, 3)) for _ in range(120)],
            "new": rng.choice(["yes", "no"], 120),
        }
    )
    frame["price"] = np.where(size + (city == "Bern") + rng.normal(size=120) > 0.3, "high", "low")
    return frame


def write(family: FamilyName, folder: Path) -> None:
    """One run folder as far as predicting needs it, and what it predicts."""
    frame = rows()
    found = profile(Table("golden", "golden", frame.assign(price=frame["price"].astype("str"))), target="price")
    y, classes, _ = encode_target(frame["price"].astype("str"), "binary")
    problem = Problem("table", "binary", "roc_auc", classes, found.features, 0)
    model = families.load(family).fit(
        PARAMS[family], Dataset(problem, typed(frame, found.features).frame, y), Limits(None, 1)
    )
    (folder / "model").mkdir(parents=True)
    model.save(folder / "model")
    files = sorted(f.name for f in (folder / "model").iterdir())
    jsonio.write(folder / "model" / "contract.json", problem)
    jsonio.write(folder / "model" / "manifest.json", {"version": 1, "family": family, "interval": None, "files": files})
    frame.drop(columns="price").to_csv(folder / "data.csv", index=False)
    predicted = Predictor.load(folder).table(pd.read_csv(folder / "data.csv"))
    predicted.frame.to_csv(folder / "expected.csv", index=False)


if __name__ == "__main__":
    for name in PARAMS:
        write(name, HERE / sys.argv[1] / name)
