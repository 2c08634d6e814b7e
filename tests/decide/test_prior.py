import importlib.util
import math
from dataclasses import replace
from pathlib import Path

import pytest

from automl.decide.prior import (
    COEFFICIENTS,
    LIMIT,
    TABLES,
    Prior,
    log_odds,
    meta_features,
    prior,
    regression_shift,
    searched,
    shift,
)
from automl.types import Choice, Column, Profile

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT.parent / "shared" / "data" / "meta"


def column(name, kind="number", role="feature", levels=(), skew=0.0):
    return Column(name, kind, role, "", 0, 10, {"skew": skew} if kind == "number" else {}, levels)


def data(numbers=32, categories=0, classes=2, modality="table", task=None, columns=None, skew=0.0):
    task = task or ("binary" if classes == 2 else "multiclass")
    made = [column(f"n{i}", skew=skew) for i in range(numbers)]
    made += [column(f"c{i}", "category", levels=("a", "b", "c")) for i in range(categories)]
    return Profile(
        "some",
        "some.csv",
        Choice(modality, ""),
        Choice(task, ""),
        Choice("y", ""),
        1000,
        (*(columns if columns is not None else made), column("y", "category", "target")),
        {} if task == "regression" else {str(i): 10 for i in range(classes)},
    )


def texts(*words, task=None, modality="text"):
    """Columns of free text with so many words a cell on average."""
    columns = [column(f"t{i}", "text") for i in range(len(words))]
    counted = [
        replace(one, stats={} if mean is None else {"mean_words": mean})
        for one, mean in zip(columns, words, strict=True)
    ]
    return data(modality=modality, task=task, columns=counted)


def chance(odds):
    return round(1 / (1 + math.exp(-odds)), 4)


def test_known_profile_has_the_probabilities_of_the_coefficients():
    # log10(1000) - 3 = 0; log10(1000 / 10) - 1.5 = 0.5; log2(4) - 1 = 1; 2 of 10 columns are categories.
    found = prior(data(numbers=8, categories=2, classes=4), rows=1000, splits=10)

    # Less the base rates of a linear model that is plainer than ours; 0.4 more for better networks.
    assert found.trees_over_linear == chance(0.78 + 0.96 * 0.5 + 0.16 - 0.75)
    assert found.network_over_linear == chance(0.56 + 0.68 * 0.5 + 0.63 + 0.4 - 0.9)
    assert found.network_over_trees == chance(-0.09 + 0.35 * 0.5 + 0.17 - 1.54 * 0.2 + 0.4)
    assert found.features == {
        "log10_rows": pytest.approx(3.0),
        "log10_rows_per_feature": pytest.approx(2.0),
        "categorical_share": 0.2,
        "log2_classes": 2.0,
        "skewed": 0.0,
        "regression": 0.0,
    }
    assert f"{TABLES} classification tables" in found.source
    assert "regression" not in found.source.replace("logistic regression", "")


def test_regression_leans_further_from_linear_models():
    classified, regressed = prior(data(), 1000, 10), prior(data(task="regression"), 1000, 10)

    # Elo 120 more in the network's favour, halved: 60 * ln(10) / 400. Elo 541 and 565 more, halved, are cut at 0.5.
    assert regression_shift("network", "trees") == pytest.approx(0.345, abs=0.001)
    assert regression_shift("trees", "linear") == regression_shift("network", "linear") == 0.5
    assert regressed.network_over_trees == chance(-0.09 + 0.4 + 0.3454 + 0.35 * (math.log10(1000 / 32) - 1.5))
    assert regressed.trees_over_linear > classified.trees_over_linear
    assert "regression by TabArena" in regressed.source


@pytest.mark.parametrize(("splits", "weight"), [(0, 1.0), (3, 1.0), (8, 1.0), (10, 0.8), (16, 0.5), (80, 0.1)])
def test_weight_is_that_of_eight_splits_at_most(splits, weight):
    assert prior(data(), 1000, splits).weight == pytest.approx(weight)


@pytest.mark.parametrize("pair", list(COEFFICIENTS))
@pytest.mark.parametrize("rows", [1, 50, 1000, 10**7])
@pytest.mark.parametrize("classes", [2, 100])
def test_probabilities_stay_within_the_limit(pair, rows, classes):
    features = meta_features(rows, 10, 10, classes)

    for extra in ({"skewed": 0.0, "regression": 1.0}, {"skewed": 1.0, "regression": 0.0}):
        assert abs(log_odds(*pair, {**features, **extra})) <= LIMIT


@pytest.mark.parametrize(("few", "many"), [(30, 300), (10_000, 10**6)])
def test_rows_outside_of_the_published_range_count_as_its_ends(few, many):
    assert meta_features(few, 10, 0, 2)["log10_rows"] == meta_features(many, 10, 0, 2)["log10_rows"]


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (data(numbers=10, categories=10), data(numbers=20)),
        (data(numbers=5, categories=15), data(numbers=10, categories=10)),
        (data(numbers=20, skew=-3.0), data(numbers=20, skew=1.9)),
    ],
    ids=["categories", "more categories", "skewed columns"],
)
def test_what_speaks_against_networks(less, more):
    assert prior(less, 1000, 10).network_over_trees < prior(more, 1000, 10).network_over_trees


def test_more_rows_and_rows_a_feature_speak_for_trees_over_linear():
    chances = [prior(data(numbers=32), rows, 10).trees_over_linear for rows in (100, 1000, 3000)]

    assert chances == sorted(set(chances))


@pytest.mark.parametrize(
    ("levels", "share"), [(("no", "yes"), 1.0), (("False", "True"), 1.0), (("0", "1"), 0.0), (("0.0", "1.0"), 0.0)]
)
def test_yes_and_no_are_categories_and_zero_and_one_are_numbers(levels, share):
    found = prior(data(columns=[column("a", "boolean", levels=levels)]), 1000, 10)

    assert found.features["categorical_share"] == share


@pytest.mark.parametrize(
    "profile",
    [
        data(modality="image", columns=[]),
        data(columns=[column("photo", "image"), column("price")]),
        data(columns=[]),
        texts(10, task="regression"),
        texts(None),
        replace(texts(10), media={"backbone": {"name": "net"}}),
    ],
    ids=["images", "a table with images", "no columns", "regression on texts", "words not counted", "a backbone"],
)
def test_nothing_is_said_where_nothing_is_published(profile):
    assert prior(profile, 1000, 10) is None
    assert shift(None, "network", "trees") == 0.0


@pytest.mark.parametrize(
    ("words", "rows", "ratio", "network", "said"),
    [
        ((100.0,), 149_900, 1499.0, 0.3, "guide to text classification: fewer than 1,500 texts per word of a text"),
        ((100.0,), 150_000, 1500.0, 0.6, "guide to text classification: no fewer than 1,500 texts per word of a text"),
        ((4.0, 6.0), 14_990, 1499.0, 0.3, "favour n-grams"),
        ((4.0, 6.0), 15_000, 1500.0, 0.6, "favour networks that read words in their order"),
        ((0.2,), 2_000, 2000.0, 0.6, "its size here is a guess"),
    ],
    ids=["few and long", "many and long", "two columns", "two short columns", "hardly a word"],
)
def test_texts_and_their_words_lean_towards_networks_or_away(words, rows, ratio, network, said):
    found = prior(texts(*words), rows, 10)

    assert found.features["rows_per_word"] == pytest.approx(ratio)
    assert (found.trees_over_linear, found.network_over_linear, found.network_over_trees) == (0.5, network, network)
    assert (found.weight, found.search) == (0.8, {})
    assert said in found.source
    assert prior(texts(*words, modality="table"), rows, 10) == found
    assert shift(found, "trees", "linear") == 0.0
    assert shift(found, "network", "linear") == pytest.approx(0.8 * math.log(network / (1 - network)))


def test_the_prior_of_texts_is_worth_eight_splits_at_most():
    assert [prior(texts(10.0), 500, splits).weight for splits in (1, 8, 16)] == [1.0, 1.0, 0.5]


def test_text_beside_other_columns_is_a_table_like_others():
    found = prior(data(columns=[column("review", "text"), column("price")]), 1000, 10)
    assert f"{TABLES} classification tables" in found.source


def test_shift_is_the_weighted_log_odds():
    given = Prior(0.8, 0.5, 0.25, 0.5, {}, "")

    assert shift(given, "trees", "linear") == pytest.approx(0.5 * math.log(4))
    assert shift(given, "network", "linear") == 0.0
    assert shift(given, "network", "trees") == pytest.approx(-0.5 * math.log(3))
    assert shift(given, "trees", "network") == pytest.approx(0.5 * math.log(3))
    assert shift(replace(given, weight=1.0), "linear", "trees") == pytest.approx(-math.log(4))


@pytest.mark.parametrize(
    ("family", "over"), [("linear", "baseline"), ("baseline", "network"), ("trees", "trees"), ("ensemble", "trees")]
)
def test_shift_says_nothing_of_other_pairs(family, over):
    assert shift(Prior(0.8, 0.7, 0.25, 1.0, {}, ""), family, over) == 0.0


def benchmark():
    spec = importlib.util.spec_from_file_location("benchmark_prior", ROOT / "benchmarks" / "prior.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published results are not part of this repository")
def test_the_coefficients_are_those_that_the_benchmark_fits():
    module = benchmark()
    found, out = module.tables(PUBLISHED)

    fitted = module.coefficients(found)

    assert {"openml__spambase__43", "openml__satimage__2074", "openml__adult-census__3953"} <= set(out)
    assert len(found) == TABLES
    for pair, values in COEFFICIENTS.items():
        assert fitted[pair] == pytest.approx(values, abs=0.0051)


def test_no_development_set_is_fitted_on():
    module = benchmark()

    assert module.is_left_out("adult__7592")
    assert module.is_left_out("colic__27")
    assert not module.is_left_out("churn__167141")
    assert not module.is_left_out("colic__25")


def test_what_a_search_adds_is_counted_in_full_until_the_family_is_searched():
    given = Prior(0.5, 0.5, 0.5, 0.5, {}, "", {"trees": 1.2, "network": -0.5})
    assert shift(given, "trees", "linear") == pytest.approx(1.2)
    assert shift(given, "network", "trees") == pytest.approx(-1.7)
    assert shift(given, "trees", "network") == pytest.approx(1.7)
    assert shift(given, "trees", "baseline") == 0.0
    after = searched(given, ["trees"])
    assert shift(after, "trees", "linear") == 0.0
    assert shift(after, "network", "trees") == pytest.approx(-0.5)
    assert searched(None, ["trees"]) is None
