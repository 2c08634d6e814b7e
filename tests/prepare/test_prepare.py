import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from automl import prepare as module
from automl.config import Plan
from automl.errors import AutoMLError, DataError, UsageError
from automl.prepare import prepare, read
from automl.run import introduction


def frame(n=60):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 9, n).round(1),
            "city": rng.choice(["Basel", "Bern"], n),
            "weight": rng.uniform(0, 4, n).round(2),
            "person": np.arange(n) // 3,
            "seen": pd.date_range("2024-01-01", periods=n).astype(str),
            "part": np.where(np.arange(n) % 5 == 0, " Test", "train"),
            "bought": rng.choice(["yes", "no"], n),
        }
    )


def prepared(data=None, tmp_path=None, **plan):
    plan = Plan(**{"target": "bought", **plan})
    return prepare(read(frame() if data is None else data, plan), plan, tmp_path, 1)


def test_typed_rows_target_codes_and_the_problem():
    got = prepared(seed=7)
    data = got.dataset
    assert data.problem.task == "binary"
    assert data.problem.classes == ("no", "yes")
    assert data.problem.metric == "roc_auc"
    assert data.problem.seed == 7
    assert np.array_equal(data.y, (frame()["bought"] == "yes").astype(int))
    assert list(data.inputs) == [c.name for c in data.problem.columns]
    assert "bought" not in data.inputs
    assert got.rows.tolist() == list(range(60))
    assert data.weight is data.groups is data.order is data.part is None


@pytest.mark.parametrize(
    ("positive", "classes"), [(None, ("no", "yes")), ("yes", ("no", "yes")), ("no", ("yes", "no"))]
)
def test_the_positive_class_is_the_last(positive, classes):
    got = prepared(positive=positive)
    assert got.dataset.problem.classes == tuple(got.profile.classes) == classes
    assert np.array_equal(got.dataset.y, (frame()["bought"] == classes[1]).astype(int))
    assert got.profile.classes == frame()["bought"].value_counts().to_dict()
    assert got.profile.columns[-1].levels == ("no", "yes")
    assert f"positive class: {classes[1]}  [--positive {classes[0]}]" in introduction(got)


def test_the_positive_class_of_images_is_a_folder(tmp_path):
    for label in ("cat", "dog"):
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(4):
            Image.new("L", (32, 32), 20 * i).save(tmp_path / "set" / label / f"{i}.png")
    got = prepared(tmp_path / "set", tmp_path, target=None, positive="cat")
    assert got.dataset.problem.classes == tuple(got.profile.classes) == ("dog", "cat")
    assert [path.startswith("cat") for path in got.paths] == got.dataset.y.astype(bool).tolist()
    with pytest.raises(UsageError, match=r"no label 'cow'.*\n.*\n.*--positive cat or --positive dog"):
        prepared(tmp_path / "set", tmp_path, target=None, positive="cow")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"positive": "Yes"}, r"no label 'Yes'.*\n  where: --positive Yes\n  try: --positive no or --positive yes"),
        ({"target": "person", "task": "multiclass", "positive": "1"}, "Only one of two classes .*task is multiclass"),
        ({"target": "age", "positive": "1"}, "Only one of two classes .*task is regression"),
        ({"target": "age", "time_column": "seen", "horizon": 2, "positive": "1"}, "Only one of two classes"),
    ],
)
def test_a_positive_class_that_cannot_be(options, message, tmp_path):
    with pytest.raises(UsageError, match=message):
        prepared(tmp_path=tmp_path, **options)


def test_rows_without_a_target_are_left_out_and_the_others_keep_their_numbers():
    data = frame().assign(weight=1.0)
    data.loc[[3, 10], "bought"] = None
    got = prepared(data, weight="weight", group="person")
    assert len(got.dataset) == 58
    assert got.rows.tolist() == [i for i in range(60) if i not in {3, 10}]
    assert got.dataset.inputs["age"].tolist() == data["age"].drop([3, 10]).tolist()
    assert len(got.dataset.groups) == len(got.dataset.weight) == 58


def test_weights_are_scaled_to_a_mean_of_one():
    got = prepared(weight="weight").dataset
    assert got.weight.mean() == pytest.approx(1)
    assert got.weight[1] / got.weight[0] == pytest.approx(frame()["weight"][1] / frame()["weight"][0])
    assert "weight" not in got.inputs


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (-1.0, "none below zero"),
        (np.inf, "60 rows have no usable weight"),
        ("heavy", "60 rows have no usable weight"),
        (0.0, "Every weight is zero"),
    ],
)
def test_weights_that_cannot_be_used(weights, message):
    with pytest.raises(DataError, match=message):
        prepared(frame().assign(weight=weights), weight="weight")


def test_groups_are_codes_and_rows_without_one_stand_alone():
    data = frame()
    data["person"] = data["person"].astype("Int64")
    data.loc[[0, 5], "person"] = None
    groups = prepared(data, group="person").dataset.groups
    assert groups[1] == groups[2]
    assert len({groups[0], groups[5], groups[1], groups[4]}) == 4
    assert (groups >= 0).all()


@pytest.mark.parametrize(
    ("plan", "kind", "message"),
    [
        ({"group": "re:(.*)"}, UsageError, "pattern is for file names"),
        ({"group": "one"}, DataError, "All rows are in one group"),
        ({"time_column": "city"}, DataError, "holds no times"),
        ({"split_column": "city"}, DataError, "no test rows"),
        ({"metric": "rmse"}, UsageError, "not defined for binary"),
        ({"metric": "roc-auc"}, UsageError, "Unknown metric"),
        ({"weight": "wieght"}, AutoMLError, "wieght"),
        ({"group": "nobody"}, AutoMLError, "nobody"),
        ({"drop": ("age", "city", "weight", "person", "seen", "part", "one")}, DataError, "No column is left"),
        ({"monotone": {"agee": 1}}, UsageError, "Unknown input column 'agee'"),
        ({"monotone": {"bought": 1}}, UsageError, "Unknown input column 'bought'"),
        ({"monotone": {"age": 1, "city": 1}}, UsageError, "'city' cannot be monotone"),
        ({"monotone": {"age": 1}, "target": "person", "task": "multiclass"}, UsageError, "no meaning for several"),
    ],
)
def test_plans_that_do_not_fit_the_data(plan, kind, message):
    with pytest.raises(kind, match=message):
        prepared(frame().assign(one=1), **plan)


@pytest.mark.parametrize("column", ["seen", "person"])
def test_time_is_an_order_and_no_input(column):
    data = prepared(time_column=column).dataset
    assert (np.diff(data.order) >= 0).all()
    assert data.order[-1] > data.order[0]
    assert column not in data.inputs


def test_rows_without_a_time_are_refused():
    data = frame()
    data.loc[4, "seen"] = None
    with pytest.raises(DataError, match="1 rows have no time"):
        prepared(data, time_column="seen")


def test_the_split_column_says_train_or_test_in_any_case():
    data = prepared(split_column="part").dataset
    assert (data.part == "test").tolist() == (np.arange(60) % 5 == 0).tolist()
    assert "part" not in data.inputs


@pytest.mark.parametrize(
    ("values", "test"),
    [
        (["train", "val", "test"], ["test"]),
        (["train", "Validation"], ["Validation"]),
        (["dev", "testing"], ["testing"]),
    ],
)
def test_the_validation_part_serves_when_there_is_no_test_part(values, test):
    parts = np.resize(values, 60)
    data = prepared(frame().assign(part=parts), split_column="part").dataset
    assert (data.part == "test").tolist() == np.isin(parts, test).tolist()


def test_a_metric_asked_for_is_the_problem_s():
    assert prepared(metric="log_loss").dataset.problem.metric == "log_loss"


def test_directions_are_part_of_the_problem():
    assert prepared(monotone={"age": -1}).dataset.problem.monotone == {"age": -1}
    with pytest.raises(UsageError) as caught:
        prepared(monotone={"agee": -1})
    assert "age" in caught.value.hint


def pictures(root, parts=("",), each=6):
    rng = np.random.default_rng(0)
    for part in parts:
        for label in ("cat", "dog"):
            (root / part / label).mkdir(parents=True)
            for i in range(each):
                pixels = rng.integers(0, 255, (8, 8), np.uint8)
                Image.fromarray(pixels).save(root / part / label / f"p{i // 2}-{i}.png")
    return root


def images(root, tmp_path, **plan):
    plan = Plan(**plan)
    return prepare(read(root, plan), plan, tmp_path, 1)


def test_image_folders(tmp_path):
    root = pictures(tmp_path / "animals", each=12)
    (root / "dog" / "p0-0.png").write_bytes(b"broken")
    (tmp_path / "work").mkdir()
    got = images(root, tmp_path / "work")
    assert len(got.dataset) == len(got.paths) == len(got.rows) == 23
    assert got.dataset.problem.classes == ("cat", "dog")
    assert [got.dataset.problem.classes[y] for y in got.dataset.y] == [path.split("/")[0] for path in got.paths]
    assert got.dataset.inputs.pixels().shape == (23, *got.dataset.problem.image_size)
    first = np.asarray(Image.open(root / got.paths[6]))
    assert np.array_equal(got.dataset.inputs.pixels()[6, :, :, 0], first)


def test_image_groups_come_from_file_names(tmp_path):
    got = images(pictures(tmp_path / "a"), tmp_path, group="re:^(p[0-9])")
    names = [re.search(r"/(p\d)", path)[1] for path in got.paths]
    pairs = set(zip(names, got.dataset.groups.tolist(), strict=True))
    assert len(pairs) == len(set(names)) == len(set(got.dataset.groups)) == 3


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("re:(", "not a regular expression"),
        ("re:x(.)", "does not match 12 file names"),
        ("re:^(x)?", "does not match 12 file names"),
        ("re:png", "All rows are in one group"),
    ],
)
def test_image_group_patterns_that_do_not_fit(tmp_path, pattern, message):
    with pytest.raises(AutoMLError, match=message):
        images(pictures(tmp_path / "a"), tmp_path, group=pattern)


@pytest.mark.parametrize("pattern", ["re:(", "re:x(.)"])
def test_a_group_pattern_that_does_not_fit_is_refused_before_files_are_decoded(tmp_path, pattern):
    with pytest.raises(UsageError, match="group pattern"):
        read(pictures(tmp_path / "a"), Plan(group=pattern))


def test_images_have_no_directions(tmp_path):
    with pytest.raises(UsageError, match="no meaning for images"):
        images(pictures(tmp_path / "a"), tmp_path, monotone={"width": 1})


def test_image_parts_come_from_folders(tmp_path):
    got = images(pictures(tmp_path / "a", ("train", "test")), tmp_path)
    assert (got.dataset.part == "test").sum() == 12
    assert (got.dataset.part == "test").tolist() == [path.startswith("test/") for path in got.paths]


def test_the_profile_alone_needs_no_target_codes():
    plan = Plan(target="bought")
    assert module.profile(read(frame(), plan), plan).classes == frame()["bought"].value_counts().sort_index().to_dict()
