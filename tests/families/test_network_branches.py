"""Networks with a branch for each kind of column: inputs, parameters, and training for real on tiny data."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl.data.dataset import Dataset
from automl.data.image_column import ImageArray
from automl.encode.branches import Branches
from automl.families.base import Limits
from automl.families.network import FAMILY, sizing
from automl.families.network.kinds import kind_of
from automl.families.network.params import complete
from automl.families.network.shared import SHELF
from automl.search.suggestion import comparable
from automl.types import Column, Problem
from tests.rows import column

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
SMALL = {
    "kind": "branches", "width": 32, "text_width": 16, "image_width": 8, "branch_lr": 5e-3, "epochs": 15,
    "augment": 0.0, "summaries": True,
}  # fmt: skip


def rows(folder, n=160, without=()):
    """The class follows a number, a word and whether stripes run across, two of three; some cells are missing."""
    random = np.random.default_rng(0)
    number, good, across = random.normal(size=n), random.random(n) < 0.5, random.random(n) < 0.5
    pixels = random.integers(0, 60, (n, 16, 16, 3))
    pixels[across, ::4] += 150
    pixels[~across, :, ::4] += 150
    np.save(folder / "pixels.npy", pixels.astype(np.uint8))
    places = np.where(np.arange(n) % 11 == 0, -1, np.arange(n))
    fillers = [" ".join(random.choice(["the", "of", "and", "red", "blue"], 5)) for _ in range(n)]
    frame = pd.DataFrame({"number": number, "city": random.integers(-1, 12, n).astype(np.int32)})
    frame["text"] = pd.array([f"{f} {'good' if g else 'bad'} {f}" for f, g in zip(fillers, good, strict=True)], "str")
    frame["photo"] = ImageArray(folder / "pixels.npy", places)
    frame.loc[::9, "number"] = np.nan
    kinds = {"number": "number", "city": "category", "text": "text", "photo": "image"}
    levels = tuple(f"city {i}" for i in range(12))
    columns = [column(name, kind, levels if name == "city" else ()) for name, kind in kinds.items()]
    columns = [replace(c, image_size=(16, 16, 3)) if c.kind == "image" else c for c in columns if c.name not in without]
    y = ((number > 0).astype(int) + good + across >= 2).astype(np.int64)
    problem = Problem("table", "binary", "log_loss", ("no", "yes"), tuple(columns))
    return Dataset(problem, frame.drop(columns=list(without)), y)


def test_inputs_are_what_each_branch_reads(tmp_path):
    dataset = rows(tmp_path)
    columns = dataset.problem.columns
    plain = Branches.fit(dataset.inputs, columns, 0, pairs=True, summaries=False)
    read = plain.transform(dataset.inputs).arrays
    assert {name: values[:1].dtype.name for name, values in read.items()} == {
        "table": "float32", "text": "int32", "image 0": "uint8", "there": "float32",
    }  # fmt: skip
    assert read["image 0"].shape == (160, 16, 16, 3)
    np.testing.assert_array_equal(read["there"][:, 0], np.arange(160) % 11 != 0)
    assert plain.width == read["table"].shape[1] + read["text"].shape[1] + 1
    with_summaries = Branches.fit(dataset.inputs, columns, 0, pairs=True, summaries=True)
    assert with_summaries.table.width > plain.table.width
    state, arrays = plain.state()
    loaded = Branches.from_state((json.loads(json.dumps(state)), arrays)).transform(dataset.inputs.iloc[3:5])
    for name, values in loaded.arrays.items():
        np.testing.assert_array_equal(values[:], read[name][3:5])


@pytest.mark.parametrize(
    ("without", "inputs"),
    [
        (("number", "city"), {"text", "image 0", "there"}),
        (("photo",), {"table", "text"}),
        (("text",), {"table", "image 0", "there"}),
    ],
)
def test_a_kind_that_is_not_there_has_no_branch(tmp_path, without, inputs):
    dataset = rows(tmp_path, 40, without)
    encoder = Branches.fit(dataset.inputs, dataset.problem.columns, 0, pairs=False, summaries=False)
    assert set(encoder.transform(dataset.inputs).arrays) == inputs


TABLE = Problem("table", "binary", "log_loss", ("a", "b"), (Column("x", "number", "feature", "", 0, 9),))


def test_a_table_of_numbers_and_labels_starts_from_what_it_always_did():
    assert not TABLE.branched
    assert "branches" not in {params["kind"] for params in FAMILY.defaults(TABLE, 500)}
    assert "kind" not in {knob.name for knob in FAMILY.space(TABLE, 500)}
    assert complete({}, TABLE, 500, timed=True)["epochs"] == 256


def test_tables_with_texts_try_branches_after_what_other_tables_start_with(tmp_path):
    problem = rows(tmp_path, 40, ("photo",)).problem
    found = FAMILY.defaults(problem, 500)
    assert found[0] == FAMILY.defaults(TABLE, 500)[0]
    assert [params["kind"] for params in found[:3]] == ["realmlp", "branches", "branches"]
    space = FAMILY.space(problem, 500)
    assert {"text", "text_width"} <= {knob.name for knob in space}
    assert "image_width" not in {knob.name for knob in space}
    assert all(comparable(params, found, space) == (params["kind"] != "tabm") for params in found)
    assert complete({}, problem, 500, timed=True)["epochs"] == 256
    assert complete(found[1], problem, 500, timed=True)["epochs"] == 80
    assert FAMILY.describe(found[1]).startswith("Branches, lr 0.003")


def test_sizes_go_from_dear_to_cheap(tmp_path):
    problem = rows(tmp_path, 40).problem
    params = complete({"kind": "branches"}, problem, 500, timed=True)
    kind = kind_of("table", params)
    shape = ({"table": (30,), "text": (64,), "image 0": (48, 48, 3), "there": (1,)},)
    costs = [kind.operations(shape, {**params, **size}) for size in kind.sizes(params)]
    assert costs == sorted(costs, reverse=True)
    assert kind_of("table") is kind_of("table", {"kind": "realmlp"})


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"summaries": False}, {}, {"text": "sepconv"}, {"depth": 2, "augment": 1.0}])
def test_classes_are_learnt_and_saved(tmp_path, change):
    dataset = rows(tmp_path, 600)
    train, test = dataset.take(np.arange(450)), dataset.take(np.arange(450, 600))
    model = FAMILY.fit({**SMALL, **change}, train, Limits())
    predicted = model.predict(test.inputs)
    assert (predicted.argmax(axis=1) == test.y).mean() > 0.8  # one kind of column alone tells three of four
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model")
    loaded = FAMILY.load(tmp_path / "model", train.problem)
    np.testing.assert_array_equal(loaded.predict(test.inputs), predicted)
    np.testing.assert_allclose(loaded.predict(test.inputs.iloc[:1]), predicted[:1], atol=1e-5)
    again = FAMILY.fit({**model.final_params(), "epochs": 1}, train.take(np.arange(60)), Limits())
    assert again.params["lr"] == model.params["lr"] == SMALL["branch_lr"]


@pytest.mark.slow
@pytest.mark.parametrize("without", [("photo",), ("text",), ("number", "city")])
def test_any_kinds_together(tmp_path, without):
    dataset = rows(tmp_path, 120, without)
    predicted = FAMILY.fit({**SMALL, "summaries": False, "epochs": 2}, dataset, Limits()).predict(dataset.inputs)
    np.testing.assert_allclose(predicted.sum(axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_rows_without_an_image_are_predicted_whatever_lies_in_the_file(tmp_path):
    dataset = rows(tmp_path, 120)
    model = FAMILY.fit({**SMALL, "epochs": 2}, dataset, Limits())
    none = dataset.inputs.assign(photo=dataset.inputs["photo"].array[np.zeros(120, int)])
    assert np.isfinite(model.predict(none)).all()
    assert np.abs(model.predict(none) - model.predict(dataset.inputs)).max() > 1e-4


@pytest.mark.slow
def test_a_network_used_before_gives_what_a_new_one_gives(tmp_path):
    dataset, params = rows(tmp_path, 140), {**SMALL, "epochs": 2}
    train, others = dataset.take(np.arange(120)), dataset.take(np.arange(3, 121))
    SHELF.clear()
    FAMILY.fit(params, others, Limits())
    used = FAMILY.fit(params, train, Limits()).predict(dataset.inputs)
    SHELF.clear()
    np.testing.assert_allclose(FAMILY.fit(params, train, Limits()).predict(dataset.inputs), used, atol=1e-6)


@pytest.mark.slow
def test_sizes_follow_the_time_there_is(tmp_path, monkeypatch):
    monkeypatch.setattr(sizing, "SECONDS_COUNTED", 0.0)
    model = FAMILY.fit({"kind": "branches", "epochs": 2}, rows(tmp_path), Limits())
    assert (model.params["width"], model.params["image_width"]) == (64, 8)
    assert model.info["size_left_out"]["image_width"] == 32
