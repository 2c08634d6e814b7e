"""What is told beside the verdict, put together on fakes from the probes on."""

from dataclasses import replace

import pytest

from automl import jsonio
from automl.decide.complete import Machine, complete
from automl.decide.engine import Asked, believe, decide
from automl.decide.evidence import Probes
from automl.families.weigh import ModelCost
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

ERRORS = {"baseline": 1.0, "linear": 0.6, "trees": 0.3}
COST = ModelCost(0.002, 0.5, 10_000, 300)


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def probed(errors=None, not_tried=None, rungs=(80, 160)):
    """Probes of a run of 100 seconds, in which a network takes 40."""
    cv = fake_cv(numbers("regression", 400), costs={"linear": 0.5, "trees": 2.0, "network": 40.0})
    probes = Probes({f: judged(cv, f, error) for f, error in (errors or ERRORS).items()}, not_tried or {})
    for family, candidate in probes.candidates.items():
        assert all(cv.judge_rung(candidate, rows) for rows in rungs if family != "baseline")
        if family != "baseline":
            candidate.fits[0] = replace(candidate.fits[0], cost=COST)
    cv.clock.budget = 100.0
    return cv, probes


def told(cv, probes, asked=None, machine=None, explainable=False, **evidence):
    asked = asked or Asked()
    believed, decision = believe(cv, probes), decide(cv, probes, asked)
    decision = replace(decision, evidence=decision.evidence | evidence)
    machine = machine or Machine()
    return complete(cv, decision, believed.candidates, believed.posterior, asked, machine, explainable=explainable)


def test_everything_is_told_beside_the_verdict():
    cv, probes = probed()
    before = decide(cv, probes, Asked())
    after = told(cv, probes)

    assert (after.family, after.probabilities, after.reasons) == (before.family, before.probabilities, before.reasons)
    assert set(after.evidence) - set(before.evidence) == {"curves", "costs", "rules"}
    assert set(after.evidence["curves"]["families"]) == {"linear", "trees"}
    assert [c["over"] for c in after.evidence["curves"]["crossings"]] == ["trees"]
    assert after.evidence["rules"][0].held
    assert {change.what for change in after.changes} == {
        "more_rows", "budget", "gpu", "explainable", "metric", "prefer",
    }  # fmt: skip


def test_all_of_it_is_json():
    document = jsonio.plain(told(*probed({**ERRORS, "network": 0.29}), machine=Machine(False, 20.0, "declared")))

    assert jsonio.dumps(document)
    assert set(document["evidence"]["rules"][0]) == {"rule", "value", "threshold", "held", "source"}
    for change in document["changes"]:
        assert set(change) == {"what", "title", "sentence", "family", "changes", "basis"}
        assert change["sentence"].endswith(".")


def test_without_rungs_there_are_no_curves():
    found = told(*probed(rungs=()))

    assert found.evidence["curves"] is None
    assert all(change.what != "more_rows" for change in found.changes)


def test_costs_come_from_the_fits_on_all_sizes():
    costs = told(*probed(), Asked(latency_seconds=1.0), Machine(False, 10.0, "RAPL")).evidence["costs"]
    trees = costs["families"]["trees"]

    assert (trees["fit_seconds"], trees["bytes"], trees["joules"]) == (2.0, 300, 20.0)
    assert trees["rows_exponent"] == 0.5  # a fake takes the same time for 80 rows as for 320
    assert costs["energy_source"] == "RAPL"
    assert costs["limits"] == {"latency_seconds": 1.0, "size_bytes": None}


@pytest.mark.parametrize(
    ("errors", "machine", "not_tried", "pays", "sentence"),
    [
        ({"network": 0.29}, Machine(has_gpu=True), {}, None, "on a GPU already"),
        ({}, Machine(has_gpu=True), {"network": "budget"}, None, "not measured (budget); there is a GPU already"),
        ({"network": 0.2}, Machine(), {}, False, "among the best"),
        ({"network": 0.9}, Machine(), {}, False, "is behind"),
        ({}, Machine(), {"network": "budget"}, None, r"not measured (budget)"),
    ],
)
def test_whether_a_gpu_pays(errors, machine, not_tried, pays, sentence):
    found = told(*probed(ERRORS | errors, not_tried), machine=machine)
    gpu = found.evidence["costs"]["gpu"]
    (change,) = [change for change in found.changes if change.what == "gpu"]

    assert gpu["pays"] is pays
    assert sentence in gpu["sentence"]
    assert change.sentence == gpu["sentence"]


def test_after_a_search_that_changed_the_verdict_its_figures_say_who_is_in_the_race():
    cv, probes = probed(ERRORS | {"network": 0.9})
    first = decide(cv, probes, Asked()).evidence["families"]
    even = first | {"network": replace(first["network"], p_better=0.5)}
    changed, kept = (
        told(cv, probes, after_search={"changed": changed, "families": even}).evidence["costs"]["gpu"]["sentence"]
        for changed in (True, False)
    )

    assert "among the best" in changed
    assert "is behind" in kept


def test_a_network_left_out_of_the_limits_is_not_asked_about():
    slow = ModelCost(9.0, 9.0, 10_000, 300)
    cv, probes = probed(ERRORS | {"network": 0.1})
    probes.candidates["network"].fits[0] = replace(probes.candidates["network"].fits[0], cost=slow)
    found = told(cv, probes, Asked(latency_seconds=1.0))

    assert found.family == "trees"
    assert "network" in found.evidence["excluded"]
    changing = {change.title: change.family for change in found.changes if change.changes}
    assert changing.pop("No limit") == "network"
    assert "network" not in changing.values()


def test_only_printable_models_were_allowed():
    found = told(*probed({"baseline": 1.0, "linear": 0.5}), explainable=True)

    assert all(change.what != "explainable" for change in found.changes)


def test_a_verdict_for_the_baseline_is_completed_too():
    found = told(*probed({"baseline": 1.0, "linear": 9.0, "trees": 9.0}))

    assert found.family == "baseline"
    assert found.evidence["curves"]["crossings"] == []
    assert all("against the baseline" in rule.rule for rule in found.evidence["rules"] if "against" in rule.rule)
    assert all(change.what not in {"explainable", "latency", "size", "more_rows"} for change in found.changes)


def test_a_quick_look_alone_is_completed():
    cv, probes = probed(rungs=())
    for candidate in probes.candidates.values():
        assert cv.judge_rung(candidate, 80)
    looked = Probes(look={f: c.on_rung(80) for f, c in probes.candidates.items()})
    found = told(cv, looked)

    assert found.evidence["curves"] is None
    assert found.evidence["costs"]["families"]["trees"]["fit_seconds"] == 2.0
    assert all(change.what != "metric" for change in found.changes)
