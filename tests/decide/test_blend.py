import pytest

from automl.decide.blend import judge, with_blend
from automl.decide.engine import Decision
from automl.evaluate.ensemble import ensemble
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def case(linear=1.0, trees=1.0):
    cv = fake_cv(numbers("regression", 400), repeats=1)
    members = [judged(cv, "linear", linear), judged(cv, "trees", trees)]
    return cv, judged(cv, "baseline"), min(members, key=lambda c: c.loss()), ensemble(cv, members)


def decision():
    return Decision("trees", "trees are needed", {}, False, (), False, ("trees",), ("why",), {}, ())


@pytest.mark.parametrize("prefer", ["accuracy", "balanced"])
def test_a_clear_gain_is_delivered(prefer):
    cv, baseline, single, blended = case()
    blend = judge(cv, baseline, single, blended, prefer)
    assert blend.used
    assert blend.low < blend.gain < blend.high
    assert blend.p_better > 0.8
    assert blend.reason.startswith("A weighted ensemble is delivered: out of fold it is better by ")


def test_a_gain_within_noise_is_delivered_only_where_accuracy_comes_first():
    cv, baseline, single, blended = case(1.0, 3.6)
    used = {prefer: judge(cv, baseline, single, blended, prefer) for prefer in ("accuracy", "balanced")}
    assert used["accuracy"].gain > 0
    assert used["accuracy"].used
    assert not used["balanced"].used
    assert "not delivered" in used["balanced"].reason
    assert used["balanced"].reason.endswith(", where 0.8 is asked for.")


def test_members_that_gain_nothing_are_level_with_the_single_model():
    cv, baseline, single, blended = case()
    blended.losses = dict(single.losses)
    reason = judge(cv, baseline, single, blended, "balanced").reason
    assert reason.startswith(
        "A weighted ensemble is not delivered: out of fold it is level with the best single model;"
    )


def test_the_decision_names_the_members_and_keeps_its_verdict():
    cv, baseline, single, blended = case()
    changed = with_blend(decision(), judge(cv, baseline, single, blended, "accuracy"))
    assert changed.family == "trees"
    assert changed.ensemble
    assert set(changed.members) == {"linear-0", "trees-0"}
    assert changed.reasons[-1] == changed.evidence["ensemble"]["reason"]


def test_an_ensemble_that_is_not_used_stays_in_the_evidence():
    cv, baseline, single, blended = case(1.0, 3.6)
    kept = with_blend(decision(), judge(cv, baseline, single, blended, "balanced"))
    assert (kept.ensemble, kept.members) == (False, ("trees",))
    assert kept.evidence["ensemble"]["used"] is False
