"""What is suggested is a whole configuration: it has a name, and what its kind of model needs beside the knobs."""

from dataclasses import replace

import numpy as np
import pytest

from automl import families
from automl.clock import OutOfTime
from automl.evaluate.crossval import Candidate
from automl.families.network import FAMILY
from automl.families.task import Fitted
from automl.search.suggestion import NoSuggestion, suggestion, told
from automl.types import Problem
from automl.workers.executor import WorkerDied, WorkerError
from tests.fakes import fake_cv
from tests.rows import column, numbers

COLOUR = Problem("image", "binary", "roc_auc", ("a", "b"), image_size=(64, 64, 3))
TEXT = Problem("text", "binary", "roc_auc", ("a", "b"))
TABLE = Problem("table", "binary", "roc_auc", ("no", "yes"), (column("x", "number"),))
PICTURE, WORDS = column("picture", "image"), column("words", "text")
PROBLEMS = {
    "table": TABLE,
    "image": COLOUR,
    "image on a backbone": replace(COLOUR, backbone="net"),
    "text": TEXT,
    "text on a backbone": replace(TEXT, backbone="preset"),
    "audio": Problem("audio", "binary", "roc_auc", ("a", "b"), image_size=(64, 100, 1)),
    "series": Problem("series", "regression", "rmse"),
    "table with images": replace(TABLE, columns=(*TABLE.columns, PICTURE)),
    "table with texts": replace(TABLE, columns=(*TABLE.columns, WORDS)),
    "table with both": replace(TABLE, columns=(*TABLE.columns, WORDS, PICTURE)),
}


class Worker:
    """Answers with what it is given, and keeps what it was asked."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def call(self, _function, *arguments, seconds):
        assert seconds is not None
        self.asked.append(arguments)
        return self.answer


def asked(problem, found, family="network", history=(), pending=()):
    data = numbers("binary", 300)
    worker = Worker(found)
    cv = fake_cv(data, budget=60)
    cv.dataset, cv.worker = replace(data, problem=problem), worker
    space = families.load(family).space(problem, 240)
    return suggestion(cv, family, "key", space, list(history), pending), worker


def ends(knob):
    """Every choice, or both ends of what the knob may be."""
    return knob.choices or (knob.low, knob.high)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_any_point_of_a_space_has_a_name_and_what_its_kind_needs(problem):
    space = FAMILY.space(problem, 240)
    for place in range(max(len(ends(knob)) for knob in space)):
        found = {knob.name: ends(knob)[place % len(ends(knob))] for knob in space}
        params, _ = asked(problem, found)
        assert FAMILY.describe(params)
        assert found.items() <= params.items()
        known = next(d for d in FAMILY.defaults(problem, 240) if d["kind"] == params["kind"])
        assert set(params) == set(known) | set(found)


@pytest.mark.parametrize("family", ["linear", "trees"])
def test_families_of_one_kind_get_the_knobs_alone(family):
    found = {knob.name: ends(knob)[0] for knob in families.load(family).space(TABLE, 240)}

    assert asked(TABLE, found, family)[0] == found


def test_the_oracle_is_told_of_knobs_alone():
    first, second, *_ = FAMILY.defaults(COLOUR, 240)
    _, worker = asked(COLOUR, {"lr": 0.01}, history=[(first, 0.5)], pending=[second])
    _, space, finished, _, pending = worker.asked[0]

    names = {knob.name for knob in space}
    assert finished == [({name: value for name, value in first.items() if name in names}, 0.5)]
    assert pending == [{name: value for name, value in second.items() if name in names}]
    assert "kind" not in pending[0]


def test_what_leaves_a_knob_to_its_fits_is_told_when_they_have_chosen():
    open_width = FAMILY.defaults(COLOUR, 240)[0]
    _, worker = asked(COLOUR, {"lr": 0.01}, pending=[open_width])
    assert open_width["width"] == "auto"
    assert worker.asked[0][-1] == []


def candidate(family, params, chosen):
    """A candidate with a fit that chose some parameters."""
    return Candidate("it", family, params, "", fits={0: Fitted(np.zeros((1, 1)), {**params, **chosen}, {}, 0.0, 0.0)})


@pytest.mark.parametrize(
    ("family", "problem", "params", "chosen", "expected"),
    [
        ("linear", TABLE, {}, {"C": 0.3}, {"C": 0.3}),
        ("linear", TABLE, {"basis": "spline"}, {"C": 3.0}, {"C": 3.0, "basis": "spline"}),
        ("linear", TABLE, {"penalty": "elastic"}, {"strength": 0.1}, None),
        ("network", COLOUR, {"width": "auto", "lr": 0.01}, {"width": 24, "epochs": 9}, {"width": 24, "lr": 0.01}),
        ("network", TABLE, {"kind": "tabm", "lr": 0.01}, {}, None),
        ("trees", TABLE, {"kind": "extra"}, {"trees": 300}, None),
        ("trees", TABLE, {"eta": 0.1}, {"rounds": 12}, {"eta": 0.1}),
        ("trees", TABLE, {"eta": 0.1, "grow_policy": "lossguide"}, {}, None),
    ],
)
def test_the_oracle_is_told_what_fits_chose_and_nothing_of_other_kinds_of_models(
    family, problem, params, chosen, expected
):
    data = numbers("binary", 300)
    cv = fake_cv(data, budget=60)
    cv.dataset = replace(data, problem=problem)
    space = families.load(family).space(problem, 240)

    found = told(cv, space, [candidate(family, params, chosen)], lambda _: 0.5)

    names = {knob.name for knob in space}
    seen = [({name: value for name, value in params.items() if name in names}, loss) for params, loss in found]
    assert seen == ([] if expected is None else [(expected, 0.5)])


def test_without_an_answer_the_space_is_exhausted():
    with pytest.raises(NoSuggestion, match="the search space is exhausted"):
        asked(COLOUR, None)


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (None, "too short for suggestions"),
        (OutOfTime(), "^the budget$"),
        (WorkerDied("killed"), "died"),
        (WorkerError("no disk"), "no disk"),
    ],
    ids=["no worker", "no time", "died", "failed"],
)
def test_why_there_is_no_suggestion(trouble, why):
    class Broken:
        def call(self, *_arguments, **_limits):
            raise trouble

    cv = fake_cv(numbers("binary", 300), budget=60)
    cv.worker = None if trouble is None else Broken()
    space = families.load("trees").space(cv.dataset.problem, 240)
    with pytest.raises(NoSuggestion, match=why):
        suggestion(cv, "trees", "key", space, [])
