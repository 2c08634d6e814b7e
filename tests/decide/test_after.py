from dataclasses import replace

import numpy as np
import pytest

from automl.decide import after as module
from automl.decide import engine
from automl.decide.after import after_search
from automl.decide.compare import Flag
from automl.decide.engine import Asked
from automl.decide.evidence import Probes
from automl.decide.posterior import from_draws
from automl.decide.prior import Prior
from automl.evaluate import metrics
from automl.families.weigh import ModelCost
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

ERRORS = {"baseline": 3.0, "linear": 0.9, "trees": 0.3}


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def decided(not_tried=(), **errors):
    """The cross-validation, the probes and their verdict."""
    cv = fake_cv(numbers("regression", 600), repeats=1)
    probes = Probes({name: judged(cv, name, error) for name, error in {**ERRORS, **errors}.items()})
    probes.not_tried.update(not_tried)
    return cv, list(probes.candidates.values()), engine.decide(cv, probes, Asked())


def trial(cv, family, error):
    """A configuration that the search judged."""
    found = judged(cv, family, error)
    found.trial = 1
    return found


def test_the_verdict_stays_and_the_second_look_is_on_record():
    cv, probes, decision = decided()
    again, belief = after_search(cv, decision, [*probes, trial(cv, "trees", 0.29)], Asked())
    assert belief is None
    assert again.family == decision.family == "trees"
    assert again.evidence["after_search"]["changed"] is False
    assert replace(again, evidence=decision.evidence) == decision


def test_a_changed_verdict_changes_everything_that_names_it():
    cv, probes, decision = decided(not_tried={"network": "budget"})
    decision = replace(decision, flags=(Flag("not_decidable", "by the probes"), Flag("small_data", "few")))
    again, belief = after_search(cv, decision, [*probes, trial(cv, "linear", 0.2)], Asked())
    assert belief.families == ("baseline", "linear", "trees")
    assert belief.p_better("linear", "trees") == again.evidence["after_search"]["families"]["trees"].p_worse
    assert (decision.family, again.family) == ("trees", "linear")
    assert again.evidence["after_search"]["before"] == "trees"
    assert again.reasons[0] == "The search changed the verdict from trees to linear."
    assert [a["family"] for a in again.alternatives] == ["baseline", "trees", "network"]
    assert not any("than trees" in a["reason"] for a in again.alternatives)
    assert again.alternatives[-1]["reason"] == "not tried: budget"
    assert "by the probes" not in {flag.text for flag in again.flags}
    assert Flag("small_data", "few") in again.flags
    assert again.members == ("linear",)


def test_a_family_too_far_behind_to_be_compared_again_is_named_so():
    cv, probes, decision = decided()
    far = judged(cv, "network", 2.5, splits=[0])
    decision = replace(
        decision, alternatives=(*decision.alternatives, {"family": "network", "reason": "worse", "probability": 0.0})
    )
    more = [trial(cv, "linear", 0.2), trial(cv, "linear", 0.21), trial(cv, "trees", 0.28)]
    again, _ = after_search(cv, decision, [*probes, far, *more], Asked())
    assert again.family == "linear"
    assert again.evidence["after_search"]["splits"] == 5
    assert "network" not in again.evidence["after_search"]["candidates"]
    assert again.alternatives[-1] == {
        "family": "network", "reason": "too far behind to be compared again after the search",
    }  # fmt: skip


def test_without_a_second_family_there_is_nothing_to_compare():
    cv, probes, decision = decided()
    again, belief = after_search(cv, decision, [c for c in probes if c.family == "trees"], Asked())
    assert again is decision
    assert belief is None


def test_a_family_over_a_limit_is_not_named_after_the_search_either():
    slow = ModelCost(0.02, 1.0, 10_000, 1_000)
    asked = Asked(latency_seconds=0.005)
    cv = fake_cv(numbers("regression", 600), repeats=1, weights={"trees": slow})
    probes = [judged(cv, name, error) for name, error in ERRORS.items()]
    decision = engine.decide(cv, Probes({c.family: c for c in probes}), asked)
    assert decision.family == "linear"
    again, belief = after_search(cv, decision, [*probes, trial(cv, "trees", 0.1)], asked)
    assert again.family == "linear"
    assert belief is None
    assert again.evidence["after_search"]["probabilities"]["trees"] == 0
    assert "trees" not in again.evidence["after_search"]["families"]


def test_the_prior_of_the_probes_enters_the_second_look():
    """The named family gains by its prior what the other loses."""
    seen = {}
    for chance in (0.2, 0.8):
        cv, probes, decision = decided(linear=0.31, trees=0.3)
        prior = Prior(chance, 0.5, 0.5, 1.0, {}, "published")
        decision = replace(decision, evidence={**decision.evidence, "prior": prior})
        again, _ = after_search(cv, decision, [*probes, trial(cv, "trees", 0.31)], Asked())
        seen[chance] = again.evidence["after_search"]["probabilities"]["trees"]
    assert seen[0.2] < seen[0.8]


def test_a_metric_that_no_resample_defines_leaves_the_verdict_as_it_is(monkeypatch):
    def nothing(*_arguments, **_options):
        raise ValueError("no draw has a loss for every family")

    monkeypatch.setattr(module, "recheck", nothing)
    cv, candidates, decision = decided()
    assert after_search(cv, decision, candidates, Asked()) == (decision, None)


def test_a_family_left_open_is_compared_on_the_splits_that_it_was_judged_on():
    cv, probes, decision = decided()
    rival = judged(cv, "network", 0.05, splits=[0, 1])  # of 120 rows each, where the others have 600
    open_to = replace(decision.evidence["families"]["trees"], p_better=0.5)
    families = {**decision.evidence["families"], "network": open_to}
    decision = replace(decision, evidence={**decision.evidence, "families": families})

    again, _ = after_search(cv, decision, [*probes, rival], Asked())

    assert module.left_open(decision) == ["network"]
    assert again.evidence["after_search"]["splits"] == 2
    assert again.family == "network"


def shortly(cv, candidate, epochs):
    """The candidate as if time had ended its fits after so many of 60 epochs."""
    facts = {"epochs": epochs, "full_epochs": 60, "cut_by_time": epochs < 60}
    for split, fitted in candidate.fits.items():
        candidate.fits[split] = replace(fitted, info=facts)
    return candidate


@pytest.mark.parametrize(("epochs", "flagged"), [(60, False), (12, True)])
def test_what_is_told_of_training_is_told_of_the_best_after_the_search(epochs, flagged):
    cv = fake_cv(numbers("regression", 600), repeats=1)
    probes = Probes({name: judged(cv, name, error) for name, error in {**ERRORS, "network": 0.29}.items()})
    shortly(cv, probes.candidates["network"], 10)
    decision = engine.decide(cv, probes, Asked())
    assert any(flag.text.startswith("network under-trained: 10 of 60") for flag in decision.flags)
    assert decision.evidence["left_out"]["network"] > 0

    longer = shortly(cv, trial(cv, "network", 0.2), epochs)
    again, _ = after_search(cv, decision, [*probes.candidates.values(), longer], Asked())

    told = [flag.text for flag in again.flags if flag.code == "network_under_trained"]
    assert told == (["network under-trained: 12 of 60 epochs fitted into the time."] if flagged else [])
    assert [flag for flag in again.flags if flag.code != "network_under_trained"] == [
        flag for flag in decision.flags if flag.code != "network_under_trained"
    ]


@pytest.mark.parametrize(
    ("linear", "network", "left"),
    [(0.9, 0.1, []), (0.7, 0.1, ["linear"]), (0.7, 0.4, ["network", "linear"]), (0.5, 0.2, ["linear", "network"])],
)
def test_simpler_families_that_may_do_are_left_open_as_well(linear, network, left):
    _, _, decision = decided()
    same = decision.evidence["families"]["trees"]
    families = decision.evidence["families"] | {
        "linear": replace(same, p_better=0.0, p_worse=linear),
        "network": replace(same, p_better=network, p_worse=0.0),
    }
    decision = replace(decision, evidence={**decision.evidence, "families": families})

    assert module.left_open(decision) == left


def test_one_split_of_a_family_left_open_changes_nothing():
    cv, probes, decision = decided()
    open_to = replace(decision.evidence["families"]["trees"], p_better=0.5)
    families = {**decision.evidence["families"], "network": open_to}
    decision = replace(decision, evidence={**decision.evidence, "families": families})

    again, _ = after_search(cv, decision, [*probes, judged(cv, "network", 0.05, splits=[0])], Asked())

    assert again.family == "trees"
    assert again.evidence["after_search"]["splits"] == len(cv.splits)


def test_the_baseline_is_judged_where_it_was_not_so_that_practically_equal_means_the_same():
    cv, probes, decision = decided()
    few = judged(cv, "baseline", ERRORS["baseline"], splits=[0])
    again, _ = after_search(
        cv, decision, [few, *(c for c in probes if c.family != "baseline"), trial(cv, "trees", 0.5)], Asked()
    )
    assert len(few.losses) == again.evidence["after_search"]["splits"] > 1
    whole, _ = after_search(cv, decision, [*probes, trial(cv, "trees", 0.5)], Asked())
    assert again.evidence["after_search"]["r"] == pytest.approx(whole.evidence["after_search"]["r"])
    assert again.evidence["after_search"]["r"] > 0


def test_without_news_nothing_is_compared_again():
    cv, probes, decision = decided()
    assert after_search(cv, decision, [*probes, judged(cv, "linear", 0.01)], Asked()) == (decision, None)  # a probe
    known = decision.evidence["splits_of"]
    fewer = replace(decision, evidence={**decision.evidence, "splits_of": {**known, "trees": known["trees"][:2]}})
    again, _ = after_search(cv, fewer, probes, Asked())
    assert again.evidence["after_search"]["splits"] == 5


def test_the_second_look_does_not_take_back_that_a_model_beats_the_baseline(monkeypatch):
    cv, probes, decision = decided()
    doubtful = rechecked({"baseline": 0.301, "linear": 0.3, "trees": 0.3}, spread=0.05)
    monkeypatch.setattr(module, "recheck", lambda *_arguments, **_options: doubtful)
    news = [*probes, trial(cv, "trees", 0.29)]
    again, _ = after_search(cv, decision, news, Asked())
    assert again.family != "baseline"
    again, _ = after_search(cv, replace(decision, family="baseline"), news, Asked())
    assert again.family == "baseline"


def rechecked(losses, spread):
    """Draws of losses that hardly differ."""
    rng = np.random.default_rng(0)
    return from_draws(
        {name: rng.normal(mean, spread, 2000) for name, mean in losses.items()}, metrics.get("rmse", "regression")
    )
