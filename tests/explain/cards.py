"""Rows and models whose scorecards are compared with the models themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from automl import families
from automl.families.base import Limits
from tests.rows import column, rows_of

CITIES = ("Basel", 'O\'Neill "x"', "Zürich", "7")
LINEAR = [{}, {"basis": "spline"}, {"basis": "bins"}, {"basis": "quantile"}, {"penalty": "elastic", "strength": 0.1}]
MODELS = [("linear", params) for params in LINEAR] + [("trees", {"additive": True, "rounds": 40})]


def raw_rows(task, n=300):
    """(cells as a user has them, the same as a typed dataset): odd names, empty cells, unseen labels."""
    rng = np.random.default_rng(5)
    x, z = rng.lognormal(size=n), np.round(rng.normal(size=n), 1)
    city, yes = rng.integers(-1, 3, n), rng.choice([0.0, 1.0, np.nan], n)
    score = np.sin(2 * np.log(x)) + 0.5 * z + (city == 1) + np.nan_to_num(yes) + rng.normal(0, 0.3, n)
    x[::7], z[::11] = np.nan, np.nan
    city[-20:] = 3  # a label that the training rows do not have
    typed = pd.DataFrame({'a "b"': x, "z'[1]": z, "yes": yes, "city": city.astype(np.int32)})
    columns = [
        column('a "b"'),
        column("z'[1]"),
        column("yes", "boolean", ("No", "Yes")),
        column("city", "category", CITIES),
    ]
    y = {
        "regression": np.exp(score),
        "binary": (score > np.median(score)).astype(np.int64),
        "multiclass": np.digitize(score, np.quantile(score, [0.3, 0.7])).astype(np.int64),
    }[task]
    data = rows_of(typed, columns, y, task=task)
    if task != "regression":
        data = replace(data, problem=replace(data.problem, classes=("it's", 'so "so"', "no")[: data.problem.outputs]))
    cells = pd.DataFrame(
        {
            'a "b"': x,
            "z'[1]": z,
            "yes": [None if np.isnan(v) else ("No", "Yes")[int(v)] for v in yes],
            "city": [None if code < 0 else CITIES[code] for code in city],
        }
    )
    return cells, data


def fitted(task, family, params):
    """(cells, typed rows, a model that saw all but the last twenty)."""
    cells, data = raw_rows(task)
    model = families.load(family).fit(params, data.take(np.arange(280)), Limits(threads=1))
    return cells, data, model
