from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from automl.config import Plan
from automl.decide.engine import Asked
from automl.deciding import FEW_ROWS, allowed_families, decide, ruled_out
from automl.types import FAMILIES, Choice, Column, Profile
from tests.fakes import fake_cv, use_fakes
from tests.rows import numbers

ERRORS = {"baseline": 1.0, "linear": 0.9, "trees": 0.2, "network": 0.5}


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def session(rows=400, allowed=FAMILIES, asked=None, **how):
    """What the stage asks of a run; `said` and `noted` are what it told."""
    data = numbers("regression", rows)
    target = Column("y", "number", "target", "", 0, rows)
    columns = (*data.problem.columns, target)
    profile = Profile("a", "a.csv", Choice("table", ""), Choice("regression", ""), Choice("y", ""), rows, columns)
    said, noted = [], []
    return SimpleNamespace(
        cv=fake_cv(data, errors=ERRORS, **how),
        prepared=SimpleNamespace(dataset=data, profile=profile),
        plan=Plan(families=tuple(name for name in allowed if name != "baseline")),
        asked=asked or Asked(),
        console=SimpleNamespace(verdict=said.append, note=said.append),
        events=SimpleNamespace(add=lambda name, **facts: noted.append((name, facts))),
        stages=SimpleNamespace(stage=lambda _name: nullcontext()),
        meter=SimpleNamespace(watts=lambda: 12.0, source="declared"),
        gpus=(),
        interrupted=False,
        said=said,
        noted=noted,
    )


@pytest.mark.parametrize(
    ("rows", "allowed", "expected"),
    [
        (FEW_ROWS - 1, FAMILIES, ("baseline", "linear")),
        (FEW_ROWS, FAMILIES, FAMILIES),
        (FEW_ROWS - 1, ("baseline", "trees"), ("baseline",)),
        (FEW_ROWS, ("baseline", "trees"), ("baseline", "trees")),
    ],
)
def test_few_rows_allow_nothing_more_complex_than_a_linear_model(rows, allowed, expected):
    assert allowed_families(session(rows, allowed)) == expected


@pytest.mark.parametrize(
    ("plan", "rows", "reasons"),
    [
        (Plan(), FEW_ROWS, {}),
        (Plan(families=("trees",)), FEW_ROWS, dict.fromkeys(("linear", "network"), "left out by --families")),
        (Plan(explainable=True), FEW_ROWS, {"network": "it cannot be printed (--explainable)"}),
        (Plan(monotone={"x": 1}), FEW_ROWS, dict.fromkeys(("linear", "network"), "it cannot keep to [monotone]")),
        (Plan(), FEW_ROWS - 1, dict.fromkeys(("trees", "network"), f"fewer than {FEW_ROWS} rows")),
    ],
)
def test_families_that_are_not_to_be_tried_have_a_reason(plan, rows, reasons):
    run = session(rows)
    run.plan = plan
    assert ruled_out(plan, allowed_families(run)) == reasons


def test_what_was_left_out_is_among_the_alternatives():
    decision, _ = decide(session(allowed=("baseline", "linear")), 0.0)
    assert [a["family"] for a in decision.alternatives] == ["baseline", "trees", "network"]
    assert decision.alternatives[1] == {"family": "trees", "reason": "not tried: left out by --families"}


def test_the_decision_is_told_with_all_that_stands_beside_it():
    run = session()
    decision, probes = decide(run, 0.0)
    assert decision.family == "trees"
    assert set(probes.candidates) == set(FAMILIES)
    assert decision.evidence["prior"].features["regression"] == 1
    assert set(decision.evidence["curves"]["families"]) == {"linear", "trees", "network"}
    assert set(decision.evidence["costs"]["families"]) == set(FAMILIES)
    assert decision.evidence["costs"]["energy_source"] == "declared"
    assert decision.evidence["rules"]
    assert {change.what for change in decision.changes} >= {"more_rows", "budget", "prefer", "metric"}
    assert run.said[-1] == f"Verdict: {decision.sentence}"
    assert not run.interrupted


def test_every_new_piece_of_evidence_sharpens_the_verdict():
    run = session(allowed=("baseline", "linear", "trees"))
    decision, _ = decide(run, 0.0)
    names = [name for name, _ in run.noted]
    assert names == ["verdict"] * 10 + ["decided"], "one judgement a split"
    assert run.noted[-1][1] == {"family": "trees", "sentence": decision.sentence}
    assert all(sum(facts["probabilities"].values()) == pytest.approx(1) for name, facts in run.noted[:-1])
    assert run.said[0].startswith("trees (")


def test_one_family_alone_is_not_told_before_its_end():
    run = session(allowed=("baseline",))
    decision, _ = decide(run, 0.0)
    assert decision.family == "baseline"
    assert [name for name, _ in run.noted] == ["decided"]


def test_an_interruption_is_passed_on_with_the_verdict_so_far():
    def trouble(_task):
        if len(run.cv.here.tasks) == 5:
            raise KeyboardInterrupt

    run = session(trouble=trouble)
    decision, probes = decide(run, 0.0)
    assert run.interrupted
    assert probes.interrupted
    assert decision.family == "trees"
    assert probes.not_tried == {"network": "interrupted"}


@pytest.mark.parametrize(
    ("gpus", "device", "has_gpu"),
    [((0,), "gpu", True), ((0,), "cpu", False), ((), "gpu", True), ((0,), None, True), ((), None, False)],
)
def test_where_the_network_was_trained_counts_and_not_what_the_driver_lists(gpus, device, has_gpu):
    run = session(info=lambda _task: {"device": device} if device else {})
    run.gpus = gpus
    decision, _ = decide(run, 0.0)
    sentence = decision.evidence["costs"]["gpu"]["sentence"]
    assert ("on a GPU already" in sentence) is has_gpu


@pytest.mark.parametrize(("gpus", "said"), [((0,), "there is a GPU already"), ((), "whether a GPU would pay")])
def test_a_network_that_was_not_tried_was_trained_nowhere(gpus, said):
    run = session(allowed=("baseline", "linear", "trees"))
    run.gpus = gpus
    decision, _ = decide(run, 0.0)
    sentence = decision.evidence["costs"]["gpu"]["sentence"]
    assert "was trained" not in sentence
    assert said in sentence
