from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from benchmarks.decide import (
    adds,
    figures,
    forecasts,
    ledger,
    load,
    nulls,
    page,
    policies,
    scoring,
    sets,
    truth,
    verdicts,
)
from benchmarks.decide.figures import Truth
from benchmarks.decide.policies import Stated

LOSSES = {"baseline": 1.0, "linear": 0.505, "trees": 0.5, "network": 0.6}


def made(losses: dict[str, float], *, modality: str = "table", name: str = "one", **more: object) -> Truth:
    seconds = {"baseline": 0.0, "linear": 10.0, "trees": 20.0, "network": 60.0}
    return Truth(name, 0, modality, losses, seconds, {"trees": 3.0}, dict(more))


def said(named: str = "trees", **more: object) -> Stated:
    given = {
        "probabilities": {named: 1.0}, "prior": {"linear": 0.2, "trees": 0.3, "network": 0.5},
        "probes": {"baseline": 1.0, "linear": 0.4, "trees": 0.5}, "deciding": 5.0, "budget": 60.0,
    } | more  # fmt: skip
    return Stated(named, **given)


@pytest.mark.parametrize(
    ("losses", "family", "regret", "right"),
    [
        (LOSSES, "trees", 0.0, True),
        (LOSSES, "linear", 0.01, True),
        (LOSSES, "network", 0.2, False),
        (LOSSES, "baseline", 1.0, False),
        ({"baseline": 0.5, "linear": 0.6}, "linear", 1.0, False),
        ({"baseline": 0.5, "linear": 0.6}, "baseline", 0.0, True),
        ({"baseline": 0.5, "linear": 0.5}, "linear", 0.0, True),
        ({"baseline": 1.0, "linear": 1.5, "trees": 0.5}, "linear", 2.0, False),
    ],
)
def test_regret(losses, family, regret, right):
    assert made(losses).regret(family) == pytest.approx(regret)
    assert made({**losses, family: losses[family] - 1e-12}).right(family) is right


@pytest.mark.parametrize(
    ("losses", "simplest"),
    [
        ({"baseline": 1.0, "linear": 0.504, "trees": 0.5, "network": 0.6}, "linear"),
        ({"baseline": 1.0, "linear": 0.51, "trees": 0.5, "network": 0.499}, "trees"),
        ({"baseline": 1.0, "linear": 1.0, "trees": 1.0, "network": 1.0}, "baseline"),
    ],
)
def test_simplest_within_r(losses, simplest):
    assert made(losses).simplest == simplest


def test_lower_end_of_regret_is_scaled_and_never_negative():
    run = made(LOSSES, linear=-0.01, network=0.05)
    assert run.regret_low("network") == pytest.approx(0.1)
    assert run.regret_low("linear") == 0.0
    assert run.regret_low("trees") is None


def test_even_one_who_knows_the_order_is_not_always_right_on_other_rows():
    sure, none = figures.knowing(replace(made(LOSSES), gap_se={"linear": 0.0, "network": 0.001}))
    assert (sure, none) == (1.0, 0.0)
    right, lost = figures.knowing(
        replace(made({**LOSSES, "linear": 0.5 + 1e-9, "network": 9.0}), gap_se={"linear": 0.05})
    )
    assert right == pytest.approx(norm.cdf(0.005 / 0.05), abs=0.03)
    assert lost == pytest.approx(0.05 / np.sqrt(2 * np.pi) / 0.5, rel=0.1)


def test_a_set_by_the_mean_of_its_seeds():
    both = figures.pooled([made(LOSSES), made({**LOSSES, "linear": 0.4})])
    assert both.losses == {"baseline": 1.0, "linear": pytest.approx(0.4525), "trees": 0.5, "network": 0.6}
    assert both.simplest == "linear"


@pytest.mark.parametrize(
    ("name", "modality", "family", "seconds"),
    [
        ("always linear", "table", "linear", 10.0),
        ("always network", "table", "network", 60.0),
        ("rule of thumb", "table", "trees", 20.0),
        ("rule of thumb", "image", "network", 60.0),
        ("prior alone", "table", "network", 60.0),
        ("all families", "table", "linear", 90.0),
    ],
)
def test_policies(name, modality, family, seconds):
    assert policies.RIVALS[name](made(LOSSES, modality=modality), said()) == policies.Choice(family, seconds)


def test_our_choice_costs_its_probes_too():
    assert policies.ours(made(LOSSES), said("trees")) == policies.Choice("trees", 25.0)


@pytest.mark.parametrize(
    ("hits", "runs", "low", "high"),
    [(0, 0, 0.0, 1.0), (95, 100, 0.8882, 0.9785), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0)],
)
def test_wilson(hits, runs, low, high):
    assert figures.wilson(hits, runs) == pytest.approx((low, high), abs=1e-4)


def test_mean_interval_resamples_whole_sets():
    values, names = [0.0, 0.0, 1.0, 1.0], ["a", "a", "b", "b"]
    assert figures.mean_interval(values, names) == (0.0, 1.0)
    assert figures.mean_interval([0.3] * 4, names) == pytest.approx((0.3, 0.3))


def test_brier_and_skill():
    sure, wrong, even = {"linear": 1.0}, {"trees": 1.0}, {"linear": 0.5, "trees": 0.5}
    assert figures.brier([sure, wrong], ["linear", "linear"]) == pytest.approx(1.0)
    assert figures.skill([sure], [even], ["linear"]) == pytest.approx(1.0)
    assert figures.skill([even], [even], ["linear"]) == pytest.approx(0.0)
    assert figures.skill([wrong], [even], ["linear"]) == pytest.approx(-3.0)


def test_reliability_counts_every_family_once():
    stated = [{"linear": 0.9, "trees": 0.1}, {"linear": 0.85, "trees": 0.15}, {"network": 1.0}]
    bins = figures.reliability(stated, ["linear", "trees", "network"])
    assert sum(one.count for one in bins) == 12
    likely = next(one for one in bins if one.low == 0.8)
    assert (likely.count, likely.stated, likely.share) == (2, pytest.approx(0.875), 0.5)
    assert bins[-1].share == 1.0
    assert likely.calibrated


def test_prior_shares_sum_to_one():
    shares = figures.prior_shares(0.5, 0.2, 0.25)
    assert shares == pytest.approx({"baseline": 0.0, "linear": 0.4, "trees": 0.45, "network": 0.15})


def test_base_rates_leave_the_set_itself_out():
    rates = figures.base_rates({"a": ["linear"] * 2, "b": ["trees"]}, without="a")
    assert rates == pytest.approx({"baseline": 0.2, "linear": 0.2, "trees": 0.4, "network": 0.2})


@pytest.mark.parametrize(
    ("metric", "y", "predicted", "loss"),
    [
        ("rmse", [0.0, 2.0], [0.0, 0.0], 2**0.5),
        ("roc_auc", [0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.95, 0.05]], 0.5),
        ("log_loss", [0, 1], [[1.0, 1.0], [0.2, 0.2]], np.log(2)),
    ],
)
def test_loss(metric, y, predicted, loss):
    assert scoring.loss(metric, np.asarray(y), np.asarray(predicted)) == pytest.approx(loss)


def test_gaps_are_paired():
    y = np.random.default_rng(0).normal(size=400)
    near = y + np.random.default_rng(1).normal(size=400)
    found = scoring.gaps("rmse", y, {"trees": near, "linear": near + 1e-3 * (near - y), "baseline": np.zeros(400) + 3})
    assert found["trees"] == {"gap": 0.0, "gap_se": 0.0, "gap_low": 0.0, "gap_high": 0.0}
    assert found["linear"]["gap_se"] < 1e-3 < found["baseline"]["gap_se"]
    assert found["baseline"]["gap_low"] < found["baseline"]["gap"] < found["baseline"]["gap_high"]


def test_the_baseline_predicts_shares():
    assert scoring.constant("log_loss", np.array([0, 0, 1, 2]), 2, 3).tolist() == [[0.5, 0.25, 0.25]] * 2
    assert scoring.constant("rmse", np.array([1.0, 3.0]), 2, 0).tolist() == [2.0, 2.0]


def test_parts_keep_cells_and_leave_out_leaks(tmp_path):
    rows = [["duration", "age", "y"], *([[str(i), f" {i}", "yes" if i % 4 else "no"] for i in range(60)])]
    rows += [["7", "7", ""], ["8", "8", "maybe"]]
    with (tmp_path / "bank.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    source = sets.DataSet("bank_additional", "table", tmp_path / "bank.csv", "binary", "y")
    parts = sets.make_parts(source, 0, 50, tmp_path)
    assert (parts.rows, len(parts.y_test), set(parts.y_test)) == (40, 10, {"no", "yes"})
    train, test = ((tmp_path / name).read_text().splitlines() for name in ("train.csv", "test.csv"))
    assert (train[0], test[0]) == ("age,y", "age")
    assert all(line.startswith(" ") for line in test[1:])
    assert not {line.split(",")[0] for line in train[1:]} & set(test[1:])


def test_image_parts_are_numbered(tmp_path):
    for label in ("cat", "dog"):
        (tmp_path / "all" / label).mkdir(parents=True)
        for i in range(10):
            (tmp_path / "all" / label / f"{i}.png").write_text(f"{label}")
    out = tmp_path / "out"
    out.mkdir()
    parts = sets.make_parts(sets.DataSet("pets", "image", tmp_path / "all", "multiclass", "folder"), 1, 100, out)
    assert [path.read_text() for path in sorted(parts.test.iterdir())] == parts.y_test.tolist()
    assert len(list(parts.train.rglob("*.png"))) == 16


FAKE = """
import csv, json, pathlib, sys
kind, *rest = sys.argv[1:]
if kind == "fit":
    out = pathlib.Path(rest[rest.index("--out") + 1])
    out.mkdir()
    (out / "decision.json").write_text(json.dumps({"family": rest[rest.index("--families") + 1]}))
    leaders = [{"delivered": False}, {"delivered": True, "predict_ms_per_1000": 2.5}]
    (out / "report.json").write_text(json.dumps({"leaderboard": leaders}))
    sys.exit(2 if "network" in rest else 0)
if kind == "decide":
    print(json.dumps({"family": "linear", "probabilities": {"linear": 1.0}, "evidence": {"deciding_seconds": 3.0}}))
if kind == "predict":
    rows = list(csv.reader(open(rest[1])))[1:]
    with open(rest[rest.index("--out") + 1], "w", newline="") as file:
        csv.writer(file).writerows([["prediction"], *[[row[0]] for row in rows]])
"""


@pytest.fixture
def data(tmp_path):
    """A development folder with one regression table, in which y = x, and a stand-in for the command."""
    with (tmp_path / "MANIFEST.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["name", "modality", "path", "task", "target"],
                                    ["line", "tabular", "line.csv", "regression", "y"]])  # fmt: skip
    with (tmp_path / "line.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["x", "y"], *([i, i] for i in range(50))])
    (tmp_path / "fake.py").write_text(FAKE)
    return tmp_path


def called(data, *words):
    import argparse
    import sys

    base = {
        "data": data, "out": data / "out.csv", "keep": data / "keep", "sets": [], "seeds": [0], "budget": 5,
        "cap": 100, "automl": f"{sys.executable} {data / 'fake.py'}", "families": list(truth.FAMILIES),
        "full": False, "flags": [],
    }  # fmt: skip
    return argparse.Namespace(**(base | dict(words)))


def test_truth_goes_on_where_it_stopped_and_fills_the_gaps(data, capsys):
    truth.run(called(data, ("families", ["baseline", "linear"])))
    assert [row["gap"] for row in ledger.read(data / "out.csv")] == ["", ""]
    truth.run(called(data))
    truth.run(called(data))
    rows = {row["family"]: row for row in ledger.read(data / "out.csv")}
    assert list(rows) == ["baseline", "linear", "trees", "network"]
    assert (rows["trees"]["loss"], rows["trees"]["delivered_family"]) == ("0", "trees")
    assert rows["trees"]["predict_ms_per_1000"] == "2.5"
    assert (rows["network"]["loss"], rows["network"]["exit_code"]) == ("", "2")
    assert float(rows["baseline"]["gap_low"]) > 0
    assert rows["network"]["gap_low"] == ""
    assert "network failed" in capsys.readouterr().err


def test_page_of_measured_files(data, capsys):
    import argparse

    truth.run(called(data))
    verdicts.run(called(data, ("out", data / "said.csv")))
    verdicts.run(called(data, ("out", data / "said.csv")))
    assert len(ledger.read(data / "said.csv")) == 1
    page.run(
        argparse.Namespace(
            truth=data / "out.csv", verdicts=data / "said.csv", nulls=data / "none.csv", forecasts=data / "none.csv",
            out=data / "DECISION.md",
        )
    )  # fmt: skip
    text = (data / "DECISION.md").read_text()
    assert "| best, or within r of the best | >= 95 % | 100% (21% to 100%), 1 of 1 | yes |" in text
    assert "| always network | 0% (0% to 79%), 0 of 1 | 100.00%" in text
    assert "deciding time at most 20% of the budget | all | 0% (0% to 79%), 0 of 1 | no |" in text
    assert "DECISION.md" in capsys.readouterr().out


@pytest.mark.parametrize(("seeds", "said"), [("0", False), ("01", True)])
def test_the_page_says_that_seeds_are_not_independent_where_there_are_several(seeds, said):
    text = page.head({(name, seed): made(LOSSES, name=name) for name in "ab" for seed in seeds})
    assert f"2 sets, {2 * len(seeds)} runs" in " ".join(text.split())
    assert ("several seeds of one set" in " ".join(text.split())) is said


def test_a_verdict_without_evidence_leaves_cells_empty():
    found = verdicts.facts({"family": "trees", "evidence": {"prior": None, "costs": None}})
    assert found["family"] == "trees"
    assert {found[name] for name in ("prior_weight", "probe_trees", "deciding_seconds", "predict_one_seconds")} == {
        None
    }


def test_a_failed_family_has_the_loss_of_the_baseline():
    rows = {family: {"set": "a", "seed": "0", "modality": "table", "loss": "2"} for family in truth.FAMILIES}
    rows["trees"]["loss"], rows["network"]["loss"] = "1", ""
    assert load.truth(rows).losses == {"baseline": 2.0, "linear": 2.0, "trees": 1.0, "network": 2.0}


@pytest.mark.parametrize(
    ("kind", "family", "hit"),
    [
        ("permuted", "baseline", False), ("permuted", "linear", True), ("linear", "baseline", False),
        ("linear", "linear", False), ("linear", "trees", True), ("interaction", "linear", False),
        ("smooth", "network", True),
    ],
)  # fmt: skip
def test_what_counts_on_synthetic_truths(kind, family, hit):
    assert nulls.hit(kind, family) is hit


@pytest.mark.parametrize("kind", nulls.KINDS)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_synthetic_tables_repeat(kind, number):
    frame, task = nulls.make_table(kind, number)
    again, _ = nulls.make_table(kind, number)
    assert frame.equals(again)
    assert frame["y"].nunique() == {"binary": 2, "multiclass": 3}.get(task, len(frame))


def test_a_permuted_target_keeps_nothing_of_the_line():
    for kind, least, most in (("linear", 0.7, 0.9), ("permuted", 0.0, 0.1), ("interaction", 0.0, 0.1)):
        frame, _ = nulls.make_table(kind, 0)
        X, y = frame.drop(columns="y").to_numpy(), frame["y"].to_numpy()
        fitted = X @ np.linalg.lstsq(X, y - y.mean(), rcond=None)[0]
        assert least <= np.corrcoef(fitted, y)[0, 1] ** 2 <= most, kind


def test_the_quarter_lies_inside_all_rows_and_apart_from_the_test():
    learn, judge, full, test = forecasts.parts(1000, 1200, 0)
    assert [len(part) for part in (learn, judge, full, test)] == [200, 50, 800, 200]
    assert set(learn) | set(judge) <= set(full)
    assert not set(full) & set(test)
    assert not set(learn) & set(judge)


def test_the_band_is_read_between_its_points():
    band = [{"rows": 100, "low": 1.0}, {"rows": 10_000, "low": 3.0}]
    assert forecasts.at(band, 1000, "low") == pytest.approx(2.0)


def test_page_counts_synthetic_truths_and_forecasts(data):
    for name, rows in {
        "nulls": ["kind,family,hit", "linear,linear,False", "linear,trees,True"],
        "forecasts": ["family,inside,trusted", "trees,True,True", "trees,False,False"],
    }.items():
        (data / f"{name}.csv").write_text("\n".join(rows))
    assert "| linear | <= 5 % too complex | 50% (9% to 91%), 1 of 2 | linear 1, trees 1 |" in page.nulls(
        data / "nulls.csv"
    )
    assert "| trees | 50% (9% to 91%), 1 of 2 | 100% (21% to 100%), 1 of 1 |" in page.forecasts(data / "forecasts.csv")


def test_what_a_search_adds_is_found_again():
    rng = np.random.default_rng(0)
    stated = rng.dirichlet((0.1, 1, 1, 1), 4000)
    true = adds.moved(stated, np.array([1.0, -0.5]))
    events = np.array([rng.choice(4, p=row) for row in true])
    assert adds.fit(stated, events) == pytest.approx([1.0, -0.5], abs=0.2)
