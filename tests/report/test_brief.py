import copy

import pytest

from automl.report import brief

from .decided import decided, decision, full
from .fixture import ALL, binary

SPLIT = "Boosted trees are enough: trees beat linear by 0.02 ROC AUC."


def told(**doubling):
    report = full()
    report["decision"]["evidence"]["curves"]["crossings"] = []
    report["decision"]["evidence"]["curves"]["families"]["trees"]["doubling"] = doubling
    return brief.more_data(report)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (SPLIT, ("Boosted trees are enough.", "Trees beat linear by 0.02 ROC AUC.")),
        ("No signal found.", ("No signal found.", "")),
        (f"{'x' * 61}: y is so", (f"{'x' * 61}: y is so", "")),
        (None, ("", "")),
    ],
)
def test_headline_is_what_stands_before_the_colon(sentence, expected):
    assert brief.headline({"sentence": sentence}) == expected


@pytest.mark.parametrize(
    ("low", "mean", "high", "expected"),
    [
        (0.0001, 0.001, 0.002, "too little to matter"),
        (0.005, 0.007, 0.009, "worth collecting"),
        (0.001, 0.005, 0.009, "perhaps worth collecting"),
        (0.001, 0.0025, 0.009, "perhaps worth collecting"),
        (0.0, 0.0009, 0.0121, "hardly worth collecting"),
    ],
)
def test_more_data_is_weighed_against_r(low, mean, high, expected):
    assert f", {expected}." in told(mean=mean, low=low, high=high)


def test_more_data_gives_the_gain_with_its_interval_and_the_first_crossing():
    said = brief.more_data(full())

    assert said.startswith("Twice the rows: +0.0046 ROC AUC (90 % 0.0026 to 0.0076)")
    assert "The network would overtake trees at about 9,400 training rows" in said
    assert "not projected to overtake" not in said


def test_a_curve_that_cannot_be_trusted_is_not_projected():
    report = full()
    report["decision"]["evidence"]["curves"]["families"]["trees"].update(trusted=False, reason="Only two anchors.")

    assert brief.more_data(report) == "Not known: the learning curve cannot be projected: only two anchors."


@pytest.mark.parametrize("name", ALL)
def test_runs_without_curves_say_nothing(name):
    assert brief.more_data(ALL[name]()) == ""


def test_what_changes_the_verdict_comes_first():
    found = brief.changes(decision())

    assert [c.changes for c in found] == [True, True, True, False, False]
    assert (found[0].title, found[0].family, found[0].basis) == ("Four times the rows", "network", "projected")


def test_changes_of_older_versions_are_read():
    change = brief.changes(binary()["decision"])[0]

    assert (change.title, change.changes, change.evidence) == ("more rows", True, "learning curve")
    assert change.sentence == "trees would be named from about 60,000 rows"


def test_when_nothing_changes_it_that_is_said():
    still = [{**c, "changes": False} for c in decision()["changes"]]

    said = brief.unmoved({"changes": still})

    assert said.startswith("Nothing of what was looked at: a GPU, four times the rows,")
    unknown = [{**c, "family": None} if c["what"] == "gpu" else c for c in still]
    assert brief.unmoved({"changes": unknown}).startswith("Nothing of what was looked at: four times the rows,")
    assert brief.unmoved({"changes": [{**c, "family": None} for c in still]}) == ""
    assert brief.unmoved(decision()) == ""
    assert brief.unmoved({}) == ""


def test_cost_names_fit_latency_and_size():
    assert brief.cost(decided()) == "2.1 s to fit, 740 μs to predict one row, 812 kB"
    assert brief.cost({}) == ""


def test_the_cost_of_a_run_is_that_of_the_delivered_model_and_what_is_of_its_probe_says_so():
    report = full()
    assert brief.told_of(report) == "linear"
    assert brief.cost(report) == "400 ms to fit, 310 μs to predict one row (its probe), 12.3 kB"
    report["model"]["predict_one_seconds"] = 0.0001
    assert brief.cost(report) == "400 ms to fit, 100 μs to predict one row, 12.3 kB"


@pytest.mark.parametrize(
    ("value", "expected"), [(2.13, "2.1 s"), (0.0007431, "743 μs"), (0.0001, "100 μs"), (0.25, "250 ms"), (0, "0 ms")]
)
def test_duration_keeps_digits_below_a_millisecond(value, expected):
    assert brief.duration(value) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("automl decide a.csv --out reports/x --budget 60s", "automl fit a.csv --budget 60s"),
        ("automl decide 'my data.csv' --out=x", "automl fit 'my data.csv'"),
        ("automl.decide('a.csv')", "automl fit data/telco_churn.csv"),
        ("automl decide 'broken", "automl fit data/telco_churn.csv"),
        (None, "automl fit data/telco_churn.csv"),
    ],
)
def test_the_command_that_builds_the_model(command, expected):
    assert brief.fit_command({**decided(), "command": command}) == expected


def test_only_a_verdict_without_any_model_is_decided_only():
    assert brief.decided_only(decided())
    assert not brief.decided_only(full())
    assert not brief.decided_only({**copy.deepcopy(decided()), "model": None})
    assert not brief.decided_only({})
