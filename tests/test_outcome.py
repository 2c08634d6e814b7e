from types import SimpleNamespace

import numpy as np
import pytest

from automl.decide.compare import Flag
from automl.outcome import apart, confirmation
from automl.types import Interval
from tests.outcomes import MEASURED, WORSE, outcome_of


def confirmed(outcome, protocol="holdout", *, greater=True, instead=()):
    session = SimpleNamespace(
        metric=SimpleNamespace(greater_is_better=greater, label="ROC AUC" if greater else "RMSE"),
        outer=SimpleNamespace(protocol=protocol),
    )
    return confirmation(session, outcome, *instead)


def test_splits_that_chose_the_model_confirm_nothing():
    confirms, statement = confirmed(outcome_of(stale="there is but one order of time"), "repeated_cv")
    assert confirms is None
    assert statement.startswith("No separate test part, and there is but one order of time: ")
    assert "fresh" not in statement


@pytest.mark.parametrize(
    ("promised", "measured", "greater", "confirms"),
    [
        (Interval(0.95, 0.93, 0.97), MEASURED, True, False),
        (Interval(0.70, 0.65, 0.75), MEASURED, True, True),  # better, and the two intervals meet
        (Interval(0.40, 0.35, 0.45), MEASURED, True, True),  # worse
        (Interval(3.0, 2.8, 3.2), Interval(4.0, 3.5, 4.5), False, False),
        (Interval(3.0, 2.5, 3.5), Interval(4.0, 3.4, 4.5), False, True),
        (Interval(5.0, 4.8, 5.2), Interval(4.0, 3.5, 4.5), False, True),
        (Interval(0.95, np.nan, np.nan), MEASURED, True, True),
    ],
)
@pytest.mark.parametrize("protocol", ["holdout", "repeated_cv"])
def test_a_model_that_is_worse_than_promised_is_contradicted(promised, measured, greater, confirms, protocol):
    outcome = outcome_of(Interval(0.0, -1.0, 1.0), promised=promised, measured=measured)
    assert confirmed(outcome, protocol, greater=greater)[0] is confirms


def test_what_stands_in_for_the_choice_confirms_nothing():
    flag = Flag("delivered_differs", "baseline is delivered in place of linear: out of time.")
    instead = apart(SimpleNamespace(flags=(flag,), evidence={}))
    confirms, statement = confirmed(outcome_of(), instead=instead)
    assert confirms is None
    assert statement.endswith("nor contradict the choice: baseline is delivered in place of linear: out of time.")


def test_the_sentence_of_a_broken_promise_has_both_figures():
    _, statement = confirmed(outcome_of(promised=Interval(0.95, 0.93, 0.97)))
    assert statement == (
        "The test part contradicts validation: ROC AUC 0.95 (0.93 to 0.97) was promised for the delivered model, 0.62 "
        "(0.58 to 0.66) is measured."
    )
    assert confirmed(outcome_of(promised=Interval(0.95, 0.93, 0.97)), "repeated_cv")[1].startswith(
        "Fresh splits contradict validation: "
    )


@pytest.mark.parametrize(
    ("kind", "greater", "base", "measured", "says"),
    [
        ("holdout", True, 0.6, MEASURED, "ROC AUC 0.62 (0.58 to 0.66) cannot be told apart from the baseline's 0.6."),
        (
            "repeated_cv",
            False,
            0.65,
            MEASURED,
            "RMSE 0.62 (0.58 to 0.66) cannot be told apart from the baseline's 0.65.",
        ),
    ],
)
def test_a_model_like_the_baseline_is_not_said_to_be_confirmed(kind, greater, base, measured, says):
    gap = WORSE if greater else Interval(0.1, 0.0, 0.2)
    outcome = outcome_of(gap, measured=measured)
    outcome.values["baseline-0"] = Interval(base, base, base)
    confirms, statement = confirmed(outcome, kind, greater=greater)
    judge = "The test part" if kind == "holdout" else "Fresh splits"
    assert (confirms, statement) == (None, f"{judge} can neither confirm nor contradict the choice: {says}")
    outcome.values["baseline-0"] = Interval(0.5, 0.5, 0.5) if greater else Interval(0.7, 0.7, 0.7)
    assert confirmed(outcome, kind, greater=greater)[0] is True


def test_a_value_that_is_not_defined_neither_confirms_nor_contradicts():
    confirms, statement = confirmed(outcome_of(measured=Interval(np.nan, np.nan, np.nan)))
    assert confirms is None
    assert statement == "The test part can neither confirm nor contradict the choice: ROC AUC is not defined there."
