from types import SimpleNamespace

from automl.collect import _run_findings
from automl.decide.compare import Flag
from automl.types import Interval

WORSE = Interval(-0.1, -0.2, 0.0)


def found(family="linear", flags=(), gap=WORSE):
    decision = SimpleNamespace(
        family=family, flags=flags, sentence="the verdict", evidence={"families": {"baseline": 1, "linear": 2}}
    )
    session = SimpleNamespace(
        metric=SimpleNamespace(greater_is_better=True), outer=SimpleNamespace(protocol="holdout")
    )
    outcome = SimpleNamespace(differences={"trees-0": gap}, delivered=SimpleNamespace(name="linear-0"))
    return _run_findings(session, decision, outcome)


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
