import importlib

import numpy as np
import pandas as pd
import pytest

import automl
from automl import jsonio
from automl.api import DecisionRecord, Record, Run
from automl.errors import DataError, RunError, UsageError
from tests.folders import run_folder


@pytest.fixture(scope="module")
def run(clients, tmp_path_factory):
    return automl.load(run_folder(tmp_path_factory.mktemp("api") / "run", clients, target="bought"))


def test_labels_probabilities_and_frames_agree(run, clients):
    frame = run.predict_frame(clients)
    assert run.classes == ["no", "yes"]
    assert run.predict(clients).tolist() == frame["prediction"].tolist()
    np.testing.assert_array_equal(run.predict_proba(clients), frame[["probability_no", "probability_yes"]])


def test_rows_are_explained_as_by_the_command(run, clients):
    frame = run.predict_frame(clients, explain=True)
    assert list(frame)[-3:] == ["reason_1", "reason_2", "reason_3"]
    pd.testing.assert_frame_equal(frame.iloc[:, :-3], run.predict_frame(clients))


def test_a_path_is_predicted_too(run, clients, tmp_path):
    clients.to_csv(tmp_path / "new.csv", index=False)
    assert run.predict(str(tmp_path / "new.csv")).tolist() == run.predict(clients).tolist()


def test_arrays_take_the_names_of_the_columns(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    frame = pd.DataFrame(X, columns=["length", "width"]).assign(kind=np.where(X[:, 0] > 0, "a", "b"))
    run = automl.load(run_folder(tmp_path / "run", frame, target="kind"))
    assert run.predict(X).tolist() == run.predict(frame).tolist()


@pytest.mark.parametrize("shape", [(4,), (), (2, 2, 2)])
def test_an_array_that_is_no_table_is_refused(run, shape):
    with pytest.raises(DataError, match=f"has {len(shape)} dimension"):
        run.predict(np.zeros(shape))


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([False, True], "bool"), ([0, 1], "int64"), ([-3, 12], "Int64"), ([False, True], "boolean"),
        ([1, 2], "float64"),
        ([0.5, 1.5], "float64"), ([0, 1], "category"), ([False, True], object), ([3, 4], object), (["0", "1"], "str"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["frame", "parquet"])
def test_classes_come_back_in_the_type_they_had(tmp_path, values, dtype, kind):
    x = np.random.default_rng(0).normal(size=80)
    y = pd.Series(np.array(values, object)[(x > 0).astype(int)]).astype(dtype)
    source = frame = pd.DataFrame({"x": x, "y": y})
    if kind == "parquet":
        frame.to_parquet(source := tmp_path / "d.parquet")
    run = automl.load(run_folder(tmp_path / "run", source, target="y", task="binary"))
    found = run.predict(frame)
    assert (found == y.to_numpy()).mean() > 0.9
    assert run.predict_frame(frame)["prediction"].tolist() == found.tolist()
    assert type(found.tolist()[0]) is type(y.tolist()[0])
    assert list(run.predict_frame(frame))[1:] == [f"probability_{label}" for label in run.classes]


def test_classes_of_a_csv_are_text(tmp_path):
    x = np.random.default_rng(0).normal(size=80)
    pd.DataFrame({"x": x, "y": np.where(x > 0, "01", "1")}).to_csv(tmp_path / "d.csv", index=False)
    run = automl.load(run_folder(tmp_path / "run", tmp_path / "d.csv", target="y"))
    assert set(run.predict(tmp_path / "d.csv")) == {"01", "1"}


def test_numbers_have_no_probabilities(clients, tmp_path):
    run = automl.load(run_folder(tmp_path / "run", clients, target="age", task="regression"))
    assert run.classes == []
    with pytest.raises(UsageError, match="predicts numbers"):
        run.predict_proba(clients)


@pytest.mark.parametrize("make", [lambda path: path / "nothing", lambda path: path])
def test_what_is_no_run_cannot_be_loaded(tmp_path, make):
    with pytest.raises(RunError, match="not a run folder"):
        automl.load(make(tmp_path))


@pytest.mark.parametrize(("part", "name"), [("report", "report.json"), ("decision", "decision.json")])
def test_a_part_that_is_missing_is_named(run, part, name):
    with pytest.raises(RunError, match=f"There is no {name}"):
        getattr(Run(run.path), part)


def test_the_decision_reads_as_attributes(tmp_path):
    jsonio.write(tmp_path / "decision.json", {"family": "trees", "reasons": ["a"]})
    decision = Run(tmp_path).decision
    assert isinstance(decision, DecisionRecord)
    assert decision.family == decision["family"] == "trees"
    assert decision.reasons == ["a"]
    with pytest.raises(AttributeError, match="verdict"):
        _ = decision.verdict
    assert Record(a=1).a == 1


def test_the_leaderboard_is_a_frame(tmp_path):
    (tmp_path / "leaderboard.csv").write_text("candidate,family\ntrees-0,trees\n")
    assert Run(tmp_path).leaderboard["family"].tolist() == ["trees"]


def test_the_report_is_a_path(tmp_path):
    assert Run(tmp_path).report_path == tmp_path / "report.html"


def test_profiles_show_their_fields_and_themselves(clients):
    found = automl.profile(clients, target="bought")
    assert found.task.value == "binary"
    assert found.rows == 120
    assert "bought" in found._repr_html_()
    with pytest.raises(AttributeError):
        _ = found.nothing


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targt": "bought"}, r"Unknown option 'targt'.*\n.*\n.*did you mean 'target'"),
        ({"budget": "soon"}, "Cannot read the budget"),
        ({"families": ("forest",)}, "Unknown family 'forest'"),
        ({"trials": "many"}, "trials cannot be 'many'"),
        ({"recipe": "quik"}, "did you mean 'quick'"),
    ],
)
def test_options_that_cannot_be_used(clients, options, message):
    with pytest.raises(UsageError, match=message):
        automl.fit(clients, **options)


def test_importing_submodules_does_not_hide_the_functions():
    for name in ("automl.decide.engine", "automl.profile.table"):
        importlib.import_module(name)
    assert callable(automl.profile)
    assert callable(automl.decide)
    assert set(automl.__all__) <= set(dir(automl))
    with pytest.raises(AttributeError, match="no attribute 'fitt'"):
        _ = automl.fitt


def test_columns_may_be_numbers(clients):
    numbered = clients.set_axis(range(4), axis=1)
    found = automl.profile(numbered, target=3, drop=[0])
    assert found.target.value == "3"
    assert {column.name: column.role for column in found.columns}["0"] == "dropped"


def test_columns_may_have_names_of_several_levels(clients):
    levels = clients.set_axis(pd.MultiIndex.from_product([["a", "b"], [1, 2]]), axis=1)
    found = automl.profile(levels, target=("b", 2), drop=[("a", 1)])
    assert found.target.value == "b_2"
    assert {column.name: column.role for column in found.columns}["a_1"] == "dropped"


def test_blanks_around_names_of_columns_do_not_count(clients):
    padded = clients.set_axis([f" {name} " for name in clients.columns], axis=1)
    names = list(clients.columns)
    found = automl.profile(padded, target=f" {names[-1]} ", drop=[names[0]])
    assert found.target.value == names[-1]
    assert [column.name for column in found.columns] == names
