from types import SimpleNamespace

from automl.collect import _run_findings
from automl.decide.compare import Flag
from automl.types import Interval

WORSE = Interval(-0.1, -0.2, 0.0)


def found(family="linear", flags=(), gap=WORSE, info=()):
    decision = SimpleNamespace(
        family=family, flags=flags, sentence="the verdict", evidence={"families": {"baseline": 1, "linear": 2}}
    )
    session = SimpleNamespace(
        metric=SimpleNamespace(greater_is_better=True), outer=SimpleNamespace(protocol="holdout")
    )
    lines = [SimpleNamespace(candidate=SimpleNamespace(name="trees-0", info=dict(info)))]
    outcome = SimpleNamespace(differences={"trees-0": gap}, delivered=SimpleNamespace(name="linear-0"), lines=lines)
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


def test_a_fit_that_was_made_smaller_is_a_finding():
    (smaller,) = found(info={"downsized": {"max_bin": 64}})
    assert smaller.code == "AM506"
    assert smaller.evidence == {"trees-0": {"max_bin": 64}}
    assert "trees-0" in smaller.action
