from types import SimpleNamespace

import pytest

from automl.checks import check
from automl.decide.compare import Flag
from automl.families.weigh import ModelCost
from automl.findings import findings
from automl.types import Interval
from tests.outcomes import BETTER, MEASURED, WORSE, outcome_of


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
    protocol="holdout",
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
        outer=SimpleNamespace(protocol=protocol),
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
    assert [f.code for f in found(gap=BETTER)] == ["AM505"]
    assert found(gap=BETTER, stale="there is but one order of time") == []


@pytest.mark.parametrize(
    ("protocol", "title"),
    [("holdout", "The test part contradicts the choice"), ("repeated_cv", "Fresh splits contradict the choice")],
)
def test_a_contradiction_is_told_of_what_judged(protocol, title):
    assert [f.title for f in found(gap=BETTER, protocol=protocol)] == [title]


def test_a_family_that_a_limit_of_the_user_excludes_contradicts_nothing():
    assert [f.code for f in found(gap=BETTER)] == ["AM505"]
    assert found(gap=BETTER, excluded={"trees": "over the limit"}) == []


def test_findings_of_one_code_name_their_family():
    flags = Flag("trees_under_trained", "30 rounds"), Flag("network_not_tried", "budget")
    assert [f.title for f in found(flags=flags) if f.code in ("AM501", "AM502")] == [
        "Model under-trained: trees",
        f"{check('AM501').title}: network",
    ]


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
