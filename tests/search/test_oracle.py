"""Keras Tuner's oracle behind `suggest`; importing it brings Keras."""

import math
import time

import pytest

from automl.families.base import Knob
from automl.search import oracle as module
from automl.search.oracle import Suggester, suggest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of Keras and its backends
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
SPACE = [Knob("eta", 0.01, 0.2, log=True), Knob("depth", 2, 10, integer=True), Knob("width", choices=(16, 32, 64))]
START = ({"eta": 0.1, "depth": 4, "width": 32}, 1.0)


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(module, "_SEARCHES", {})


def loss(params):
    return (math.log(params["eta"]) - math.log(0.05)) ** 2 + abs(params["depth"] - 6) / 10 + params["width"] / 1000


def search(trials, name="a", seed=0, fails=lambda number: False, space=SPACE, history=(START,)):
    """The history after so many suggestions."""
    history = list(history)
    for number in range(trials):
        params = suggest(name, space, history, seed)
        history.append((params, None if fails(number) else loss(params)))
    return history


def test_values_lie_in_their_space():
    for params, _ in search(12)[1:]:
        assert set(params) == {"eta", "depth", "width"}
        assert 0.01 <= params["eta"] <= 0.2
        assert params["depth"] in range(2, 11)
        assert isinstance(params["depth"], int)
        assert params["width"] in {16, 32, 64}


def test_values_are_short_enough_to_repeat():
    for params, _ in search(12)[1:]:
        assert params["eta"] == float(f"{params['eta']:.4g}")


def test_it_learns_from_what_it_is_told():
    found = [value for _, value in search(16)]
    assert min(found[10:]) < 0.3 < START[1]


def test_the_same_history_gives_the_same_suggestion_also_after_a_rebuild():
    history = search(11, fails=lambda number: number % 4 == 2)
    alive = suggest("a", SPACE, history, 0)
    module._SEARCHES.clear()  # what a killed worker leaves
    assert suggest("a", SPACE, history, 0) == alive
    assert Suggester(SPACE, 0).next(history) == alive


def test_the_seed_decides():
    assert search(3, "a", seed=0) == search(3, "b", seed=0)
    assert search(3, "c", seed=1) != search(3, "d", seed=0)


def test_asked_twice_it_says_the_same():
    history = search(2)
    assert suggest("a", SPACE, history, 0) == suggest("a", SPACE, history, 0)


def test_failed_trials_are_told_and_not_suggested_again():
    history = search(12, fails=lambda number: True)
    assert len({tuple(sorted(params.items())) for params, _ in history}) == 13


def test_another_search_never_mixes():
    search(4, "a")
    other = [Knob("penalty", 1.0, 100.0, log=True)]
    params = suggest("b", other, [({}, 0.5)], 0)
    assert set(params) == {"penalty"}
    assert search(4, "a") == search(4, "fresh")


def test_a_history_that_changed_is_told_anew():
    history = search(4)
    changed = [(params, value and value + 1) for params, value in history]
    assert suggest("a", SPACE, changed, 0) == Suggester(SPACE, 0).next(changed)
    assert suggest("a", SPACE, history[:2], 0) == Suggester(SPACE, 0).next(history[:2])


def test_defaults_outside_the_space_and_with_parameters_of_their_own_are_told():
    history = [({"eta": 0.5, "depth": 4, "rounds": 300}, 1.0), ({}, 0.9)]
    params = suggest("a", SPACE, history, 0)
    assert set(params) == {"eta", "depth", "width"}


def test_an_exhausted_space_says_none():
    space = [Knob("flip", choices=(False, True))]
    history = []
    for _ in range(4):
        params = suggest("a", space, history, 0)
        if params is None:
            break
        history.append((params, 1.0))
    assert params is None
    assert {params["flip"] for params, _ in history} == {False, True}


def test_nothing_is_written_where_the_user_works(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    search(3)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    "outside",
    [{"eta": 0.0}, {"eta": None}, {"depth": 99}, {"width": 8}],
    ids=["zero of a log", "none", "high", "choice"],
)
def test_a_default_outside_the_space_never_stops_the_model(outside):
    history = search(12, history=[({**START[0], **outside}, 1.0)])
    assert None not in [params for params, _ in history]
    assert len(history) == 13


def test_the_space_is_part_of_the_key():
    search(2, "a")
    wider = [*SPACE, Knob("penalty", 1.0, 100.0, log=True)]
    assert set(suggest("a", wider, [START], 0)) == {"eta", "depth", "width", "penalty"}
    narrow = [Knob("eta", 0.01, 0.02, log=True), *SPACE[1:]]
    assert suggest("a", narrow, [START], 0)["eta"] <= 0.02
    assert len(module._SEARCHES) == 3


def test_two_workers_are_given_different_trials():
    history = search(10)
    first = suggest("a", SPACE, history, 0)
    second = suggest("a", SPACE, history, 0, [first])
    assert first != second
    history.append((second, 0.3))  # ends before the first
    third = suggest("a", SPACE, history, 0, [first])
    assert third not in (first, second)
    history.append((first, None))
    assert suggest("a", SPACE, history, 0) not in (first, second)


def test_what_runs_elsewhere_is_known_to_a_rebuilt_oracle():
    history = search(10)
    first = suggest("a", SPACE, history, 0)
    alive = suggest("a", SPACE, history, 0, [first])
    assert Suggester(SPACE, 0).next(history, [first]) == alive


def test_a_suggestion_is_cheap_once_the_model_has_taken_over():
    history = search(30)
    started = time.process_time()
    suggest("a", SPACE, history, 0)
    assert time.process_time() - started < 0.5
