"""The search as a stage: which families it searches."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from automl.config import Plan
from automl.decide import engine
from automl.decide.engine import Asked
from automl.decide.evidence import Probes
from automl.evaluate import metrics
from automl.searching import run_search
from tests.fakes import fake_cv, use_fakes
from tests.rows import numbers

ASKED = Asked(prefer="simple")


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def decided(network, budget, **how):
    """A run that named the linear model, for one split of the network is little evidence."""
    data = numbers("regression", 200)
    cv = fake_cv(data, repeats=1, budget=budget, errors={"linear": 0.5, "network": network}, **how)
    probes = Probes({name: cv.candidate(name, {}) for name in ("baseline", "linear", "network")})
    for name, splits in {"baseline": range(5), "linear": range(5), "network": range(1)}.items():
        assert all(cv.judge(probes.candidates[name], split) for split in splits)
    decision = engine.decide(cv, probes, ASKED)
    assert decision.family == "linear"
    noted = []
    run = SimpleNamespace(
        cv=cv,
        clock=cv.clock,
        metric=metrics.get("rmse", "regression"),
        plan=Plan(),
        asked=ASKED,
        outer=SimpleNamespace(protocol="holdout"),
        console=SimpleNamespace(trial=lambda *_: None),
        events=SimpleNamespace(add=lambda name, **facts: noted.append((name, facts))),
        stages=SimpleNamespace(stage=lambda _name: nullcontext()),
        interrupted=False,
        noted=noted,
    )
    return run, decision, probes


def errors(*values):
    return [{"error": value} for value in values]


def test_the_family_that_time_left_over_has_named_is_searched_too():
    run, decision, probes = decided(0.4, budget=1_000, suggestions=[*errors(0.51), None, *errors(0.39, 0.38), None])

    candidates, result = run_search(run, decision, probes, None)

    assert sorted(probes.candidates["network"].losses) == [0, 1, 2, 3, 4]
    assert [(c.trial, c.family) for c in result.trials] == [(1, "linear"), (2, "network"), (3, "network")]
    assert candidates == [*probes.candidates.values(), *result.trials]
    assert result.stopped == "the search space is exhausted"
    assert set(result.began) == {c.name for c in result.trials}


def test_a_family_that_time_cut_is_trained_longer_before_the_verdict_is_looked_at_again():
    run, decision, probes = decided(0.47, budget=200, suggestions=[None, None], costs={"network": 5.0})
    facts = {"epochs": 10, "planned_epochs": 10, "full_epochs": 60, "cut_by_time": True}
    probes.candidates["network"].fits[0].info.update(facts)

    _, result = run_search(run, decision, probes, None)

    (trial,) = result.trials
    assert (trial.family, trial.trial, list(probes.candidates["network"].losses)) == ("network", 1, [0])
    assert sorted(trial.losses) == [0, 1, 2]
    assert result.stopped == "the search space is exhausted"
    assert ("settled", {"families": ["network"], "fits": 3}) in run.noted


def test_a_verdict_that_stays_ends_the_search():
    run, decision, probes = decided(0.47, budget=1_000, suggestions=[*errors(0.51), None, *errors(0.39), None])

    _, result = run_search(run, decision, probes, None)

    assert sorted(probes.candidates["network"].losses) == [0, 1, 2, 3, 4]
    assert [c.family for c in result.trials] == ["linear"]


def test_without_time_for_another_search_nothing_is_looked_at_again():
    run, decision, probes = decided(0.4, budget=100, suggestions=[*errors(0.51), None, *errors(0.39), None])
    run.clock.now = 95.0

    _, result = run_search(run, decision, probes, None)

    assert list(probes.candidates["network"].losses) == [0]
    assert [c.family for c in result.trials] == []
    assert result.stopped == "the budget"


def test_where_trials_are_counted_one_family_is_searched():
    run, decision, probes = decided(0.4, budget=None, suggestions=[*errors(0.51), None, *errors(0.39), None])

    _, result = run_search(run, decision, probes, None)

    assert list(probes.candidates["network"].losses) == [0]
    assert [c.family for c in result.trials] == ["linear"]
