"""A fake run folder, written with our own evaluation code, must verify; damaged in one place, it must not."""

import json
import pickle
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl import jsonio
from automl.decide.compare import from_draws, posterior, verdict
from automl.decide.prior import Prior
from automl.decide.prior import prior as prior_of
from automl.decide.tilt import tilted
from automl.errors import RunError
from automl.evaluate import conformal, interval, metrics, mistakes
from automl.types import Choice, Column, Profile
from automl.verify import formulas, verify
from tests.splits import by_split

LABELS = ("no", "NA", "007")
SKILL = {"baseline-1": 0.0, "linear-1": 1.0, "trees-1": 1.6, "trees-2": 1.7}
FOLDS, REPEATS, ROWS, TEST = 5, 2, 300, 120


def predict(task, y, skill, rng):
    if task == "regression":
        value = (0.5 + 0.3 * skill) * y * (skill > 0) + rng.normal(0, 0.3 * (skill > 0), len(y))
        return value[:, None].astype(np.float32)
    classes = 2 if task == "binary" else 3
    logits = skill * (np.eye(classes)[y] + rng.normal(0, 1.2 / (0.5 + skill), (len(y), classes)))
    p = np.exp(logits)
    return (p / p.sum(axis=1, keepdims=True)).astype(np.float32)


def frame(task, y, p, **first):
    if task == "regression":
        return pd.DataFrame({**first, "target": y, "prediction": p[:, 0]})
    names = LABELS[: p.shape[1]]
    columns = {f"probability_{label}": p[:, i] for i, label in enumerate(names)}
    return pd.DataFrame({**first, "target": np.array(names, dtype=object)[y], **columns})


def write(
    path, task="binary", name=None, weighted=False, bootstrap=False, skills=SKILL, prior=None, allowed=None, lacking=0
):
    """A run folder as docs/run-folder.md describes it; trees were not judged on the last splits, as many as lacking."""
    metric = metrics.get(name, task) if name else metrics.default(task)
    rng = np.random.default_rng(0)

    def target(rows):
        return rng.normal(3, 1, rows) if task == "regression" else rng.integers(0, 2 if task == "binary" else 3, rows)

    y, weight = target(ROWS), rng.uniform(0.5, 2, ROWS) if weighted else None
    row = np.concatenate([rng.permutation(ROWS) for _ in range(REPEATS)])
    repeat, fold = np.repeat(range(REPEATS), ROWS), np.tile(np.repeat(range(FOLDS), ROWS // FOLDS), REPEATS)
    splits, w = repeat * FOLDS + fold, None if weight is None else weight[row]
    predictions = {name: predict(task, y[row], skill, rng) for name, skill in skills.items()}
    frames = []
    for candidate, p in predictions.items():
        extra = {} if w is None else {"weight": w}
        frames.append(frame(task, y[row], p, candidate=candidate, repeat=repeat, fold=fold, row=row, **extra))
    pd.concat(frames).sample(frac=1, random_state=0).to_parquet(path / "oof.parquet")
    compared = {candidate.split("-")[0]: candidate for candidate in skills if candidate.endswith("-1")}
    scores = {f: by_split(metric, y[row], predictions[c], splits, w) for f, c in compared.items()}
    losses = {f: [metric.to_loss(value) for value in values] for f, values in scores.items()}
    shared = len(losses["trees"]) - lacking
    belief = posterior({f: given[:shared] for f, given in losses.items()}, metric, folds=FOLDS)
    if bootstrap:
        belief = from_draws({f: belief.draws[:500, i] for i, f in enumerate(belief.families)}, metric)
    found = verdict(tilted(belief, prior), allowed=allowed)
    families = {f: replace(e, configuration=f"{f} default") for f, e in found.families.items()}
    evidence = {"metric": metric.name, "r": found.r, "threshold": found.threshold, "folds": FOLDS, "rows": ROWS}
    over = {f: "its model has 20 MB, 10 MB allowed" for f in compared if f not in families}
    evidence["splits_of"] = {f: list(range(shared if f == "trees" else len(losses[f]))) for f in losses}
    evidence |= {"candidates": {f: compared[f] for f in families}, "excluded": over, "prior": prior}
    decision = jsonio.plain(
        {
            "family": found.family,
            "probabilities": found.probabilities,
            "evidence": {**evidence, "families": families, "after_search": None},
        }
    )
    jsonio.write(path / "decision.json", decision)
    truth = target(TEST)
    p = predict(task, truth, SKILL["trees-2"], rng)
    width = conformal.quantile_width(y[row], predictions["trees-2"]) if task == "regression" else None
    table = frame(task, truth, p, row=np.arange(TEST))
    if task == "regression":
        values = table["prediction"].astype(float)
        table = table.assign(lower=values - width, upper=values + width)
    else:
        table.insert(2, "prediction", np.array(LABELS, dtype=object)[p.argmax(axis=1)])
    test_weight = rng.uniform(1, 2, TEST) if weighted else None
    if weighted:
        table["weight"] = test_weight
    table.to_csv(path / "predictions.csv", index=False)
    shown = interval.many(metric, y[row], predictions, w, reference="trees-2", groups=row, splits=splits, draws=100)
    test = interval.many(metric, truth, {"": p}, test_weight, draws=100).values[""]
    board = [
        {
            "candidate": c,
            "family": c.split("-")[0],
            "configuration": f"{c.split('-')[0]} default",
            "status": "ok",
            "validation": shown.values[c],
            "difference": shown.differences[c],
            "test": test if c == "trees-2" else None,
            "best": c == "trees-2",
            "delivered": c == "trees-2",
        }
        for c in reversed(SKILL)
    ]
    board.append({**board[-1], "candidate": "trees-3", "status": "failed", "validation": None, "difference": None})
    every = {n: metrics.get(n, task).score(truth, p, test_weight) for n in metrics.names(task) if n != "rmsle"}
    ends = {"interval": [test.low, test.high], "rows": TEST, "metrics": every, "baseline": {"value": None}}
    report = {
        "metric": {"name": metric.name, "label": metric.label, "greater_is_better": metric.greater_is_better},
        "decision": decision,
        "leaderboard": board,
        "test": {"metric": metric.name, "value": test.value, **ends},
        "errors": mistakes.regression(truth, p, bounds=(p[:, 0] - width, p[:, 0] + width))
        if task == "regression"
        else mistakes.classification(LABELS[: p.shape[1]], truth, p),
        "model": {"files": ["arrays.npz"]},
    }
    jsonio.write(path / "report.json", report)
    lines = []
    figures = [(block, end) for block in ("validation", "test") for end in ("value", "low")]
    for line in board:
        cells = {f"{block}_{end}": getattr(line[block], end) if line[block] else "" for block, end in figures}
        lines.append({"candidate": line["candidate"], "family": line["family"], **cells})
    pd.DataFrame(lines).to_csv(path / "leaderboard.csv", index=False)
    (path / "model").mkdir()
    np.savez(path / "model" / "arrays.npz", coefficients=np.ones(3), names=np.array(["a", "b"]))
    jsonio.write(path / "model" / "manifest.json", {"files": ["arrays.npz"]})
    for file in ("report.html", "profile.json", "plan.toml", "events.jsonl", "model/contract.json"):
        (path / file).write_text("{}", encoding="utf-8")
    return path


CASES = [
    ("binary", None),
    ("binary", "mcc"),
    ("multiclass", None),
    ("multiclass", "roc_auc"),
    ("regression", None),
    ("regression", "r2"),
]


@pytest.mark.parametrize(("task", "name"), CASES)
@pytest.mark.parametrize("weighted", [False, True])
def test_an_undamaged_folder_agrees_in_every_figure(tmp_path, task, name, weighted):
    checks = verify(write(tmp_path, task, name, weighted))
    assert [check for check in checks if not check.ok] == []
    assert len(checks) > 80
    kinds = {check.name.split(":")[0] for check in checks}
    assert kinds == {"decision", "leaderboard", "leaderboard.csv", "test", "errors", "files", "report"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write(tmp_path_factory.mktemp("run"))


@pytest.fixture
def damaged(run, tmp_path):
    """A copy of the run, and a function that changes one value of one of its JSON files."""
    folder = shutil.copytree(run, tmp_path / "copy")

    def change(file, *keys, value):
        document = json.loads((folder / file).read_text(encoding="utf-8"))
        inner = document
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value(inner[keys[-1]]) if callable(value) else value
        (folder / file).write_text(json.dumps(document), encoding="utf-8")
        return {check.name for check in verify(folder) if not check.ok}

    change.folder = folder
    return change


@pytest.mark.parametrize(
    ("file", "keys", "value", "caught"),
    [
        ("report.json", ("test", "value"), lambda v: v + 1e-4, "test: roc_auc"),
        ("report.json", ("test", "metrics", "log_loss"), lambda v: v * 1.001, "test: metrics log_loss"),
        ("report.json", ("test", "rows"), 1000, "test: rows"),
        ("report.json", ("test", "interval"), [0.1, 0.2], "test: interval within its interval"),
        ("report.json", ("leaderboard", 1, "validation", "value"), 0.8, "leaderboard: trees-1 validation"),
        ("report.json", ("leaderboard", 2, "difference", "value"), 0.0, "leaderboard: linear-1 difference"),
        ("report.json", ("errors", "confusion", 0, 0), lambda v: v + 1, "errors: confusion"),
        ("report.json", ("errors", "per_class", 1, "recall"), 0.5, "errors: NA recall"),
        ("report.json", ("decision", "family"), "network", "report: decision as in decision.json"),
        ("report.json", ("leaderboard", 0, "candidate"), "trees-9", "leaderboard: trees-9 in oof.parquet"),
        ("report.json", ("model", "files"), ["booster.ubj"], "files: model/booster.ubj"),
        ("decision.json", ("family",), "linear", "decision: family by the rule"),
        ("decision.json", ("evidence", "r"), 0.1, "decision: r"),
        ("decision.json", ("evidence", "threshold"), 1.1, "decision: family by the rule"),
        ("decision.json", ("probabilities", "trees"), 0.5, "decision: probability of trees"),
        ("decision.json", ("probabilities", "trees"), 0.5, "decision: probabilities sum to 1"),
        ("decision.json", ("evidence", "families", "linear", "loss"), 0.4, "decision: linear loss"),
        ("decision.json", ("evidence", "families", "linear", "p_worse"), 0.5, "decision: linear against trees: worse"),
        ("decision.json", ("evidence", "families", "linear", "per_split", 3), 0.1, "decision: linear loss on split 3"),
        ("decision.json", ("evidence", "candidates", "linear"), "linear-7", "decision: linear in oof.parquet"),
        ("decision.json", ("evidence", "after_search"), {"family": "linear"}, "decision: family after the search"),
    ],
)
def test_one_damaged_value_is_caught(damaged, file, keys, value, caught):
    assert caught in damaged(file, *keys, value=value)


def test_a_changed_prediction_is_caught(damaged):
    path = damaged.folder / "oof.parquet"
    frame = pd.read_parquet(path)
    one = (frame["candidate"] == "trees-1").to_numpy().nonzero()[0][0]
    low, high = frame.columns.get_indexer(["probability_no", "probability_NA"])
    frame.iloc[one, low], frame.iloc[one, high] = frame.iloc[one, high], frame.iloc[one, low]
    frame.to_parquet(path)
    assert {"leaderboard: trees-1 validation", "decision: trees loss"} <= damaged("report.json", "version", value=1)


def test_a_changed_cell_of_the_csv_is_caught(damaged):
    path = damaged.folder / "leaderboard.csv"
    frame = pd.read_csv(path)
    frame.loc[1, "validation_value"] += 0.001
    frame.to_csv(path, index=False)
    assert damaged("report.json", "version", value=1) == {"leaderboard.csv: trees-1 validation_value"}


@pytest.mark.parametrize("kind", ["suffix", "content", "array", "member"])
def test_a_pickle_is_caught(damaged, kind):
    model = damaged.folder / "model"
    if kind == "suffix":
        (model / "scaler.pkl").write_bytes(b"anything")
    elif kind == "content":
        (model / "state.json").write_bytes(pickle.dumps({"a": 1}))
    elif kind == "array":
        np.savez(model / "arrays.npz", names=np.array(["a", None], dtype=object))
    else:
        with zipfile.ZipFile(model / "network.keras", "w") as archive:
            archive.writestr("data.pkl", b"anything")
    assert damaged("report.json", "version", value=1) == {"files: pickles"}


@pytest.mark.parametrize("name", ["oof.parquet", "decision.json", "report.json", "predictions.csv", "leaderboard.csv"])
def test_a_missing_file_is_an_error(damaged, name):
    (damaged.folder / name).unlink()
    with pytest.raises(RunError, match=f"incomplete: no {name}"):
        verify(damaged.folder)


def test_a_missing_field_and_a_broken_file_are_errors(damaged):
    with pytest.raises(RunError, match=r"damaged.*KeyError 'value'"):
        damaged("report.json", "test", value={"metric": "roc_auc", "rows": TEST})
    (damaged.folder / "report.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match=r"Cannot read report.json"):
        verify(damaged.folder)
    (damaged.folder / "oof.parquet").write_bytes(b"nothing")
    (damaged.folder / "report.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RunError, match=r"Cannot read oof.parquet") as caught:
        verify(damaged.folder)
    assert caught.value.hint
    (damaged.folder / "leaderboard.csv").write_bytes(b"a\xff")
    with pytest.raises(RunError, match=r"damaged: UnicodeDecodeError"):
        verify(damaged.folder)


def test_a_folder_of_decide_is_checked_for_its_decision(damaged):
    shutil.rmtree(damaged.folder / "model")
    for name in ("report.json", "predictions.csv", "leaderboard.csv"):
        (damaged.folder / name).unlink()
    checks = verify(damaged.folder)
    assert all(check.ok for check in checks)
    assert {check.name.split(":")[0] for check in checks} == {"decision", "files"}


def test_weights_that_are_not_stored_are_said(tmp_path):
    folder = write(tmp_path, weighted=True)
    frame = pd.read_csv(folder / "predictions.csv", dtype=str, keep_default_na=False).drop(columns="weight")
    frame.to_csv(folder / "predictions.csv", index=False)
    assert {c.name for c in verify(folder) if not c.ok} == {"test: row weights in predictions.csv"}


def test_evidence_from_resampled_rows_is_checked_by_its_stated_probabilities(tmp_path):
    folder = write(tmp_path, bootstrap=True)
    assert all(check.ok for check in verify(folder))
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    decision["family"] = "linear"
    decision["evidence"]["families"]["trees"] |= {"p_better": 0.99, "p_equivalent": 0.01, "p_worse": 0.0}
    (folder / "decision.json").write_text(json.dumps(decision), encoding="utf-8")
    assert "decision: no family shown to beat it" in {c.name for c in verify(folder) if not c.ok}


CLOSE = {**SKILL, "trees-1": 1.06}
"""Trees that are a little better than linear, or not."""


def p_trees(folder):
    """The stated probabilities that trees are better than the family named, and that they are the family."""
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    return decision["evidence"]["families"]["trees"]["p_better"], decision["probabilities"]["trees"]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("chance", [0.2, 0.5, 0.8])
def test_a_verdict_with_a_prior_is_derived_with_it(tmp_path, weighted, chance):
    prior = Prior(chance, 0.6, 0.4, 0.8, {"log10_rows": 2.4}, "published", {"trees": 1.2, "network": -0.5})
    folder = write(tmp_path, weighted=weighted, skills=CLOSE, prior=prior)
    assert [check for check in verify(folder) if not check.ok] == []


def test_a_verdict_with_the_prior_of_texts_is_derived_with_it(tmp_path):
    columns = (Column("review", "text", "feature", "", 0, 300, {"mean_words": 40.0}),)
    text, binary, target = Choice("text", ""), Choice("binary", ""), Choice("y", "")
    stated = prior_of(Profile("r", "r.csv", text, binary, target, 300, columns), 240, FOLDS * REPEATS)
    folder = write(tmp_path, skills=CLOSE | {"network-1": 1.62}, prior=stated)
    assert [check for check in verify(folder) if not check.ok] == []
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    assert decision["evidence"]["prior"]["network_over_trees"] == 0.3
    decision["evidence"]["prior"]["network_over_linear"] = 0.6
    (folder / "decision.json").write_text(json.dumps(decision), encoding="utf-8")
    assert "decision: linear against network: worse" in {check.name for check in verify(folder) if not check.ok}


@pytest.mark.parametrize("bootstrap", [False, True])
def test_the_prior_moves_what_is_stated(tmp_path, bootstrap):
    stated = []
    for name, chance in (("low", 0.2), ("high", 0.4)):
        (tmp_path / name).mkdir()
        prior = Prior(chance, 0.6, 0.4, 0.8, {}, "published")
        stated.append(p_trees(write(tmp_path / name, bootstrap=bootstrap, skills=CLOSE, prior=prior)))
    assert 0.02 < stated[0][0] < stated[1][0]
    assert 0.02 < stated[0][1] < stated[1][1]


@pytest.mark.parametrize(
    ("key", "value"),
    [("trees_over_linear", 0.8), ("weight", 0.0), ("search", {"trees": 2.0})],
)
def test_a_damaged_prior_is_caught(tmp_path, key, value):
    prior = Prior(0.2, 0.5, 0.5, 1.0, {}, "published")
    folder = write(tmp_path, skills=CLOSE, prior=prior)
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    decision["evidence"]["prior"][key] = value
    (folder / "decision.json").write_text(json.dumps(decision), encoding="utf-8")
    failed = {check.name for check in verify(folder) if not check.ok}
    assert {"decision: trees against linear: better", "decision: probability of trees"} <= failed


@pytest.mark.parametrize("prior", [None, Prior(0.8, 0.6, 0.4, 0.8, {}, "published")])
def test_a_verdict_without_the_families_over_a_limit_is_derived(tmp_path, prior):
    folder = write(tmp_path, prior=prior, allowed=("baseline", "linear"))
    assert set(json.loads((folder / "decision.json").read_text())["evidence"]["excluded"]) == {"trees"}
    assert [check for check in verify(folder) if not check.ok] == []


def test_splits_that_a_family_over_a_limit_lacks_do_not_count(tmp_path):
    folder = write(tmp_path, allowed=("baseline", "linear"), lacking=2)
    found = verify(folder)
    assert (
        next(check for check in found if check.name == "decision: linear loss: splits").derived == FOLDS * REPEATS - 2
    )
    assert [check for check in found if not check.ok] == []


def test_a_decision_of_an_older_version_has_no_prior(tmp_path):
    folder = write(tmp_path, skills=CLOSE)
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    del decision["evidence"]["prior"], decision["evidence"]["excluded"]
    jsonio.write(folder / "decision.json", decision)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8")) | {"decision": decision}
    jsonio.write(folder / "report.json", report)
    assert all(check.ok for check in verify(folder))


def test_a_verdict_changed_after_the_search_follows_it(tmp_path):
    folder = write(tmp_path)
    decision = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    probabilities = {"baseline": 0.0, "linear": 0.9, "trees": 0.1, "network": 0.0}
    families = {name: {"p_beaten": 1 - share, "p_over_baseline": 1.0} for name, share in probabilities.items()}
    after = {"family": "linear", "changed": True, "probabilities": probabilities, "families": families}
    decision["evidence"]["after_search"] = after
    decision |= {"family": "linear", "probabilities": probabilities}
    report = json.loads((folder / "report.json").read_text(encoding="utf-8")) | {"decision": decision}

    def failed():
        jsonio.write(folder / "decision.json", decision)
        jsonio.write(folder / "report.json", report)
        return {check.name for check in verify(folder) if not check.ok}

    assert failed() == set()
    families["linear"]["p_beaten"] = 0.9
    assert failed() == set()  # every family is passed over, and it is one of the least beaten
    families["trees"]["p_beaten"] = 0.4
    assert failed() == {"decision: unbeaten after the search"}
    decision["family"] = "trees"
    assert "decision: family after the search" in failed()


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_formulas_agree_with_the_metrics_of_the_run(task):
    rng = np.random.default_rng(4)
    for _ in range(5):
        columns = {"regression": 1, "binary": 2, "multiclass": 4}[task]
        y = rng.gamma(2, 1, 80) if task == "regression" else rng.integers(0, columns, 80)
        p = np.round(rng.dirichlet(np.ones(columns), 80), 1) + 0.01
        p = p * 2 * rng.random((80, 1)) if task == "regression" else p / p.sum(axis=1, keepdims=True)
        w = rng.integers(0, 3, 80) * 1.0
        for name in [*metrics.names(task), *(["pinball:0.9"] if task == "regression" else [])]:
            expected = metrics.get(name, task).score(y, p, w)
            assert formulas.score(name, y, p, w) == pytest.approx(expected, rel=1e-9, abs=1e-12), name
