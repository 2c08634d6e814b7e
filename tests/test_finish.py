"""The end of a run: the figures of the test part, what is delivered, and Ctrl-C on the way."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import automl
from automl import finish, jsonio
from automl.clock import Clock, OutOfTime
from automl.config import Plan, from_recipe
from automl.decide.engine import Decision
from automl.evaluate import final, metrics
from automl.families import ensemble
from automl.families.base import FitFailed
from automl.families.ensemble import Member
from automl.finish import _explain, _refit, _test_figures, _trained_on, _with_outcome, _write_plan
from automl.workers.executor import WorkerDied
from tests.rows import numbers
from tests.test_run import frame


def finished_decision(*, ensemble):
    """A decision for the linear family, with or without an ensemble."""
    return Decision("linear", "", {}, False, (), ensemble, ("linear-0",), (), {}, ())


def figures(groups, n=60):
    """Intervals of a linear model and of the baseline on a test part of these groups."""
    data = replace(numbers("regression", n), groups=groups)
    session = SimpleNamespace(
        prepared=SimpleNamespace(dataset=data), metric=metrics.get("rmse", "regression"), plan=SimpleNamespace(seed=0)
    )
    error = np.random.default_rng(0).normal(size=(n, 1))
    tested = final.Tested(np.arange(n), {"linear-0": data.y[:, None] + 0.5 * error, "baseline-0": np.zeros((n, 1))})
    shaped = SimpleNamespace(for_metric=lambda _, predictions: predictions)
    return _test_figures(session, tested, SimpleNamespace(name="linear-0"), shaped)


@pytest.mark.parametrize("few", [1, 2, 4])
def test_a_test_part_of_few_groups_is_resampled_by_rows(few):
    groups = np.arange(60) // (60 // few)

    assert figures(groups) == figures(None)


def test_a_test_part_of_many_groups_is_resampled_by_groups():
    values, differences = figures(np.arange(60) // 4)

    assert values["linear-0"] != figures(None)[0]["linear-0"]
    assert differences["baseline-0"].low < differences["baseline-0"].value < differences["baseline-0"].high


@pytest.mark.parametrize(
    ("ensemble", "chosen", "reason", "said"),
    [
        (False, "trees", "", "linear is delivered in place of trees: the time was too short for its final fit."),
        (False, "trees", "final fit: out of memory", "in place of trees: final fit: out of memory."),
        (True, "ensemble", "putting it together: no models", "of the ensemble: putting it together: no models."),
        (False, "linear", "", None),
    ],
)
def test_what_is_delivered_in_place_of_the_choice_is_told_with_its_reason(ensemble, chosen, reason, said):
    decision = finished_decision(ensemble=ensemble)
    outcome = SimpleNamespace(delivered=SimpleNamespace(family="linear"))
    told = _with_outcome(decision, outcome, SimpleNamespace(family=chosen, reason=reason))
    if said is None:
        assert told is decision
    else:
        assert told.flags[-1].text.endswith(said)
        assert not told.ensemble
        assert told.members == ("linear",)


@pytest.mark.parametrize(
    ("folders", "protocol", "said"),
    [
        ((("a-split0", "a-split1"), ("b-split0",)), "holdout", "folds of development rows"),
        ((("a-all0", "a-all1"), ("b-split0",)), "holdout", "folds of development rows; 75% of the weight on all rows"),
        ((("a-all0",), ("b-all0",)), "holdout", "all rows"),
        ((("a-split0",), ("b-split0",)), "repeated_cv", "folds of all rows"),
    ],
)
def test_an_ensemble_says_what_its_members_were_trained_on(tmp_path, folders, protocol, said):
    model = tmp_path / "model"
    for name in (*folders[0], *folders[1], "a-all7"):
        (model / name).mkdir(parents=True)
    ensemble.write(model, (Member("a", "trees", "", 0.75, folders[0]), Member("b", "linear", "", 0.25, folders[1])))
    session = SimpleNamespace(folder=tmp_path, outer=SimpleNamespace(protocol=protocol))

    assert _trained_on(session, SimpleNamespace(members=[1, 2], name="ensemble"), set()) == said
    assert {path.name for path in model.iterdir() if path.is_dir()} == {*folders[0], *folders[1]}


@pytest.mark.parametrize("fitted", [True, False])
def test_a_refit_takes_the_place_of_the_model_whole_or_not_at_all(tmp_path, monkeypatch, fitted):
    model, left_over = tmp_path / "model", tmp_path / "work" / "refitted"
    for folder in (model, left_over):
        folder.mkdir(parents=True)
    (model / "old.ubj").touch()
    (left_over / "half.ubj").touch()  # of a run that was killed here

    def refit(_cv, _chosen, _rows, folder, _reserve):
        (folder / "new.ubj").touch()
        return object() if fitted else None

    monkeypatch.setattr(final, "refit", refit)
    whole = set()
    session = SimpleNamespace(folder=tmp_path, cv=None, prepared=SimpleNamespace(dataset=range(3)))
    _refit(session, SimpleNamespace(members=(), name="trees-0"), whole)

    assert [path.name for path in model.iterdir()] == ["new.ubj" if fitted else "old.ubj"]
    assert whole == ({"trees-0"} if fitted else set())


def pressed(*_, **__):
    raise KeyboardInterrupt


def once(function):
    """Ctrl-C in the first call, after it did its work."""
    calls = []

    def call(*arguments, **named):
        done = function(*arguments, **named)
        calls.append(done)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return done

    return call


@pytest.mark.parametrize("error", [OutOfTime(), WorkerDied("killed"), FitFailed("no"), MemoryError()], ids=type)
def test_an_explanation_that_fails_costs_no_run(tmp_path, error):
    def call(*_arguments, **_limits):
        raise error

    session = SimpleNamespace(
        clock=Clock(None), folder=tmp_path, outer=SimpleNamespace(test=np.arange(3)),
        cv=SimpleNamespace(executor=lambda _family: SimpleNamespace(call=call)), metric=SimpleNamespace(name="rmse"),
    )  # fmt: skip
    assert _explain(session, SimpleNamespace(family="trees", members=()), 1.0) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "name", "change"),
    [
        (finish, "after_search", pressed),
        (finish, "ensemble", pressed),
        (final, "open_test", once(final.open_test)),
        (finish, "_explain", pressed),
        (final, "refit", pressed),
    ],
)
def test_ctrl_c_after_the_search_ends_with_a_report_and_a_model(tmp_path, monkeypatch, module, name, change):
    monkeypatch.setattr(module, name, change)
    data = frame(520)
    run = automl.fit(data, target="bought", out=tmp_path / "run", families=("linear", "trees"), trials=0)

    assert run.report["interrupted"]
    assert run.report["model"]["trained_on"] == "development rows"
    assert jsonio.read(tmp_path / "run" / "model" / "manifest.json")["trained_on"] == "development rows"
    assert len(run.predict(data.head(10))) == 10
    assert (tmp_path / "run" / "work").is_dir()


def test_the_plan_of_a_resumed_run_has_its_own_budget(tmp_path):
    choice = SimpleNamespace(value="y")
    profile = SimpleNamespace(target=choice, media={}, modality=SimpleNamespace(value="table"), source="d.csv")
    problem = SimpleNamespace(task="binary", metric="f1")
    session = SimpleNamespace(
        plan=Plan(budget=60.0), clock=Clock(75.0), folder=tmp_path,
        prepared=SimpleNamespace(profile=profile, dataset=SimpleNamespace(problem=problem)),
    )  # fmt: skip
    _write_plan(session, SimpleNamespace(sentence="trees"))

    assert from_recipe(str(tmp_path / "plan.toml")).budget == 60.0
