import csv
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl import families, jsonio
from automl.explain import printable
from automl.explain.printable import write_printable
from automl.families.base import Limits
from tests.explain.cards import fitted
from tests.explain.test_sql import column_of, run
from tests.rows import column, mixed, numbers, rows_of


def saved(model, folder):
    (folder / "model").mkdir()
    model.save(folder / "model")
    return write_printable(folder / "model", model.family, model.problem, folder)


@pytest.mark.parametrize(
    ("family", "params"), [("linear", {"basis": "spline"}), ("trees", {"additive": True, "rounds": 20})], ids=str
)
def test_a_printable_model_leaves_its_files(tmp_path, family, params):
    cells, data, model = fitted("binary", family, params)
    block = saved(model, tmp_path)
    assert block["files"] == ["scorecard.csv", "model.sql"]
    assert json.loads(jsonio.dumps(block)) == block
    rows = run((tmp_path / "model.sql").read_text(encoding="utf-8"), cells)
    second = column_of(rows, f"probability_{data.problem.classes[1]}")
    np.testing.assert_allclose(second, model.predict(data.inputs)[:, 1], atol=1e-6)


def test_the_csv_file_gives_the_prediction(tmp_path):
    _, data, model = fitted("regression", "linear", {"basis": "spline"})
    saved(model, tmp_path)
    with (tmp_path / "scorecard.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert {line["kind"] for line in lines} == {"intercept", "interval", "level", "missing or unseen"}
    value = float(data.inputs['a "b"'].iloc[1])
    line = next(
        line for line in lines if line["column"] == 'a "b"' and line["kind"] == "interval"
        and (not line["low"] or float(line["low"]) <= value) and (not line["high"] or value < float(line["high"]))
    )  # fmt: skip
    t = value - float(line["origin"])
    own = sum(float(line[name]) * t**i for i, name in enumerate(("points", "slope", "square", "cube")))
    missing = next(x for x in lines if x["column"] == 'a "b"' and x["kind"] == "missing or unseen")
    rows = data.inputs.iloc[[1, 1]].assign(**{'a "b"': [value, np.nan]})
    filled, empty = model.raw(rows)[:, 0]
    assert own - float(missing["points"]) == pytest.approx(filled - empty, abs=1e-9)


def test_the_report_shows_the_widest_terms_of_some_cards(tmp_path, monkeypatch):
    monkeypatch.setattr(printable, "MOST_TERMS", 2)
    monkeypatch.setattr(printable, "MOST_CARDS", 2)
    monkeypatch.setattr(printable, "MOST_ROWS", 3)
    _, _, model = fitted("multiclass", "linear", {"basis": "bins"})
    block = saved(model, tmp_path)
    assert block["more"] == 1
    card = block["cards"][0]
    assert (len(card["terms"]), card["more"]) == (2, 2)
    assert card["terms"][0]["spread"] >= card["terms"][1]["spread"]
    wide = next(term for term in card["terms"] if term["kind"] == "number")
    assert len(wide["rows"]) == 3
    assert wide["more"] > 0


def test_dates_and_texts_have_no_sql(tmp_path):
    block = saved(families.load("linear").fit({"C": 1.0}, mixed(), Limits()), tmp_path)
    assert block["files"] == ["scorecard.csv"]
    assert block["no_sql"] == ["date", "note"]
    assert not (tmp_path / "model.sql").exists()


@pytest.mark.parametrize("why", ["deep trees", "baseline", "many columns", "images"])
def test_what_cannot_be_printed_leaves_nothing(tmp_path, monkeypatch, why):
    monkeypatch.setattr(printable, "MOST_COLUMNS", 3)
    data = numbers("binary", 100, d=4 if why == "many columns" else 3)
    name = {"deep trees": "trees", "baseline": "baseline"}.get(why, "linear")
    params = {"eta": 0.3, "max_depth": 3, "rounds": 3} if name == "trees" else {}
    model = families.load(name).fit(params, data, Limits())
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model")
    problem = replace(data.problem, modality="image") if why == "images" else data.problem
    assert write_printable(tmp_path / "model", name, problem, tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_lines_and_steps_are_described_by_what_they_need(tmp_path):
    frame = pd.DataFrame({"x": np.arange(100.0)})
    data = rows_of(frame, [column("x")], np.arange(100.0))
    block = saved(families.load("linear").fit({"alpha": 0.1}, data, Limits()), tmp_path)
    (term,) = block["cards"][0]["terms"]
    (row,) = term["rows"]
    assert (row["low"], row["high"], row.get("curved")) == (None, None, None)
    assert row["slope"] == pytest.approx(1.0, abs=0.01)
