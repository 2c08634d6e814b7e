"""Rungs by rows: trials that a few rows show to be poor get no fit on all of them."""

import pytest

from automl.search import screening
from automl.search.screening import EARLIER, rung_of, screened_out
from automl.search.trials import Search, Tracker, search
from tests.fakes import fake_cv, use_fakes

ROWS = 48


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def climbed(cv, error, family="trees", trial=None):
    candidate = cv.candidate(family, {"error": error}, trial)
    assert cv.judge(candidate, 0)
    assert cv.judge_rung(candidate, ROWS)
    return candidate


def test_only_expensive_fits_of_this_process_are_screened():
    cv = fake_cv(folds=3, repeats=1, costs={"trees": 3.0, "linear": 0.1, "network": 9.0})
    rows = len(cv.splits[0].train)
    assert rung_of(climbed(cv, 1.0), rows) == ROWS
    assert rung_of(climbed(cv, 1.0, "linear"), rows) is None
    assert rung_of(climbed(cv, 1.0, "network"), rows) is None
    bare = cv.candidate("trees", {"error": 1.0})
    assert cv.judge(bare, 0)
    assert rung_of(bare, rows) is None


def test_the_rung_nearest_to_a_quarter_of_the_rows_is_taken():
    cv = fake_cv(folds=3, repeats=1, costs={"trees": 3.0})
    candidate = climbed(cv, 1.0)
    for rows in (12, 24, 96):
        assert cv.judge_rung(candidate, rows)
    assert rung_of(candidate, 400) == 96
    assert rung_of(candidate, 180) == ROWS


def test_a_trial_above_the_median_of_earlier_ones_is_given_up():
    cv = fake_cv(folds=3, repeats=1)
    earlier = [climbed(cv, error) for error in (0.5, 1.0, 1.5)]
    poor, good = (cv.candidate("trees", {"error": error}, 1) for error in (3.0, 0.2))
    assert "above the median" in screened_out(cv, poor, ROWS, earlier, None)
    assert screened_out(cv, good, ROWS, earlier, None) == ""
    assert not poor.losses


def test_a_median_of_few_says_nothing():
    cv = fake_cv(folds=3, repeats=1)
    earlier = [climbed(cv, 0.1) for _ in range(EARLIER - 1)]
    assert screened_out(cv, cv.candidate("trees", {"error": 3.0}, 1), ROWS, earlier, None) == ""


def test_a_search_records_what_it_screened_out(monkeypatch):
    monkeypatch.setattr(screening, "WORTH_SECONDS", 0.0)
    cv = fake_cv(folds=3, repeats=1)
    cv.worker.suggestions = [{"error": e} for e in (1.2, 1.1, 9.0, 0.9)]
    start = climbed(cv, 1.0)
    result = Search([])
    tracker = Tracker(lambda _number: None, lambda *_trial: None, lambda _best: 0.0)
    search(cv, start, 5, "x", tracker, result)
    given_up = next(c for c in result.trials if c.params.get("error") == 9.0)
    assert given_up.pruned
    assert "above the median" in given_up.reason
    assert not given_up.losses
    assert result.estimates[given_up.name] > start.loss()
    assert any(c.ok for c in result.trials)
