"""What each family costs, the limits on that, and whether a GPU would pay."""

import math
import re

import numpy as np
import pytest

from automl.decide.costs import (
    cost_of,
    costs,
    gpu_pays,
    projected_seconds,
    rows_exponent,
    whole_seconds,
    within_limits,
)
from automl.evaluate.crossval import Candidate
from automl.families.task import Fitted
from automl.families.weigh import ModelCost

SMALL = ModelCost(0.002, 0.5, 10_000, 3 * 2**20, 2**30)
CUT = {"cut_by_time": True, "epochs": 12, "full_epochs": 60}


def probe(family, seconds=2.0, info=None, cost=None, splits=(0,)):
    """A candidate whose fits took so long; only the last split was weighed."""
    fits = {
        s: Fitted(np.zeros((1, 1)), {}, info or {}, seconds * 0.9, seconds * 0.1, cost if s == splits[-1] else None)
        for s in splits
    }
    return Candidate(f"{family}-0", family, {}, "default", fits=fits)


@pytest.mark.parametrize(
    ("pairs", "exponent"),
    [
        ([], None),
        ([(100, 1.0)], None),
        ([(100, 1.0), (100, 2.0)], None),
        ([(0, 1.0), (100, 2.0)], None),
        ([(100, 1.0), (400, 4.0)], 1.0),
        ([(100, 1.0), (200, 2.0**1.5), (400, 4.0**1.5)], 1.5),
        ([(100, 1.0), (100, 4.0), (400, 4.0), (400, 16.0)], 1.0),
        ([(100, 1.0), (400, 1.0)], 0.5),
        ([(100, 1.0), (400, 0.5)], 0.5),
        ([(100, 0.0), (400, 9.0)], 2.0),
        ([(100, 0.0), (400, 0.0)], 0.5),
    ],
)
def test_the_exponent_of_time_in_rows(pairs, exponent):
    assert rows_exponent(pairs) == (None if exponent is None else pytest.approx(exponent))


@pytest.mark.parametrize(
    ("pairs", "seconds"),
    [([], None), ([(100, 2.0)], 8.0), ([(200, 4.0), (100, 2.0)], 8.0), ([(100, 1.0), (200, 4.0)], 16.0)],
)
def test_seconds_at_more_rows(pairs, seconds):
    assert projected_seconds(pairs, 400) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("info", "seconds"),
    [
        ({}, 2.0),
        (CUT, 10.0),
        ({**CUT, "cut_by_time": False}, 2.0),
        ({**CUT, "epochs": 0}, 2.0),
        ({"cut_by_time": True, "rounds": 30}, 2.0),
        ({**CUT, "epochs": 70}, 2.0),
    ],
)
def test_seconds_of_a_whole_schedule(info, seconds):
    assert whole_seconds(probe("network", 2.0, info)) == pytest.approx(seconds)


def test_the_first_split_that_was_weighed_counts():
    assert cost_of(probe("trees", splits=(2, 0, 1))) is None
    assert cost_of(probe("trees", cost=SMALL, splits=(2, 0, 1))) == SMALL


def test_the_block_of_decision_json():
    candidates = {"linear": probe("linear", 2.0, cost=SMALL), "trees": probe("trees", 3.0, CUT)}
    block = costs(
        candidates,
        {"linear": [(100, 1.0), (200, 4.0)]},
        gpu={"pays": None, "sentence": "No."},
        watts=20.0,
        energy_source="declared",
        latency_seconds=0.005,
    )

    assert block["families"]["linear"] == pytest.approx(
        {
            "fit_seconds": 2.0,
            "fit_seconds_10x": 200.0,
            "rows_exponent": 2.0,
            "predict_one_seconds": 0.002,
            "predict_many_seconds": 0.5,
            "many_rows": 10_000,
            "bytes": 3 * 2**20,
            "memory_bytes": 2**30,
            "joules": 40.0,
        }
    )
    trees = block["families"]["trees"]
    assert trees["fit_seconds_10x"] == pytest.approx(3.0 * 5 * 10)
    assert [name for name, value in trees.items() if value is None] == [
        "rows_exponent",
        "predict_one_seconds",
        "predict_many_seconds",
        "bytes",
        "memory_bytes",
    ]
    assert block["gpu"] == {"pays": None, "sentence": "No."}
    assert block["energy_source"] == "declared"
    assert block["limits"] == {"latency_seconds": 0.005, "size_bytes": None}


def test_without_watts_and_fits_there_are_no_figures():
    block = costs({"linear": Candidate("linear-0", "linear", {}, "")}, {}, gpu={})
    figures = block["families"]["linear"]

    assert figures.pop("many_rows") == 10_000
    assert set(figures.values()) == {None}


GPU_CASES = {
    "a GPU already": (probe("network", 90.0), {"has_gpu": True}, None, "on a GPU already"),
    "no network": (None, {}, None, "not measured: whether"),
    "left out": (None, {"not_tried": "no worker", "projected": 99.0}, None, r"\(no worker\)"),
    "no time, nothing known": (None, {"not_tried": "budget"}, None, r"not measured \(budget\)"),
    "no time, would fit": (None, {"not_tried": "budget", "projected": 5.0}, None, "is not known"),
    "no time, yet soon": (
        None,
        {"not_tried": "budget: late", "projected": 60.0},
        None,
        "60 s here, 10 s .* of about 300",
    ),
    "no time, too long": (None, {"not_tried": "budget", "projected": 600.0}, True, "be tried, or a GPU"),
    "cut": (probe("network", 90.0, CUT), {"p_in_race": 0.0}, True, "12 of 60 epochs; .* 450 s here.* or a GPU"),
    "cut by a second": (probe("network", 2.1, CUT), {}, None, "about 52.5 s would let it finish, without a GPU"),
    "cut, half of a day": (probe("network", 720.0, CUT), {"budget": 1e4}, None, "about 5 h would .* without a GPU"),
    "cut, yet short": (probe("network", 1.0, CUT), {}, None, "ended the network after 12 of 60"),
    "behind": (probe("network", 9.0), {"p_in_race": 0.02}, False, r"within r\) = 0.02\): .* faster, not better"),
    "behind and slow": (probe("network", 90.0), {"p_in_race": 0.02}, False, "not better"),
    "named and fast": (probe("network", 9.0), {}, False, "in 9 s: a GPU is not needed"),
    "named, not slow": (
        probe("network", 90.0),
        {},
        False,
        "among the best, .* 90 s here, 10 s .* 450 s .* without a GPU",
    ),
    "named and slow": (
        probe("network", 900.0),
        {},
        True,
        "among the best, .* of about 1 h 15 min, or a GPU, the search",
    ),
    "named, counted": (probe("network", 90.0), {"budget": math.inf}, False, "not needed"),
}


@pytest.mark.parametrize(("network", "how", "pays", "sentence"), GPU_CASES.values(), ids=GPU_CASES)
def test_whether_a_gpu_pays(network, how, pays, sentence):
    answer = gpu_pays(network, **{"has_gpu": False, "budget": 50.0, **how})

    assert answer["pays"] is pays
    assert re.search(sentence, answer["sentence"]), answer["sentence"]
    assert answer["sentence"].endswith(".")


def slow(family, one, count):
    return probe(family, cost=ModelCost(one, 1.0, 10_000, count))


@pytest.mark.parametrize(
    ("latency", "count", "expected"),
    [
        (None, None, {}),
        (0.05, 10 * 2**20, {}),
        (0.031, None, {}),
        (0.005, None, {"network": "one row takes 31 ms, 5 ms allowed"}),
        (None, 10**6, {"trees": "its model has 2 MB, 1 MB allowed"}),
        (
            0.0005,
            1500,
            {
                "trees": "one row takes 1 ms, 500 μs allowed; its model has 2 MB, 1.5 kB allowed",
                "network": "one row takes 31 ms, 500 μs allowed; its model has 512 kB, 1.5 kB allowed",
            },
        ),
    ],
)
def test_families_that_a_limit_excludes(latency, count, expected):
    candidates = {
        "baseline": slow("baseline", 9.0, 2**40),
        "linear": probe("linear"),  # not weighed
        "trees": slow("trees", 0.001, 2 * 10**6),
        "network": slow("network", 0.031, 512_000),
    }

    assert within_limits(candidates, latency, count) == expected
