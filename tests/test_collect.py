from types import SimpleNamespace

import numpy as np
import pytest

from automl.checks import check
from automl.collect import _confirmation, findings, validation_block
from automl.decide.compare import Flag
from automl.families.weigh import ModelCost
from automl.types import Interval

WORSE, BETTER = Interval(-0.1, -0.2, 0.0), Interval(0.1, 0.05, 0.2)
MEASURED = Interval(0.62, 0.58, 0.66)


def found(
    family="linear",
    flags=(),
    gap=WORSE,
    info=(),
    folder=None,
    cost=None,
    forecast=None,
    ignore=(),
    stale="",
    excluded=(),
    **limits,
):
    decision = SimpleNamespace(
        family=family,
        flags=flags,
        sentence="the verdict",
        evidence={"families": {"baseline": 1, "linear": 2}, "excluded": excluded},
    )
    session = SimpleNamespace(
        metric=SimpleNamespace(greater_is_better=True, label="ROC AUC"),
        outer=SimpleNamespace(protocol="holdout"),
        plan=SimpleNamespace(**{"max_latency": None, "max_size": None, "ignore": ignore, **limits}),
        folder=folder,
        prepared=SimpleNamespace(
            dataset=SimpleNamespace(problem=SimpleNamespace(forecast=forecast)), profile=SimpleNamespace(findings=())
        ),
    )
    delivered = SimpleNamespace(name="linear-0", fits={0: SimpleNamespace(cost=cost)})
    lines = [SimpleNamespace(candidate=SimpleNamespace(name="trees-0", info=dict(info)), validation=MEASURED)]
    outcome = outcome_of(gap, delivered=delivered, lines=lines, stale=stale)
    return findings(session, decision, outcome)


def outcome_of(gap=WORSE, stale="", promised=None, measured=MEASURED, **how):
    """What the end of a run found.

    Args:
        gap: difference of the trees to the delivered model.
        promised, measured: figures of the delivered model in validation and on the test part.
    """
    delivered = SimpleNamespace(name="linear-0")
    lines = [SimpleNamespace(candidate=delivered, validation=promised or measured)]
    return SimpleNamespace(
        differences={"trees-0": gap},
        tested=SimpleNamespace(stale=stale),
        values={"linear-0": measured},
        **{"delivered": delivered, "lines": lines, **how},
    )


def confirmed(outcome, protocol="holdout", *, greater=True):
    session = SimpleNamespace(
        metric=SimpleNamespace(greater_is_better=greater, label="ROC AUC" if greater else "RMSE"),
        outer=SimpleNamespace(protocol=protocol),
    )
    return _confirmation(session, outcome)


def protocol(splits_of, repeats=3, kind="holdout", stale=None, **rows):
    parts = [SimpleNamespace(fold=i % 5, repeat=i // 5) for i in range(5 * repeats)]
    session = SimpleNamespace(
        prepared=SimpleNamespace(dataset=Rows(**rows)),
        cv=SimpleNamespace(splits=parts),
        outer=SimpleNamespace(development=np.arange(480), test=range(120), protocol=kind, reason="a fifth"),
    )
    decision = SimpleNamespace(evidence={"splits_of": splits_of})
    end = None if stale is None else SimpleNamespace(stale=stale)
    return validation_block(session, decision, end)["sentences"][1:]


class Rows(list):
    """Stands for a dataset."""

    problem = SimpleNamespace(forecast=None)

    def __init__(self, order=None, groups=None):
        super().__init__(range(600))
        self.order, self.groups = order, groups


def test_the_protocol_tells_what_was_judged_beside_what_was_planned():
    (judged,) = protocol({"linear": list(range(6)), "network": [0]})
    assert judged.endswith(
        "judged by 5-fold cross-validation, repeated 3 times, on 480 development rows. "
        "Probes were judged on as many of these 15 splits as the verdict needed: linear 6, network 1."
    )
    (judged,) = protocol({"linear": list(range(5))}, repeats=1)
    assert judged.endswith("by 5-fold cross-validation, on 480 development rows.")


@pytest.mark.parametrize(
    ("groups", "said"), [(np.arange(600), "0 groups"), (np.arange(600) // 2, "240 groups"), (np.zeros(600), "1 group")]
)
def test_the_protocol_tells_how_many_groups_stay_together(groups, said):
    (judged,) = protocol({"linear": list(range(5))}, repeats=1, groups=groups)
    assert judged.endswith(
        f"by 5-fold cross-validation that keeps {said} of several rows together, on 480 development rows."
    )


@pytest.mark.parametrize(("groups", "apart"), [(None, ""), (np.arange(600), " but for its groups")])
def test_splits_by_time_are_no_cross_validation(groups, apart):
    (judged,) = protocol({"linear": list(range(5))}, repeats=1, order=np.arange(600), groups=groups)
    assert judged.endswith(
        "were judged by forward chaining: 5 blocks in the order of time, each judged by models of what came before "
        f"it{apart}, on 480 development rows."
    )


@pytest.mark.parametrize(
    ("kind", "stale", "said"),
    [
        ("holdout", "", "opened once, after the choice was frozen"),
        ("repeated_cv", "", "come from repeated cross-validation on fresh splits"),
        ("repeated_cv", "it was late", "come from the splits that chose the model, because it was late: they flatter"),
    ],
)
def test_the_protocol_tells_where_the_final_figures_come_from(kind, stale, said):
    _, final = protocol({"linear": list(range(5))}, kind=kind, stale=stale)
    assert said in final
    assert ("fresh" in final) == (kind == "repeated_cv" and not stale)


def test_splits_that_chose_the_model_confirm_nothing():
    confirms, statement = confirmed(outcome_of(stale="there is but one order of time"), "repeated_cv")
    assert confirms is None
    assert statement.startswith("No separate test part, and there is but one order of time: ")
    assert "fresh" not in statement
    assert found(stale="there is but one order of time", gap=Interval(0.1, 0.05, 0.2)) == []


def test_a_run_without_trouble_adds_nothing():
    assert found() == []
    assert found(flags=(Flag("small_data", "few rows"),)) == []


def test_flags_of_the_decision_are_findings_with_their_text():
    flags = (Flag("network_not_tried", "why"), Flag("trees_under_trained", "30 rounds"), Flag("few_test_rows", "9"))
    assert [(f.code, f.action) for f in found(flags=flags)] == [
        ("AM501", "why"), ("AM502", "30 rounds"), ("AM503", "9"),
    ]  # fmt: skip


def test_no_signal_and_a_contradicting_test_part_are_findings():
    assert [(f.code, f.severity) for f in found(family="baseline")] == [("AM504", "error")]
    assert [f.code for f in found(gap=Interval(0.1, 0.05, 0.2))] == ["AM505"]


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


def test_the_sentence_of_a_broken_promise_has_both_figures():
    _, statement = confirmed(outcome_of(promised=Interval(0.95, 0.93, 0.97)))
    assert statement == (
        "The test part contradicts validation: ROC AUC 0.95 (0.93 to 0.97) was promised for the delivered model, 0.62 "
        "(0.58 to 0.66) is measured."
    )
    assert confirmed(outcome_of(promised=Interval(0.95, 0.93, 0.97)), "repeated_cv")[1].startswith(
        "Fresh splits contradict validation: "
    )


def test_a_family_that_a_limit_of_the_user_excludes_contradicts_nothing():
    assert [f.code for f in found(gap=BETTER)] == ["AM505"]
    assert found(gap=BETTER, excluded={"trees": "over the limit"}) == []


def test_findings_of_one_code_name_their_family():
    flags = Flag("trees_under_trained", "30 rounds"), Flag("network_not_tried", "budget")
    assert [f.title for f in found(flags=flags) if f.code in ("AM501", "AM502")] == [
        "Model under-trained: trees",
        f"{check('AM501').title}: network",
    ]


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


def test_a_naive_forecast_that_nothing_beats_is_a_warning():
    (warned,) = found(family="baseline", forecast=SimpleNamespace(baseline="seasonal naive, 7 steps"))

    assert (warned.code, warned.severity) == ("AM504", "warning")
    assert warned.title == "No model beats the baseline (seasonal naive, 7 steps)"


def test_a_fit_that_was_made_smaller_is_a_finding():
    (smaller,) = found(info={"downsized": {"max_bin": 64}})
    assert smaller.code == "AM506"
    assert smaller.evidence == {"trees-0": {"max_bin": 64}}
    assert "trees-0" in smaller.action


def test_a_delivered_model_over_a_limit_is_an_error(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights").write_bytes(bytes(2_000))
    cost = ModelCost(0.002, 0.01, 10_000, bytes=900)  # of a fold's model: the final one is larger
    assert found(folder=tmp_path, cost=cost, max_latency=0.003, max_size=2_500) == []
    (over,) = found(folder=tmp_path, cost=cost, max_latency=0.001, max_size=1_000)
    assert (over.code, over.severity) == ("AM507", "error")
    assert "one row takes 2 ms, 1 ms allowed" in over.action
    assert "its model has 2 kB, 1 kB allowed" in over.action


RUN = [
    ("AM501", {"flags": (Flag("network_not_tried", "why"),)}),
    ("AM502", {"flags": (Flag("trees_under_trained", "30 rounds"),)}),
    ("AM503", {"flags": (Flag("few_test_rows", "9"),)}),
    ("AM504", {"family": "baseline"}),
    ("AM505", {"gap": Interval(0.1, 0.05, 0.2)}),
    ("AM506", {"info": {"downsized": {"max_bin": 64}}}),
    ("AM507", {"cost": ModelCost(0.002, 0.01, 10_000, bytes=900), "max_latency": 0.001}),
    ("AM508", {"flags": (Flag("limits_leave_nothing", "none"),)}),
]


def test_what_a_decision_alone_knows():
    decision = SimpleNamespace(
        family="baseline", flags=(Flag("limits_leave_nothing", "none"), Flag("network_not_tried", "why")),
        sentence="the verdict", evidence={"families": {"baseline": 1, "linear": 2}},
    )  # fmt: skip
    profile = SimpleNamespace(findings=(check("AM101").finding(),))
    dataset = SimpleNamespace(problem=SimpleNamespace(forecast=None))
    session = SimpleNamespace(
        plan=SimpleNamespace(ignore=("AM501",)), prepared=SimpleNamespace(dataset=dataset, profile=profile)
    )

    told = [(one.code, one.status) for one in findings(session, decision)]

    assert told == [("AM101", "found"), ("AM508", "found"), ("AM501", "skipped"), ("AM504", "found")]


@pytest.mark.parametrize(("code", "case"), RUN, ids=[code for code, _ in RUN])
def test_a_finding_of_the_run_that_is_ignored_is_skipped(code, case, tmp_path):
    (tmp_path / "model").mkdir()
    (one,) = found(folder=tmp_path, **case)
    (skipped,) = found(folder=tmp_path, ignore=(code,), **case)

    assert (one.code, one.status) == (code, "found")
    assert (skipped.code, skipped.status, skipped.action) == (code, "skipped", f"ignored by --ignore {code}")
