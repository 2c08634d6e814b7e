from dataclasses import replace

import pytest

from automl.families.trees import FAMILY
from automl.families.trees.params import IMAGES, OWN, REGRESSION, most_rounds, resolved
from tests.rows import column, numbers

CITIES = tuple(f"city {i}" for i in range(9))


def problem(task="regression", levels=(), **changes):
    columns = (column("x"), column("city", "category", levels))
    return replace(numbers(task).problem, columns=columns, **changes)


def names(found, rows=10_000):
    return [FAMILY.describe(params) for params in FAMILY.defaults(found, rows)]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_tuned_defaults_come_first(task):
    assert names(problem(task))[:3] == ["XGBoost, tuned defaults", "XGBoost, depth 3, eta 0.05", "extra trees, 300"]
    assert FAMILY.describe({}) == "XGBoost, tuned defaults"


@pytest.mark.parametrize(
    ("found", "queued"),
    [
        (problem(levels=CITIES[:8]), []),
        (problem(levels=CITIES), ["XGBoost, category statistics"]),
        (problem(skewed_target=True), ["XGBoost, log target", "XGBoost, power target"]),
        (
            problem(skewed_target=True, log_target=False),
            ["XGBoost, quantile target", "XGBoost, power target"],
        ),
        (
            problem(levels=CITIES, skewed_target=True),
            [
                "XGBoost, category statistics",
                "XGBoost, log target",
                "XGBoost, category statistics, log target",
                "XGBoost, power target",
            ],
        ),
    ],
)
def test_encodings_and_transforms_are_offered_where_they_matter(found, queued):
    rest = ["XGBoost, 35 leaves, eta 0.03", "XGBoost, depth 6, eta 0.04"]
    assert names(found)[3:] == [*queued, *rest, "XGBoost, depth 8, eta 0.015"]
    knobs = {knob.name for knob in FAMILY.space(found, 100)}
    assert ("categories" in knobs) == ("XGBoost, category statistics" in queued)
    assert ("target" in knobs) == ("XGBoost, power target" in queued)


def test_where_few_rows_share_a_level_every_configuration_takes_statistics():
    assert all("statistics" in name for name in names(problem(levels=CITIES), rows=100))


def test_the_space_moves_what_the_tuned_defaults_set():
    for task in ("binary", "regression"):
        knobs = {knob.name for knob in FAMILY.space(problem(task), 100)}
        assert set(FAMILY.defaults(problem(task), 100)[0]) - set(OWN) <= knobs


def test_images_take_few_columns_a_tree():
    images = replace(problem("binary"), modality="image")
    assert FAMILY.defaults(images, 100)[0] == IMAGES
    assert "colsample_bytree" in {knob.name for knob in FAMILY.space(images, 100)}


def test_only_additive_trees_are_offered_when_the_model_must_be_explainable():
    found = problem(levels=CITIES, explainable=True)
    assert names(found) == ["additive stumps", "additive stumps, eta 0.03"]
    assert all(resolved(params, found, 100)["max_depth"] == 1 for params in [{}, {"max_depth": 6}, {"kind": "extra"}])
    assert "kind" not in resolved({"kind": "extra"}, found, 100)
    assert "max_depth" not in {knob.name for knob in FAMILY.space(found, 100)}


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"kind": "extra", "trees": 20}, "extra trees, 20"),
        ({"kind": "forest", "target": "log"}, "random forest, 300, log target"),
        ({"kind": "extra", "target": "quantile"}, "extra trees, 300, quantile target"),
        ({**REGRESSION, "rounds": 20, "smearing": 1.1, "target": "log"}, "XGBoost, log target"),
        ({"max_depth": 2, "eta": 0.3, "categories": "statistics"}, "XGBoost, depth 2, eta 0.3, category statistics"),
        ({"eta": 0.123456}, "XGBoost, depth 6, eta 0.123"),
        ({"additive": True}, "additive stumps"),
    ],
)
def test_names(params, name):
    assert FAMILY.describe(params) == name


@pytest.mark.parametrize(
    ("params", "rounds"),
    [
        ({"eta": 0.3}, 1_000),
        ({"eta": 0.01}, 5_000),
        ({"eta": 1e-6}, 5_000),
        ({"rounds": 7}, 7),
        ({"additive": True}, 3_000),
    ],
)
def test_small_rates_and_stumps_may_take_more_rounds(params, rounds):
    assert most_rounds({"eta": 0.1, **params}) == rounds


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_the_tuned_defaults_name_every_knob_whose_lowest_value_is_not_the_librarys_own(task):
    found = problem(task)
    first = FAMILY.defaults(found, 80)[0]
    unnamed = {knob.name for knob in FAMILY.space(found, 80) if knob.name not in first and not knob.choices}
    assert unnamed <= {"reg_alpha"}  # none, as at its lowest
