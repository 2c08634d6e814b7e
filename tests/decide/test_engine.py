from dataclasses import replace

import numpy as np
import pytest

from automl import jsonio
from automl.decide.engine import CHANCE, Asked, believe, decide, line, with_left_out
from automl.decide.evidence import Probes
from automl.decide.prior import prior
from automl.errors import DataError
from automl.families.weigh import ModelCost
from automl.types import FAMILIES, Choice, Column, Profile
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

LARGE = numbers("regression", 400)


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def probes_of(cv, not_tried=None, **errors):
    return Probes({name: judged(cv, name, error) for name, error in errors.items()}, not_tried or {})


def verdict(not_tried=None, data=LARGE, asked=None, profile=None, how=None, **errors):
    cv = fake_cv(data, **(how or {}))
    return decide(cv, probes_of(cv, not_tried, **errors), asked or Asked(), profile)


def profile_of(data):
    """What the prior reads off a table."""
    problem, why = data.problem, Choice("table", "")
    target = Column("y", "number", "target", "", 0, 10)
    columns = (*problem.columns, target)
    return Profile("some", "some.csv", why, Choice(problem.task, ""), Choice("y", ""), len(data), columns, {})


def codes(decision):
    return {flag.code for flag in decision.flags}


@pytest.mark.parametrize(
    ("errors", "family"),
    [
        ({"baseline": 1, "linear": 0.3, "trees": 0.9, "network": 0.9}, "linear"),
        ({"baseline": 1, "linear": 0.9, "trees": 0.3, "network": 0.9}, "trees"),
        ({"baseline": 1, "linear": 0.9, "trees": 0.6, "network": 0.2}, "network"),
        ({"baseline": 1, "linear": 9.0, "trees": 9.0}, "baseline"),
    ],
)
def test_the_family_that_is_clearly_better_is_named(errors, family):
    decision = verdict(**errors)
    assert decision.family == family
    assert decision.members == (family,)
    assert not decision.ensemble
    assert decision.probabilities[family] > 0.9
    assert family in decision.sentence or family == "baseline"
    assert decision.reasons
    assert line(decision).startswith(f"{family} (")


def test_of_two_equals_the_simpler_is_named():
    cv = fake_cv(LARGE)
    probes = probes_of(cv, baseline=1, linear=0.3, trees=0.3)
    probes.candidates["trees"].losses = {s: v * 0.9995 for s, v in probes.candidates["linear"].losses.items()}
    decision = decide(cv, probes, Asked())
    assert decision.family == "linear"
    assert decision.probabilities["linear"] > 0.8


@pytest.mark.parametrize(
    "not_tried", [{}, {"network": "budget"}, {"network": "budget", "trees": "no room"}, {"linear": "failed"}]
)
def test_the_probabilities_sum_to_one_whatever_was_left_out(not_tried):
    errors = {n: e for n, e in {"baseline": 1, "linear": 0.4, "trees": 0.3}.items() if n not in not_tried}
    decision = verdict(not_tried, **errors)
    assert set(decision.probabilities) == set(FAMILIES)
    assert sum(decision.probabilities.values()) == pytest.approx(1)
    for name in not_tried:
        assert decision.probabilities[name] > 0
        assert f"{name}_not_tried" in codes(decision)
        assert {"family": name, "reason": f"not tried: {not_tried[name]}"} in decision.alternatives
    assert set(decision.evidence["left_out"]) == set(not_tried)


def test_what_is_left_out_takes_its_share_of_every_other():
    before = {"baseline": 0.1, "linear": 0.3, "trees": 0.6, "network": 0.0}
    after = with_left_out(before, {"network": 0.35})
    assert after == pytest.approx({"baseline": 0.065, "linear": 0.195, "trees": 0.39, "network": 0.35})
    assert with_left_out(before, {}) == before
    both = with_left_out(before, {"trees": 0.65, "network": 0.35})
    assert sum(both.values()) == pytest.approx(1)
    assert both["network"] == pytest.approx(0.35)


def test_an_under_trained_family_keeps_a_chance():
    def info(epochs):
        facts = {"epochs": epochs, "full_epochs": 60, "cut_by_time": epochs < 60}
        return lambda task: facts if task.family == "network" else {}

    errors = {"baseline": 1, "linear": 0.5, "trees": 0.5, "network": 0.52}
    short, half, whole = (verdict(how={"info": info(n)}, **errors) for n in (6, 15, 60))
    assert short.evidence["left_out"]["network"] > half.evidence["left_out"]["network"] > 0
    assert whole.evidence["left_out"] == {}
    assert "network_under_trained" in codes(short)
    assert "network_under_trained" not in codes(whole)
    text = next(flag.text for flag in short.flags if flag.code == "network_under_trained")
    assert text == "network under-trained: 6 of 60 epochs fitted into the time."
    assert short.evidence["families"]["network"].under_trained
    assert short.probabilities["network"] > whole.probabilities["network"]
    assert sum(short.probabilities.values()) == pytest.approx(1)


def test_trees_cut_by_time_are_flagged():
    def info(task):
        return {"rounds": 30, "cut_by_time": task.family == "trees"}

    decision = verdict(how={"info": info}, baseline=1, trees=0.5)
    flag = next(flag for flag in decision.flags if flag.code == "trees_under_trained")
    assert flag.text == "trees under-trained: the time ended it after 30 rounds."
    assert 0 < decision.evidence["left_out"]["trees"] <= CHANCE["trees"]


@pytest.mark.parametrize(
    ("data", "code", "there"),
    [
        (numbers("regression", 199), "small_data", True),
        (numbers("regression", 200), "small_data", False),
        (numbers("binary", 240), "few_test_rows", False),
        (replace(numbers("binary", 240), y=(np.arange(240) % 10 == 0).astype(np.int64)), "few_test_rows", True),
    ],
)
def test_flags_of_the_data(data, code, there):
    assert (code in codes(verdict(data=data, baseline=1, linear=0.4))) is there


@pytest.mark.parametrize(
    ("of_the_test", "said"),
    [
        (0, "The rarest class has 0 rows in the test part: no figure here speaks of it."),
        (29, "The rarest class has 29 rows in the test part: its share of the evidence is thin."),
        (30, None),
    ],
)
def test_few_rows_of_a_class_are_counted_in_the_test_part(of_the_test, said):
    rows = np.arange(1_000)
    cv = fake_cv(replace(numbers("binary", 1_000), y=(rows % 2).astype(np.int64)))
    odd, even = rows[rows % 2 == 1], rows[rows % 2 == 0]
    cv.test = np.concatenate([odd[:of_the_test], even[:100]])
    flags = decide(cv, probes_of(cv, baseline=1, linear=0.4), Asked()).flags

    texts = [flag.text for flag in flags if flag.code == "few_test_rows"]
    assert texts == ([said] if said else [])


def test_a_noisy_gain_is_not_decidable():
    data = numbers("regression", 60)
    cv = fake_cv(data)
    probes = probes_of(cv, baseline=1, linear=0.6, trees=0.6)
    rng = np.random.default_rng(3)
    linear = probes.candidates["linear"].losses
    probes.candidates["trees"].losses = {s: v + 0.02 + rng.normal(0, 0.2) for s, v in linear.items()}
    decision = decide(cv, probes, Asked())
    assert decision.family == "linear"
    assert "not_decidable" in codes(decision)


def test_a_more_complex_family_needs_more_proof_when_simple_is_preferred():
    cv = fake_cv(LARGE)
    probes = probes_of(cv, baseline=1, linear=0.5, trees=0.5)
    rng = np.random.default_rng(0)
    linear = probes.candidates["linear"].losses
    probes.candidates["trees"].losses = {s: v - 0.03 + rng.normal(0, 0.02) for s, v in linear.items()}
    named = {prefer: decide(cv, probes, Asked(prefer)) for prefer in ("accuracy", "balanced", "fast", "simple")}
    limits = [named[p].evidence["threshold"] for p in ("accuracy", "balanced", "fast", "simple")]
    assert limits == sorted(limits)
    better = named["simple"].evidence["families"]["trees"].p_better
    for prefer, decision in named.items():
        if decision.family == "trees":
            assert decision.evidence["threshold"] <= 1
        else:
            assert better < decision.evidence["threshold"], prefer
    assert named["accuracy"].family == "trees"


def test_the_evidence_is_written_down():
    how = {"costs": {"linear": 0.5, "trees": 2.0}}
    decision = verdict({"network": "budget"}, how=how, baseline=1, linear=0.4, trees=0.2)
    evidence = decision.evidence
    assert evidence["metric"] == evidence["loss"].lower() == "rmse"
    assert (evidence["folds"], evidence["repeats"], evidence["splits"], evidence["rows"]) == (5, 2, 10, 400)
    assert evidence["candidates"] == {"baseline": "baseline-0", "linear": "linear-0", "trees": "trees-0"}
    assert decision.family == "trees"
    assert evidence["deciding_seconds"] == 10 * 0.5, "the fits of trees go on into the search"
    assert evidence["excluded"] == {}
    assert evidence["prior"] is None
    assert evidence["method"] == "correlated t over 10 splits"
    assert evidence["splits_of"] == {name: list(range(10)) for name in ("baseline", "linear", "trees")}
    assert evidence["test_ratio"] == pytest.approx(0.25)
    assert evidence["after_search"] is None
    trees = evidence["families"]["trees"]
    assert len(trees.per_split) == 10
    assert trees.loss == pytest.approx(np.mean(trees.per_split))
    assert trees.configuration == "trees {'error': 0.2}"
    for family in evidence["families"].values():
        assert family.p_better + family.p_equivalent + family.p_worse == pytest.approx(1, abs=1e-6)
    named = evidence["families"][decision.family]
    assert (named.against_named.mean, named.p_equivalent) == (0, 1)


def test_a_decision_is_json():
    decision = jsonio.plain(verdict(baseline=1, linear=0.4, trees=0.3))
    assert jsonio.dumps(decision)
    assert {"family", "sentence", "probabilities", "tie", "flags", "ensemble", "members", "reasons", "evidence",
            "alternatives", "changes"} == set(decision)  # fmt: skip


def test_every_other_family_has_a_reason():
    decision = verdict({"network": "budget"}, baseline=1, linear=0.9, trees=0.3)
    assert [a["family"] for a in decision.alternatives] == ["baseline", "linear", "network"]
    assert decision.alternatives[1]["reason"].startswith("worse than trees by more than r with probability 1.00")


def test_the_proof_named_is_the_one_that_was_asked_for():
    noise = replace(LARGE, y=np.random.default_rng(0).normal(size=400))
    decision = verdict(data=noise, baseline=1, linear=1.0, trees=1.2)
    assert decision.family == "baseline"
    needed = decision.evidence["threshold_baseline"]
    assert all(f"{needed:.3g} is needed" in a["reason"] for a in decision.alternatives)
    linear = verdict(baseline=1, linear=0.3, trees=0.5)
    reason = next(a["reason"] for a in linear.alternatives if a["family"] == "trees")
    assert reason == "worse than linear by more than r with probability 1.00"


def test_the_reason_against_a_family_is_the_test_that_it_fails():
    same = verdict(baseline=1, linear=0.3, trees=0.3)
    assert same.alternatives[1]["reason"].startswith("not needed: better than linear by more than r with probability 0")


def test_splits_are_those_that_the_comparison_rests_on():
    cv = fake_cv(LARGE)
    probes = probes_of(cv, baseline=1, linear=0.5, trees=0.3)
    probes.candidates["linear"] = judged(cv, "linear", 0.5, splits=range(6))
    decision = decide(cv, probes, Asked())
    assert decision.evidence["splits"] == 6
    assert {name: len(numbers) for name, numbers in decision.evidence["splits_of"].items()} == {
        "baseline": 10, "linear": 6, "trees": 10,
    }  # fmt: skip


def test_before_the_first_split_the_quick_look_is_judged():
    cv = fake_cv(LARGE)
    looked = {n: judged(cv, n, e, splits=[0]) for n, e in {"baseline": 1, "trees": 0.2}.items()}
    decision = decide(cv, Probes(look=looked), Asked())
    assert decision.family == "trees"
    assert decision.evidence["splits"] == 1


def test_without_any_figure_the_reasons_are_told():
    cv = fake_cv(LARGE)
    with pytest.raises(DataError, match="RMSE is defined on no split") as caught:
        decide(cv, Probes(not_tried={"baseline": "one class", "trees": "no room"}), Asked())
    assert caught.value.where == "baseline: one class; trees: no room"


def test_the_line_leaves_out_what_is_impossible():
    decision = verdict(baseline=1, linear=0.9, trees=0.2)
    assert line(decision) == "trees (trees 100%)"


@pytest.mark.parametrize(
    ("asked", "family", "reason"),
    [
        (Asked(), "trees", None),
        (Asked(latency_seconds=0.03, size_bytes=900), "trees", None),
        (Asked(latency_seconds=0.01), "linear", "over the limit: one row takes 20 ms, 10 ms allowed"),
        (Asked(size_bytes=800), "linear", "over the limit: its model has 900 B, 800 B allowed"),
    ],
)
def test_a_limit_excludes_a_family_with_its_reason(asked, family, reason):
    weights = {"linear": ModelCost(1e-4, 0.1, 10_000, 100), "trees": ModelCost(0.02, 1.0, 10_000, 900)}
    decision = verdict(how={"weights": weights}, asked=asked, baseline=1, linear=0.4, trees=0.2)
    assert decision.family == family
    told = [a for a in decision.alternatives if a["family"] == "trees"]
    assert told == ([{"family": "trees", "reason": reason}] if reason else [])
    assert set(decision.evidence["excluded"]) == ({"trees"} if reason else set())
    assert set(decision.evidence["splits_of"]) == {"baseline", "linear", "trees"}  # it was compared all the same
    assert (decision.probabilities["trees"] == 0) is (reason is not None)
    assert sum(decision.probabilities.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("epochs", "error", "kept"),
    [(1, 0.97, True), (15, 0.8, True), (29, 0.3, True), (29, 3.0, False)],
)
def test_a_network_that_was_stopped_early_keeps_a_chance_however_far_behind(epochs, error, kept):
    facts = {"cut_by_time": True, "epochs": epochs, "full_epochs": 120}
    how = {"info": lambda task: facts if task.family == "network" else {}}
    decision = verdict(how=how, baseline=1, linear=0.2, network=error)

    losses = {name: family.loss for name, family in decision.evidence["families"].items()}
    behind = (losses["network"] - losses["linear"]) / (losses["baseline"] - losses["linear"])
    hope = max(1 - behind * epochs / 120 / 0.25, 0)
    assert decision.evidence["left_out"]["network"] == pytest.approx(CHANCE["network"] * (1 - epochs / 30) * hope)
    assert (hope > 0) is kept


def test_without_limits_nobody_is_limited():
    assert not Asked("simple").limited
    assert Asked(latency_seconds=0.1).limited
    assert Asked(size_bytes=1).limited


def test_the_prior_is_in_the_evidence_and_moves_the_probabilities():
    data = numbers("regression", 100)
    errors = {"baseline": 1, "linear": 0.5, "trees": 0.48}
    profile = profile_of(data)
    alone, moved = (verdict(data=data, profile=known, **errors) for known in (None, profile))
    stated = moved.evidence["prior"]
    assert alone.evidence["prior"] is None
    assert stated == prior(profile, 80, 10)
    assert stated.weight == 0.8
    cv = fake_cv(data)
    believed = believe(cv, probes_of(cv, **errors), profile)
    assert believed.prior == stated
    assert believed.posterior.p_better("trees", "linear") != believed.posterior.p_gain(
        "trees", "linear", believed.posterior.r
    )
    change = moved.probabilities["trees"] - alone.probabilities["trees"]
    assert (change > 0) is (stated.trees_over_linear > 0.5)
    assert abs(change) > 0.01


def test_limits_that_leave_only_the_baseline_are_flagged():
    weights = {"linear": ModelCost(1e-4, 0.1, 10_000, 100), "trees": ModelCost(0.02, 1.0, 10_000, 900)}
    decision = verdict(how={"weights": weights}, asked=Asked(size_bytes=50), baseline=1, linear=0.4, trees=0.2)
    assert decision.family == "baseline"
    (flag,) = [flag for flag in decision.flags if flag.code == "limits_leave_nothing"]
    assert "linear: its model has 100 B, 50 B allowed" in flag.text


def test_nothing_is_kept_for_a_richer_family_where_no_loss_is_left_to_win():
    perfect = verdict({"trees": "budget", "network": "budget"}, baseline=1, linear=0.0)
    imperfect = verdict({"trees": "budget", "network": "budget"}, baseline=1, linear=0.1)
    simpler = verdict({"linear": "failed"}, baseline=1, trees=0.0)

    assert perfect.evidence["left_out"] == {"trees": 0.0, "network": 0.0}
    assert perfect.probabilities["linear"] == pytest.approx(1)
    assert imperfect.evidence["left_out"]["network"] == pytest.approx(CHANCE["network"])
    assert simpler.evidence["left_out"] == {"linear": CHANCE["linear"]}
