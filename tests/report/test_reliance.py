import pytest

from automl.report import reliance

from .fixture import binary, regression


def changed(**parts):
    report = binary()
    report["findings"] = [f for f in report["findings"] if f["severity"] == "note"]
    report["decision"]["flags"] = []
    for name, value in parts.items():
        report[name] = {**report[name], **value} if isinstance(value, dict) else value
    return report


FINDING = {"code": "AM201", "title": "A leak", "columns": [], "status": "found"}


@pytest.mark.parametrize(
    ("report", "level", "reason"),
    [
        (changed(), "yes", "no check found an error"),
        (changed(findings=[{**FINDING, "severity": "error"}]), "no", "A leak (AM201)"),
        (changed(findings=[{**FINDING, "severity": "error", "status": "passed"}]), "yes", "confirms"),
        (changed(findings=[{**FINDING, "severity": "warning"}]), "care", "A leak"),
        (changed(test={"confirms": False}), "no", "figures on the test part contradict those of validation"),
        (
            changed(test={"confirms": False, "protocol": "repeated_cv"}),
            "no",
            "figures on fresh splits contradict those of validation",
        ),
        (changed(test={"confirms": None, "protocol": "repeated_cv"}), "care", "on the splits that chose it"),
        (
            changed(test={"confirms": None, "protocol": "repeated_cv", "stale": None}),
            "care",
            "figures on fresh splits neither confirm nor contradict",
        ),
        (changed(test={"protocol": "repeated_cv"}), "yes", "fresh splits confirm the validation"),
        (changed(test={"confirms": None}), "care", "figures on the test part neither confirm"),
        (changed(test={"interval": [0.49, 0.6]}), "no", "guessing"),
        (changed(test={"value": None}), "care", "not measured"),
        (changed(model={"family": "baseline"}), "no", "no model does better"),
        (
            changed(
                model={"family": "baseline"},
                decision={"flags": [{"code": "delivered_differs", "text": "baseline in place of linear: no time."}]},
            ),
            "no",
            "baseline in place of linear: no time",
        ),
        (changed(model={"under_trained": True}), "care", "under-trained"),
        (changed(decision={"flags": [{"code": "few_test_rows", "text": "42 test rows"}]}), "care", "42 test rows"),
        (changed(decision={"flags": [{"code": "trees_under_trained", "text": "40 rounds"}]}), "care", "40 rounds"),
        (changed(interrupted=True), "care", "interrupted and can be resumed"),
        (changed(interrupted=True, use=None), "care", "interrupted"),
    ],
)
def test_level_follows_the_rules(report, level, reason):
    judged = reliance.judge(report)

    assert judged.level == level
    assert any(reason in r for r in judged.reasons)


def test_an_interrupted_run_says_so_first_also_where_a_check_found_an_error():
    judged = reliance.judge(changed(interrupted=True, model={"family": "baseline"}))

    assert judged.level == "no"
    assert "yet: the run was interrupted" in judged.sentence


def test_a_verdict_alone_is_not_said_to_be_resumable():
    assert "resumed" not in reliance.judge(changed(interrupted=True, use=None)).sentence


def test_reasons_are_whole_sentences():
    text = (
        "Trees may yet be better than linear: with probability 0.35 by more than what counts as practically equal (r). "
        "The gain in ROC AUC lies between -0.03 and 0.05 (95 %)."
    )
    title = "Later rows are predicted far worse (R2: random split 0.87, by time -9.15): --time-column 'day of the sale'"
    warned = [{**FINDING, "title": title, "severity": "warning"}]
    judged = reliance.judge(changed(findings=warned, decision={"flags": [{"code": "not_decidable", "text": text}]}))

    assert judged.sentence == f"Rely on it with care: 1 warning ({title}); {text}"


@pytest.mark.parametrize(("interval", "level"), [([45_000, 49_000], "yes"), ([45_000, 120_000], "no")])
def test_for_errors_the_upper_end_must_beat_guessing(interval, level):
    report = regression()
    report["findings"], report["decision"]["flags"] = [], []
    report["test"]["interval"] = interval

    assert reliance.judge(report).level == level
