"""Every rule that a verdict came by, in the order applied."""

from dataclasses import replace

import numpy as np
import pytest

from automl.decide.compare import FamilyEvidence, Gain
from automl.decide.engine import Asked, Decision
from automl.decide.rules import COMPARISON, NOISE, OUT_OF_BAG, rules
from tests.fakes import fake_cv
from tests.rows import numbers

LIMITS = {"threshold": 0.5, "threshold_baseline": 0.987}


def family(beaten=0.0, over=1.0):
    return FamilyEvidence(0.5, 0.5, 0.4, 0.6, (), Gain(0.0, 0.0, 0.0), 0.0, 1.0, 0.0, beaten, over)


FAMILIES = {
    "baseline": family(1.0, over=0.0),
    "linear": family(0.91, over=0.99),
    "trees": family(0.25, over=1.0),
    "network": family(0.3, over=0.98),
}


def decided(named="trees", families=FAMILIES, **evidence):
    given = {"r": 0.0123, "loss": "RMSE", "families": families, "left_out": {}, "excluded": {}, **LIMITS}
    shares = dict.fromkeys(FAMILIES, 0.25)
    return Decision(named, "", shares, False, (), False, (named,), (), given | evidence, ())


def told(decision, asked=None, data=None):
    return rules(fake_cv(data or numbers("regression", 300)), decision, asked or Asked())


def pair(decision, start):
    (rule,) = [r for r in told(decision) if r.rule.startswith(start)]
    return rule


def test_all_rules_in_the_order_applied():
    data = numbers("binary", 300)
    found = told(
        decided(left_out={"network": 0.2}, excluded={"network": "too slow"}), Asked(latency_seconds=0.005), data
    )

    assert [rule.rule for rule in found] == [
        "practically equal: gains up to r",
        "within the limits asked for",
        "linear against the baseline: better by more than r",
        "trees against the baseline: better by more than r",
        "the network against the baseline: better by more than r",
        "linear passed over: some other family is better by more than r",
        "trees passed over: some other family is better by more than r",
        "the network passed over: some other family is better by more than r",
        "enough rows to compare families",
        "enough rows of every class",
        "the network measured to the end of its training",
    ]
    assert all(rule.source and rule.value and rule.threshold for rule in found)


def test_the_region_that_counts_as_equal():
    rule = told(decided())[0]

    assert rule.value == "0.0123 RMSE"
    assert rule.threshold == "1 % of (baseline loss \N{MINUS SIGN} best loss)"
    assert rule.held
    assert told(decided(r=0.0))[0].value == "0 RMSE"


@pytest.mark.parametrize(
    ("asked", "excluded", "threshold", "value", "held"),
    [
        (Asked(latency_seconds=0.005), {}, "5 ms a row", "all families keep to it", True),
        (Asked(size_bytes=512), {"trees": "2 MB"}, "512 B", "trees: 2 MB", False),
        (
            Asked("fast", 0.005, 512),
            {"trees": "2 MB", "network": "9 ms"},
            "5 ms a row and 512 B",
            "trees: 2 MB; network: 9 ms",
            False,
        ),
    ],
)
def test_limits(asked, excluded, threshold, value, held):
    rule = told(decided(excluded=excluded), asked)[1]

    assert (rule.threshold, rule.value, rule.held) == (threshold, value, held)
    assert rule.source == "--max-latency, --max-size"


def test_without_limits_there_is_no_such_rule():
    assert all("limits" not in rule.rule for rule in told(decided()))


@pytest.mark.parametrize(("over", "held"), [(0.986, False), (0.987, True), (1.0, True)])
def test_leaving_the_baseline(over, held):
    rule = pair(decided(families=FAMILIES | {"trees": family(over=over)}), "trees against the baseline")

    assert (rule.value, rule.threshold, rule.held, rule.source) == (f"P = {over:.3f}", "0.987", held, NOISE)


def test_without_a_baseline_nothing_is_said_of_it():
    families = {"linear": family(0.9, over=None), "trees": family(over=None)}

    assert all("baseline:" not in rule.rule for rule in told(decided(families=families)))


@pytest.mark.parametrize(("beaten", "held"), [(0.499, False), (0.5, True)])
def test_a_family_passed_over(beaten, held):
    rule = pair(decided(families=FAMILIES | {"linear": family(beaten)}), "linear passed over")

    assert (rule.value, rule.threshold, rule.held) == (f"P = {beaten:.3f}", "0.50", held)
    assert rule.source.startswith(COMPARISON)


def test_what_is_named_where_every_family_is_passed_over():
    families = {"linear": family(0.7), "trees": family(0.55), "network": family(0.6)}
    rule = pair(decided(families=FAMILIES | families), "every family passed over")
    wanted = ("every family passed over: trees least probably beaten", "P = 0.550", "the least", True)

    assert (rule.rule, rule.value, rule.threshold, rule.held) == wanted
    assert not [r for r in told(decided()) if r.rule.startswith("every family")]


def test_after_a_search_that_changed_the_verdict_its_figures_count():
    after = {"changed": True, "families": {"linear": family(0.97), "trees": family()}}
    rule = pair(decided(after_search=after), "linear passed over")
    kept = pair(decided(after_search=after | {"changed": False}), "linear passed over")

    assert (rule.value, kept.value) == ("P = 0.970", "P = 0.910")
    assert rule.source.startswith(OUT_OF_BAG)
    assert kept.source.startswith(COMPARISON)


@pytest.mark.parametrize(("rows", "held"), [(199, False), (200, True)])
def test_enough_rows(rows, held):
    (rule,) = [r for r in told(decided(), data=numbers("regression", rows)) if r.rule.startswith("enough rows to")]

    assert (rule.value, rule.threshold, rule.held) == (f"{rows} rows", "200", held)


@pytest.mark.parametrize(("rare", "held"), [(29, False), (30, True)])
def test_enough_rows_of_every_class(rare, held):
    data = replace(numbers("binary", 300), y=(np.arange(300) < rare).astype(np.int64))
    (rule,) = [r for r in told(decided(), data=data) if r.rule == "enough rows of every class"]

    assert (rule.value, rule.threshold, rule.held) == (f"{rare} of the rarest", "30", held)
    assert all("class" not in r.rule for r in told(decided()))


def test_enough_test_rows_of_every_class():
    cv = fake_cv(numbers("binary", 300))
    cv.test = np.flatnonzero(cv.dataset.y == 1)[:40]
    (rule,) = [r for r in rules(cv, decided(), Asked()) if "class" in r.rule]

    assert (rule.rule, rule.value, rule.held) == ("enough test rows of every class", "0 of the rarest", False)


def test_families_left_out():
    found = told(decided(left_out={"network": 0.35, "trees": 0.1}))[-2:]

    assert [(r.value, r.held) for r in found] == [
        ("0.35 of the probability kept for it", False),
        ("0.10 of the probability kept for it", False),
    ]
