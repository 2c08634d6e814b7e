import json
import re

import pytest

from automl.report import html
from automl.report.sections import answer, changes, costs, curves, verdict

from .decided import decided, decision, full
from .fixture import EVIL, binary, holes, nulls
from .pages import Page

UNREADABLE = "This part of report.json could not be read"


def evil(data):
    """The same data with every text replaced."""
    if isinstance(data, dict):
        return {key: value if key in {"family", "over", "basis"} else evil(value) for key, value in data.items()}
    if isinstance(data, list):
        return [evil(value) for value in data]
    return EVIL if isinstance(data, str) else data


def emptied(data, path=()):
    """Every variant of the data with one entry set to None, four levels deep."""
    for key, value in data.items():
        yield {**data, key: None}
        if isinstance(value, dict) and len(path) < 3:
            yield from ({**data, key: inner} for inner in emptied(value, (*path, key)))


@pytest.mark.parametrize("make", [full, decided])
def test_page_is_well_formed_and_offline(make, tmp_path):
    path = html.write(json.loads(json.dumps(make())), tmp_path)

    page = Page(path.read_text(encoding="utf-8"))
    assert page.problems == []
    assert [r for r in page.references if not r.startswith(("#", "data:"))] == []
    assert {r[1:] for r in page.references if r.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert all(label and title for label, title in page.charts)
    assert UNREADABLE not in page.text
    assert path.stat().st_size < 2_000_000


def first_screen(report):
    return Page(re.search(r'<header id="answer">(.*?)</header>', html.render(report), re.DOTALL)[1]).text


@pytest.mark.parametrize(
    "expected",
    [
        "Boosted trees are enough. Trees beat linear by 0.017 ROC AUC",
        "trees 71 % network 26 %",
        "0.8713 0.8653 to 0.8773",
        "On 1,408 rows it had not seen",
        "More data? Twice the rows: +0.0046 ROC AUC (90 % 0.0026 to 0.0076)",
        "What would change it Four times the rows → neural network If every model must be printable → linear model",
        "Linear model: 400 ms to fit, 310 μs to predict one row (its probe), 12.3 kB. This run took 58.3 s of 60 s.",
    ],
)
def test_first_screen_says(expected):
    assert expected in first_screen(full()).replace("\N{NO-BREAK SPACE}", " ")


def test_a_verdict_without_a_model_shows_only_what_there_is():
    report = decided()

    names = [s.name for s in html.sections(report)]
    said = first_screen(report)

    assert names == ["verdict", "findings", "data", "record"]
    assert "No model was built: automl fit data/telco_churn.csv --target Churn --budget 60s builds it." in said
    assert "How good" not in said
    assert "Can I rely on it" not in said


def test_first_screen_shows_three_changes_at_most():
    report = full()
    report["decision"]["changes"] = [{**c, "changes": True} for c in decision()["changes"]]

    assert first_screen(report).count("→") == 3
    assert "Log loss instead" not in first_screen(report)


@pytest.mark.parametrize(
    "expected",
    [
        "P = 0.97 0.80 yes Benavoli et al. 2017",
        "P = 0.31 0.80 no Benavoli",
        "A GPU the verdict stays measured",
        "over the limit",
        "Limits given: at most 5 ms for one row.",
        "Energy: declared 15 W a core in use",
        "A GPU would not pay",
        "trees beat a linear model with probability 78 %",
        "Source: fitted on 150 tables of TabZilla",
        "Probability that it overtakes within 4 times the rows: 61 %",
        "dashed is projected, beyond the 3,606 rows that a split trains on",
    ],
)
def test_verdict_section_says(expected):
    assert expected in Page(html.render(full())).text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_condition_of_which_it_is_not_known_is_not_said_to_leave_the_verdict():
    told = decision()
    told["changes"] = [{**c, "family": None} if c["what"] == "gpu" else c for c in told["changes"]]
    assert "A GPU not known measured" in Page(html.render({**full(), "decision": told})).text


def test_a_tie_names_the_rival_with_its_chances():
    lead = verdict.build(full())["lead"]
    assert "A tie with " in lead
    settled = {**full(), "decision": {**decision(), "tie": False}}
    assert "A tie" not in verdict.build(settled)["lead"]


def test_the_splits_of_each_family_stand_beside_it():
    told = decision()
    told["evidence"]["splits_of"] = {"linear": [0, 1], "trees": [0, 1], "network": [0]}
    rows = {row["family"]: row["splits"] for row in verdict.build({**full(), "decision": told})["probes"]["rows"]}
    assert (rows["linear"], rows["network"], rows["baseline"]) == (2, 1, "")


def test_a_family_that_holds_probability_and_was_not_measured_has_its_row_with_the_reason():
    told = decision()
    del told["evidence"]["families"]["network"]
    told["alternatives"] = [{"family": "network", "reason": "not tried: budget"}]
    report = {**full(), "decision": told}
    page = Page(html.render(report)).text

    assert [(row["family"], row["why"]) for row in answer.build(report)["probes"]["unmeasured"]] == [
        ("network", "not measured: budget")
    ]
    assert page.count("not measured: budget") == 2
    told["probabilities"]["network"] = 0.0
    assert answer.build(report)["probes"]["unmeasured"] == []


def test_no_test_part_is_spoken_of_where_there_is_none():
    report = full()
    report["decision"]["evidence"]["curves"] = None
    assert "On the test part: " in Page(html.render(report)).text
    report["test"]["protocol"] = "repeated_cv"
    report["test"]["statement"] = ""
    page = Page(html.render(report)).text
    assert "On fresh splits: " in page
    assert "On the test part" not in page


def test_after_a_changed_verdict_the_first_screen_compares_with_the_family_named_now():
    changed = decision()
    before, now = changed["family"], "network"
    probed = changed["evidence"]["families"]
    again = {now: {**probed[now], "value": 0.9123, "against_named": {"mean": 0.0, "low": 0.0, "high": 0.0}},
             before: {**probed[before], "against_named": {"mean": -0.0456, "low": -0.05, "high": -0.04}}}  # fmt: skip
    changed["family"] = now
    changed["evidence"]["after_search"] = {"family": now, "before": before, "changed": True, "families": again}
    report = {**full(), "decision": changed}
    first = {row["family"]: row for row in answer.build(report)["probes"]["rows"]}
    assert first[now]["named"]
    assert first[now]["value"] == "0.9123"
    assert first[before]["gain"] == "\N{MINUS SIGN}0.0456"
    assert first["baseline"]["value"]
    assert (first["baseline"]["gain"], first["baseline"]["p_better"]) == ("", "\N{EN DASH}")
    probes = {row["family"]: row for row in verdict.build(report)["probes"]["rows"]}
    assert probes[before]["named"]


def test_any_part_of_a_decision_may_be_missing():
    for variant in emptied(decision()):
        report = {"decision": variant, "metric": {"name": "roc_auc"}}
        for section in (verdict, costs, curves, changes):
            assert section.build(report) is None or isinstance(section.build(report), dict)


@pytest.mark.parametrize("document", nulls(decided()), ids=lambda _: "")
def test_any_part_of_a_decided_run_may_be_missing(document):
    assert UNREADABLE not in html.render(document)


def test_hostile_texts_stay_text():
    page = html.render({**decided(), "decision": evil(decision())})

    assert EVIL not in page
    assert Page(page).problems == []


def test_older_decisions_show_neither_curves_nor_costs():
    built = verdict.build(binary())

    assert (built["curves"], built["costs"], built["rules"], built["prior"]) == (None, None, [], "")
    assert built["changes"][0]["title"] == "more rows"
    assert verdict.build(holes())["curves"] is None


def test_the_table_of_curves_gives_anchors_and_projections():
    rows = [r for r in curves.build(full())["table"] if r["family"] == "trees"]

    assert [r["kind"] for r in rows] == ["measured"] * 7 + ["projected"] * 3
    assert (rows[0]["rows"], rows[0]["seconds"]) == ("56", "22 ms")


def test_untrusted_curves_are_not_projected():
    report = full()
    report["decision"]["evidence"]["curves"]["families"]["trees"].update(trusted=False, reason="one anchor is off")

    built = curves.build(report)

    assert built["legend"][1]["text"] == "not projected: one anchor is off"
    assert [r["kind"] for r in built["table"] if r["family"] == "trees"] == ["measured"] * 7


@pytest.mark.parametrize(("joules", "expected"), [(0.015, "0.015 J"), (237, "237 J"), (36_000, "10.0 Wh")])
def test_energy_has_a_unit_that_reads_well(joules, expected):
    assert costs.energy(joules) == expected


def test_costs_leave_out_what_nobody_measured():
    built = costs.build(full())

    assert "Memory" not in built["headings"]
    assert "Predict 10,000 rows" in built["headings"]
    network = next(row for row in built["rows"] if row["family"] == "network")
    assert [c["text"] for c in network["cells"] if c["over"]] == ["12 ms"]
