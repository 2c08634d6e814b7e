"""`evidence.curves`: anchors, bands, doublings and crossings of candidates judged on nested subsets."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from automl.decide.forecast import curves
from automl.families.task import Fitted
from tests.fakes import fake_cv
from tests.rows import numbers

SIZES = [100, 200, 400, 800]
FULL = 1600
STEEP, FLAT = (0.05, 8.0, 0.5), (0.25, 2.0, 0.5)  # cross at 900 rows
LATE = (0.05, 12.0, 0.5)  # crosses FLAT at 2,500 rows


def made_cv(metric="rmse", n=2000, **options):
    return fake_cv(numbers("regression", n, metric=metric, **options))


def climbed(cv, family, law, sizes=SIZES, seed=0):
    """A candidate whose RMSE on split 0 follows the power law exactly."""
    candidate = cv.candidate(family, {})
    check = cv.splits[0].check
    noise = np.random.default_rng(seed).normal(size=len(check))
    noise /= np.sqrt(np.mean(noise**2))
    a, b, c = law
    for rows in [*sizes, FULL]:
        predictions = (cv.dataset.y[check] + (a + b * rows**-c) * noise)[:, None]
        fitted, loss = Fitted(predictions, {}, {}, rows / 1000, 0.0), cv.metric.loss(cv.dataset.y[check], predictions)
        if rows == FULL:
            candidate.fits[0], candidate.losses[0] = fitted, loss
        else:
            candidate.rungs[rows] = fitted, loss
    return candidate


def told(linear=FLAT, trees=None, metric="rmse", named="linear", margin=0.001, sizes=SIZES, **options):
    cv = made_cv(metric, **options)
    candidates = {"linear": climbed(cv, "linear", linear)}
    if trees is not None:
        candidates["trees"] = climbed(cv, "trees", trees, sizes)
    return curves(cv, candidates, named, margin)


def test_the_anchors_are_what_was_measured():
    found = told()
    anchors = found["families"]["linear"]["anchors"]

    assert found["rows"] == FULL
    assert [a["rows"] for a in anchors] == [*SIZES, FULL]
    for anchor in anchors:
        assert anchor["loss"] == pytest.approx(FLAT[0] + FLAT[1] * anchor["rows"] ** -0.5)
        assert anchor["low"] < anchor["value"] < anchor["high"]
        assert anchor["seconds"] == anchor["rows"] / 1000


def test_the_band_reaches_ten_times_the_rows():
    family = told()["families"]["linear"]
    band = family["band"]

    assert (family["form"], family["trusted"], family["reason"]) == ("pow4", True, "")
    assert (band[0]["rows"], band[-1]["rows"]) == (100, 10 * FULL)
    assert all(p["low"] <= p["value"] <= p["high"] for p in band)
    assert band[-1]["value"] == pytest.approx(0.25 + 2 * (10 * FULL) ** -0.5, rel=0.1)
    spread = [p["high"] - p["low"] for p in band]
    assert spread[-1] > min(spread)


def test_twice_the_rows_gain():
    gain = told()["families"]["linear"]["doubling"]
    better = told(metric="r2")["families"]["linear"]["doubling"]

    assert gain["mean"] == pytest.approx(2 * (FULL**-0.5 - (2 * FULL) ** -0.5), rel=0.3)
    assert gain["low"] <= gain["mean"] <= gain["high"]
    assert 0 < better["mean"] < better["high"]


def test_twice_the_rows_gain_no_more_than_a_perfect_score():
    family = told((0.0, 20.0, 1.0), sizes=[100, 200])["families"]["linear"]

    assert family["doubling"]["high"] <= family["anchors"][-1]["loss"]


def test_a_metric_that_is_better_when_greater_may_be_negative():
    family = told((0.05, 60.0, 0.5), metric="r2")["families"]["linear"]
    anchors, band = family["anchors"], family["band"]

    assert anchors[0]["value"] < 0 < anchors[-1]["value"] < 1
    for anchor in anchors:
        assert anchor["value"] == pytest.approx(1 - anchor["loss"])
        assert anchor["low"] < anchor["high"]
    assert all(p["low"] <= p["value"] <= p["high"] for p in band)
    assert band[-1]["value"] > band[0]["value"]


def test_a_crossing_ahead_is_forecast():
    (found,) = told(FLAT, LATE)["crossings"]

    assert (found["family"], found["over"]) == ("trees", "linear")
    assert found["rows"] == pytest.approx(2500, rel=0.2)
    assert FULL <= found["low"] <= found["rows"] <= (found["high"] or math.inf)
    assert found["p_within_4n"] > 0.5
    start = "By the curves trees would overtake linear at about "
    assert found["sentence"].startswith(start)
    assert float(found["sentence"].removeprefix(start).split()[0].replace(",", "")) == pytest.approx(
        found["rows"], rel=0.05
    )


def test_a_family_that_would_never_win():
    (found,) = told(FLAT, (0.5, 2.0, 0.5))["crossings"]

    assert (found["rows"], found["low"], found["high"], found["p_within_4n"]) == (None, None, None, 0.0)
    assert found["sentence"] == (
        "By the curves it is not to be expected that trees would overtake linear within 20 times the rows."
    )


def test_a_family_that_is_ahead_here_already_gets_no_number():
    (found,) = told(FLAT, STEEP, margin=0.0)["crossings"]

    assert found["rows"] is None
    assert found["p_within_4n"] > 0.9
    assert "trees would be ahead of linear with the rows there are already" in found["sentence"]


def test_too_few_sizes_are_said_to_tell_nothing():
    found = told(FLAT, LATE, sizes=[800])
    (crossing,) = found["crossings"]
    trees = found["families"]["trees"]

    assert (trees["form"], trees["trusted"]) == ("last", False)
    assert (crossing["rows"], crossing["p_within_4n"]) == (None, None)
    assert crossing["sentence"].endswith("cannot be told (trees: fewer than three sizes were measured).")


def test_families_without_rungs_have_no_curve():
    found = told(FLAT, LATE, sizes=[])
    cv = made_cv()
    baseline = climbed(cv, "baseline", FLAT)

    assert list(found["families"]) == ["linear"]
    assert found["crossings"] == []
    assert curves(cv, {"baseline": baseline, "trees": climbed(cv, "trees", LATE, [])}, "trees", 0.0) is None
    assert curves(cv, {}, "baseline", 0.0) is None


def test_the_baseline_named_has_curves_and_no_crossings():
    found = told(FLAT, LATE, named="baseline")

    assert set(found["families"]) == {"linear", "trees"}
    assert found["crossings"] == []


def test_a_rung_without_all_rows_is_no_curve():
    cv = made_cv()
    candidate = climbed(cv, "linear", FLAT)
    looked = replace(candidate, fits={}, losses={})

    assert curves(cv, {"linear": looked}, "linear", 0.0) is None


@pytest.mark.parametrize("law", [FLAT, (0.0, 0.0, 0.5), (1e6, 1e8, 0.5)])
@pytest.mark.parametrize("metric", ["rmse", "r2", "mae"])
def test_the_block_is_plain_json(law, metric):
    found = told(law, LATE, metric=metric)

    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_groups_and_weights_are_respected():
    plain = told()["families"]["linear"]["anchors"][-1]
    grouped = told(groups=np.arange(2000) // 50)["families"]["linear"]["anchors"][-1]
    weighted = told(weight=np.where(np.arange(2000) % 2, 1.0, 1e-6))["families"]["linear"]["anchors"][-1]

    assert grouped["loss"] == pytest.approx(plain["loss"])
    assert (grouped["low"], grouped["high"]) != (plain["low"], plain["high"])
    assert weighted["high"] - weighted["low"] > 1.1 * (plain["high"] - plain["low"])


def test_a_repeated_run_says_the_same():
    assert told(FLAT, LATE) == told(FLAT, LATE)


def test_the_ready_made_rungs_of_a_fake_are_read():
    cv = fake_cv(numbers("binary", 300), errors={"linear": 0.5})
    candidate = cv.candidate("linear", {"error": 0.5})
    assert cv.judge(candidate, 0)
    assert all(cv.judge_rung(candidate, rows) for rows in (60, 120))
    family = curves(cv, {"linear": candidate}, "linear", 0.001)["families"]["linear"]

    assert (family["form"], [a["rows"] for a in family["anchors"]]) == ("pow3", [60, 120, 240])
    assert all(0 <= p["low"] <= p["high"] <= 1 for p in family["band"])
