"""What would change the verdict: every condition tried in hand-made situations."""

from dataclasses import replace

import numpy as np
import pytest

from automl.decide import changes as module
from automl.decide.belief import belief
from automl.decide.changes import Situation, changes
from automl.decide.compare import Flag, verdict
from automl.decide.engine import Asked, Decision
from automl.decide.posterior import posterior
from automl.decide.prior import Prior
from automl.evaluate import metrics
from automl.families.task import Fitted
from automl.families.weigh import ModelCost
from tests.fakes import fake_cv
from tests.rows import numbers

CLEAR = {"baseline": 1.0, "linear": 0.6, "trees": 0.4, "network": 0.5}
COSTS = {"baseline": (0.0001, 10), "linear": (0.001, 100), "trees": (0.004, 90_000), "network": (0.03, 5_000)}
TWICE = {"mean": 0.02, "low": 0.01, "high": 0.03}
CUT = {"network": 0.3}


def believed(losses, noise=0.01, **near):
    """A posterior over ten splits whose losses are these; `near` gives a family a smaller noise around another."""
    rng = np.random.default_rng(0)
    common = rng.normal(0, 0.02, 10)
    table = {f: loss + common + rng.normal(0, near.get(f, noise), 10) for f, loss in losses.items()}
    return posterior(table, metrics.get("rmse", "regression"), folds=5)


def weighed(cv, family, cost):
    candidate = cv.candidate(family, {})
    model = None if cost is None else ModelCost(cost[0], 1.0, 10_000, cost[1])
    candidate.fits[0] = Fitted(np.zeros((len(cv.splits[0].check), 1)), {}, {}, 1.0, 0.0, model)
    return candidate


def situation(losses=None, asked=None, cost=None, flags=(), explainable=False, noise=0.01, **evidence):
    """Families with these losses and costs, and the verdict on them."""
    cv, asked = fake_cv(numbers("regression", 60)), asked or Asked()
    found = believed(losses or CLEAR, noise)
    candidates = {f: weighed(cv, f, (COSTS | (cost or {}))[f]) for f in found.families}
    excluded = asked.excluded(candidates)
    named = verdict(found, asked.prefer, [f for f in found.families if f not in excluded])
    decision = Decision(
        named.family, "", named.probabilities, named.tie, tuple(Flag(*f) for f in flags), False, (), (), evidence, ()
    )
    return Situation(cv, candidates, found, asked, decision, explainable)


def of(at, what):
    return [change for change in changes(at) if change.what == what]


def only(at, what):
    (change,) = of(at, what)
    return change


def curve(trusted=True):
    return {"trusted": trusted, "reason": "" if trusted else "the loss rises with more rows", "doubling": TWICE}


def crossing(family="network", rows=None, chance=0.0, sentence="The network would win."):
    return {"family": family, "rows": rows, "p_within_4n": chance, "sentence": sentence}


def test_the_verdict_of_the_situation():
    assert situation().named == "trees"


def test_those_that_change_the_verdict_come_first():
    found = [change.changes for change in changes(situation())]

    assert True in found
    assert False in found
    assert found == sorted(found, reverse=True)


# More rows


def rows_of(crossings, asked=None, **curves):
    families = {"trees": curve(), "network": curve()} | curves
    return of(situation(asked=asked, curves={"families": families, "crossings": crossings}), "more_rows")


def test_more_rows_with_a_crossing():
    (change,) = rows_of([crossing(rows=9_000, chance=0.7), crossing("linear", chance=0.2)])

    assert (change.family, change.changes, change.basis) == ("network", True, "projected")
    assert change.sentence == "The network would win."


@pytest.mark.parametrize(
    ("crossings", "family", "end"),
    [
        ([crossing(chance=0.05)], "trees", "No other family is seen to overtake."),
        ([crossing(chance=0.3, sentence="Perhaps.")], "trees", "Perhaps."),
        ([crossing(chance=None, sentence="Cannot be told."), crossing("linear")], None, "Cannot be told."),
        ([], "trees", "No other family was measured on fewer rows."),
    ],
)
def test_more_rows_without_a_crossing(crossings, family, end):
    (change,) = rows_of(crossings)

    assert (change.family, change.changes, change.basis) == (family, False, "projected")
    assert change.sentence == f"Twice the rows would bring trees about 0.02 RMSE (90 % 0.01 to 0.03). {end}"


def test_a_curve_that_is_not_trusted_is_not_read():
    (change,) = rows_of([crossing(chance=0.05, sentence="Cannot be told.")], trees=curve(trusted=False))

    assert change.family is None
    assert change.sentence == (
        "What more rows would bring trees cannot be told: the loss rises with more rows. "
        "No other family is seen to overtake."
    )


def test_a_family_over_the_limit_does_not_overtake():
    (change,) = rows_of([crossing(rows=9_000)], Asked(latency_seconds=0.01))

    assert (change.family, change.changes) == ("trees", False)


@pytest.mark.parametrize("curves", [None, {"families": {"network": curve()}, "crossings": []}])
def test_without_a_curve_of_the_named_family_more_rows_are_not_told(curves):
    assert of(situation(curves=curves), "more_rows") == []


# Budget and GPU


@pytest.mark.parametrize(
    ("flag", "chance", "changed"),
    [
        (("network_not_tried", "network not tried: budget."), 0.35, True),
        (("network_under_trained", "network under-trained: 6 of 60 epochs fitted into the time."), 0.3, True),
        (("network_under_trained", "network under-trained: 59 of 60 epochs fitted into the time."), 0.01, False),
    ],
)
def test_a_larger_budget_for_a_family_left_out(flag, chance, changed):
    change = only(situation(flags=[flag], left_out={"network": chance}), "budget")

    assert (change.family, change.changes, change.basis) == ("network", changed, "published")
    assert change.sentence == f"N{flag[1][1:]} With more time the network may be named: probability {chance:.2f}."


def test_more_time_does_not_help_a_family_that_failed_or_is_over_the_limit():
    failed = situation(flags=[("network_not_tried", "network not tried: no worker process.")], left_out=CUT)
    limited = situation(
        flags=[("network_under_trained", "network under-trained.")], left_out=CUT, asked=Asked(latency_seconds=0.01)
    )

    assert of(failed, "budget") == of(limited, "budget") == []


def test_more_time_for_the_named_family():
    change = only(situation(flags=[("trees_under_trained", "trees under-trained.")], left_out={"trees": 0.2}), "budget")

    assert (change.family, change.changes) == ("trees", False)
    assert "named even so" in change.sentence


def test_a_larger_budget_where_time_cut_a_schedule_short():
    at = situation(left_out={})
    at.candidates["network"].fits[0].info["cut_by_time"] = True
    change = only(at, "budget")
    assert change.sentence == "More time would train the network to the end of its schedule, which the time cut short."
    assert (change.family, change.changes) == (None, False)


def test_a_larger_budget_where_all_finished():
    change = only(situation(left_out={}), "budget")

    assert (change.family, change.changes, change.basis) == ("trees", False, "measured")


@pytest.mark.parametrize(
    ("pays", "evidence", "family", "changed", "basis"),
    [
        (True, {}, "network", True, "projected"),
        (True, {"left_out": {"network": 0.0}}, "trees", False, "projected"),
        (False, {}, "trees", False, "measured"),
        (None, {}, None, False, "measured"),
    ],
)
def test_a_gpu(pays, evidence, family, changed, basis):
    at = situation(costs={"gpu": {"pays": pays, "sentence": "So it is."}}, **evidence)
    change = only(at, "gpu")

    assert (change.family, change.changes, change.basis) == (family, changed, basis)
    assert change.sentence == "So it is."


def test_a_gpu_for_a_family_over_the_limit_or_named_already():
    pays = {"gpu": {"pays": True, "sentence": "It pays."}}
    limited = only(situation(asked=Asked(latency_seconds=0.01), costs=pays), "gpu")
    named = only(situation(CLEAR | {"network": 0.2}, costs=pays), "gpu")

    assert (limited.family, limited.changes) == ("trees", False)
    assert (named.family, named.changes) == ("network", False)


def test_nothing_is_said_of_a_gpu_where_nothing_is_known():
    assert of(situation(costs={}), "gpu") == of(situation(costs={"gpu": {}}), "gpu") == []


# A pretrained backbone


def of_modality(modality, losses=None, backbone="", **how):
    """A situation on data of another modality; its rows stay numbers."""
    at = situation(losses, **how)
    problem = replace(at.cv.dataset.problem, modality=modality, backbone=backbone)
    at.cv.dataset = replace(at.cv.dataset, problem=problem)
    return at


@pytest.mark.parametrize(("modality", "flag"), [("image", "--backbone mobilenet_v3_small"), ("text", "--backbone")])
def test_a_backbone_that_was_not_used(modality, flag):
    change = only(of_modality(modality), "backbone")

    assert (change.title, change.family) == ("A pretrained backbone", None)  # what it would be is not known
    assert (change.changes, change.basis) == (False, "published")
    assert flag in change.sentence
    assert "not measured here" in change.sentence.lower()


def test_a_backbone_leaves_a_verdict_for_networks():
    change = only(of_modality("image", CLEAR | {"network": 0.2}), "backbone")

    assert (change.family, change.changes) == ("network", False)


@pytest.mark.parametrize(
    "how",
    [
        {"modality": "table"},
        {"modality": "audio"},
        {"modality": "image", "backbone": "net"},
        {"modality": "text", "explainable": True},
        {"modality": "image", "asked": Asked(latency_seconds=0.01)},
    ],
    ids=["a table", "recordings", "used already", "printable models only", "networks over the limit"],
)
def test_nothing_to_say_of_a_backbone(how):
    assert of(of_modality(**how), "backbone") == []


# Explainable


def test_a_model_that_can_be_printed():
    change = only(situation(), "explainable")

    assert (change.family, change.changes, change.basis) == ("linear", True, "measured")
    assert change.sentence.startswith("A model that can be printed whole: linear, giving up 0.2")
    assert "RMSE (95 % 0." in change.sentence


def test_a_linear_model_that_is_not_shown_to_learn():
    change = only(situation(CLEAR | {"linear": 1.0}), "explainable")

    assert (change.family, change.changes) == ("baseline", True)
    assert "not shown to beat the baseline" in change.sentence


@pytest.mark.parametrize(
    "how",
    [
        {"explainable": True},
        {"losses": CLEAR | {"linear": 0.2}},
        {"losses": dict.fromkeys(CLEAR, 1.0)},
        {"losses": {"baseline": 1.0, "trees": 0.4}},
        {"asked": Asked(latency_seconds=0.004), "cost": {"linear": (0.005, 10)}},
    ],
    ids=["asked for", "linear named", "baseline named", "linear not measured", "linear over the limit"],
)
def test_nothing_printable_to_add(how):
    assert of(situation(**how), "explainable") == []


# Limits


def test_a_tighter_limit_where_a_cheaper_family_exists():
    latency, size = (only(situation(), what) for what in ("latency", "size"))

    assert (latency.family, latency.changes, latency.basis) == ("linear", True, "measured")
    assert latency.sentence.startswith("Under 4 ms a row linear would be named, giving up 0.2")
    assert (size.family, size.changes) == ("network", True)  # smaller here, and better than linear
    assert " for the model the network would be named, giving up 0.1" in size.sentence


@pytest.mark.parametrize(
    ("losses", "cost"),
    [
        ({"baseline": 1.0, "trees": 0.4}, {}),
        (CLEAR, {"linear": (0.5, 2**30), "network": (0.5, 2**30)}),
        (CLEAR, {"linear": None, "network": None}),
        (CLEAR, {"trees": None}),
        (CLEAR | {"linear": 1.0, "network": 1.0}, {}),
        (dict.fromkeys(CLEAR, 1.0), {}),
    ],
    ids=["alone", "all dearer", "others not weighed", "not weighed", "cheaper ones learn nothing", "baseline named"],
)
def test_nothing_cheaper_that_learns(losses, cost):
    at = situation(losses, cost=cost)

    assert of(at, "latency") == of(at, "size") == []


def test_a_size_limit_keeps_to_the_latency_limit_given():
    at = situation(asked=Asked(latency_seconds=0.01))

    assert only(at, "size").family == "linear"  # the network is smaller than trees, and too slow


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        (Asked(latency_seconds=0.002), "latency"),
        (Asked(size_bytes=1000), "size"),
        (Asked(latency_seconds=9.0, size_bytes=1000), "size"),
    ],
)
def test_without_the_limit_given(asked, what):
    at = situation(asked=asked)
    (change,) = [change for change in changes(at) if change.title == "No limit"]

    assert at.named == "linear"
    assert (change.what, change.family, change.changes) == (what, "trees", True)
    assert "Without the limit trees would be named (trees: " in change.sentence


@pytest.mark.parametrize("asked", [Asked(latency_seconds=9.0), Asked(latency_seconds=0.01)])
def test_a_limit_that_costs_nothing_is_not_told(asked):
    assert all(change.title != "No limit" for change in changes(situation(asked=asked)))


# Metric


def two_errors(prior=None, after=None, asked=None, cost=None):
    """Linear errs rarely and far, trees always and little: RMSE names trees, MAE linear."""
    cv = fake_cv(numbers("regression", 400))
    far = np.zeros(400)
    far[::20] = 6.0
    errors = {"baseline": None, "linear": far + 0.05, "trees": np.full(400, 0.8)}
    candidates = {f: judged(cv, f, error, (cost or {}).get(f)) for f, error in errors.items()}
    found = belief(cv, candidates)[0]
    asked = asked or Asked()
    named = verdict(found, asked.prefer, [f for f in found.families if f not in asked.excluded(candidates)])
    evidence = {"prior": prior, "after_search": after}
    decision = Decision(named.family, "", {}, False, (), False, (), (), evidence, ())
    return Situation(cv, candidates, found, asked, decision)


def judged(cv, family, error, cost):
    candidate = cv.candidate(family, {})
    for number, split in enumerate(cv.splits):
        y = cv.dataset.y[split.check]
        guess = np.full(len(y), cv.dataset.y[split.train].mean()) if error is None else y + error[split.check]
        candidate.fits[number] = Fitted(guess[:, None], {}, {}, 1.0, 0.0, cost)
        candidate.losses[number] = cv.metric.loss(y, guess[:, None])
    return candidate


def test_another_metric_may_name_another_family():
    at = two_errors()
    change = only(at, "metric")

    assert at.named == "trees"
    assert (change.title, change.family) == ("MAE as the metric", "linear")
    assert (change.changes, change.basis) == (True, "measured")
    assert change.sentence == "By MAE the same predictions would name linear."


def test_another_metric_that_agrees():
    at = two_errors()
    same = Situation(at.cv, at.candidates | {"linear": at.candidates["trees"]}, at.belief, at.asked, at.decision)
    named = replace(at.decision, family="linear")
    change = only(replace(same, decision=named), "metric")

    assert (change.family, change.changes) == ("linear", False)
    assert change.sentence == "By MAE the same predictions name linear as well."


def test_another_metric_names_no_family_over_the_limit():
    slow = {"linear": ModelCost(1.0, 1.0, 10_000, 10)}
    change = only(two_errors(asked=Asked(latency_seconds=0.5), cost=slow), "metric")

    assert (change.family, change.changes) == ("trees", False)


def test_another_metric_is_weighed_with_the_same_prior(monkeypatch):
    given, seen = Prior(0.5, 0.5, 0.8, 1.0, {}, ""), []
    monkeypatch.setattr(module, "tilted", lambda found, prior: seen.append(prior) or found)

    assert only(two_errors(given), "metric").family == "linear"
    assert seen == [given]


def test_metrics_are_not_compared_on_few_splits_or_after_the_search():
    at = two_errors()
    at.candidates["trees"].fits = {s: at.candidates["trees"].fits[s] for s in range(3)}

    assert of(at, "metric") == []
    assert of(two_errors(after={"changed": True}), "metric") == []
    assert of(two_errors(after={"changed": False}), "metric") != []


# Prefer


def test_another_preference_where_the_proof_is_thin():
    at = situation({"baseline": 1.0, "linear": 0.5, "trees": 0.4945}, noise=0.02)
    found = of(at, "prefer")
    better = at.belief.p_better("trees", "linear")

    assert 0.4 <= better < 0.5
    assert at.named == "linear"
    assert [(c.family, c.changes, c.title) for c in found] == [("trees", True, "--prefer accuracy")]


def test_a_clear_verdict_stands_under_every_preference():
    change = only(situation(), "prefer")

    assert (change.family, change.changes) == ("trees", False)
    assert change.sentence == "Trees under every --prefer."


def test_a_preference_is_tried_within_the_limits():
    change = only(situation(asked=Asked(latency_seconds=0.002)), "prefer")

    assert (change.family, change.changes) == ("linear", False)


def test_a_family_that_is_no_worse_is_not_said_to_give_anything_up():
    at = situation({"baseline": 1.0, "linear": 0.5, "trees": 0.4})

    assert at.gap("linear").startswith("giving up 0.1")
    turned = Situation(at.cv, at.candidates, at.belief, at.asked, replace(at.decision, family="linear"))
    assert turned.gap("trees").startswith("0.1")
    assert turned.gap("trees").endswith(" RMSE better on these splits")
    assert turned.gap("linear") == "as good on these splits"


@pytest.mark.parametrize(("before", "kept"), [("linear", True), ("baseline", False)])
def test_a_gain_over_the_baseline_that_was_shown_before_the_search_still_counts(before, kept):
    at = situation({"baseline": 1.0, "linear": 0.97, "trees": 0.9}, noise=0.3)
    assert at.named == "baseline"
    named = verdict(at.belief, shown=True).family
    after = {"changed": True, "before": before}
    at = replace(at, decision=replace(at.decision, family=named, evidence={"after_search": after}))

    assert (at.under() == named) is kept
    assert ("baseline" not in {at.under(prefer=prefer) for prefer in ("simple", "fast", "accuracy")}) is kept
    assert at.under(["baseline", "trees"]) == "baseline"  # it was shown of linear models
