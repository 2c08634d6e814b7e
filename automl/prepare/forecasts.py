"""Points of time as rows of what is known before them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from automl.data.dataset import Dataset
from automl.errors import ColumnMissing
from automl.prepare import rows as structure
from automl.prepare.prepared import Prepared, metric_name, monotone
from automl.prepare.tables import table_profile
from automl.types import Problem

if TYPE_CHECKING:
    from automl.config import Plan
    from automl.data.source import Table


def prepared(table: Table, plan: Plan) -> Prepared:
    """Profile and dataset of points of time, each told by what is known `plan.horizon` steps before.

    Raises:
        ColumnMissing: a column that is said to be known in advance.
        DataError: rows without time, a time stamp twice in a series, too short a history.
    """
    from automl.checks import without
    from automl.checks.am402_irregular_steps import irregular
    from automl.forecast.build import Asked, build
    from automl.forecast.steps import words
    from automl.profile.target import encode_target

    if missing := [name for name in plan.known if name not in table.frame.columns]:
        raise ColumnMissing.from_names(missing, map(str, table.frame.columns), where="--known")
    found = table_profile(table, replace(plan, task="regression", modality="table", group=plan.series_id))
    found = replace(found, task=replace(found.task, reason="--horizon forecasts a number", override=""))
    target, time = found.target.value, structure.time_column(found, plan.time_column or "")
    values, _, kept = encode_target(table.frame[target], "regression")
    y = np.full(len(table.frame), np.nan)
    y[kept] = values
    inputs = tuple(column for column in found.features if column.kind != "image")
    asked = Asked(plan.horizon or 1, target, time, plan.series_id, inputs, plan.known)
    built = build(table.frame, y, asked)
    forecast, rows = built.forecast, built.rows
    told = {"horizon": forecast.horizon, "unit": words(forecast.steps), "baseline": forecast.baseline}
    series = built.choices["spacing"].evidence["series"]
    found = replace(found, forecast={**told, "series": series, "known": list(plan.known), **built.choices})
    steps = without([irregular(built.choices["spacing"], time.name)], plan.ignore)
    found = replace(found, findings=(*found.findings, *steps))
    problem = Problem(
        "table", "regression", metric_name(plan, found), (), built.columns, plan.seed, monotone=monotone(plan, found),
        explainable=plan.explainable, forecast=forecast,
    )  # fmt: skip
    weight = structure.weights(table.frame, plan.weight, rows)
    dataset = Dataset(problem, built.inputs, built.y, weight, built.blocks, built.order, origin=built.origin)
    return Prepared(found, dataset, rows, history=built.history, times=built.times)
