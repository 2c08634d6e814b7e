"""truth.csv: every family searched alone on the same train part and scored on the same test part."""

from __future__ import annotations

import csv
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import command, ledger, scoring
from .sets import DataSet, Parts, make_parts, manifest

if TYPE_CHECKING:
    from argparse import Namespace

FAMILIES = ("baseline", "linear", "trees", "network")
COLUMNS = (
    "set", "seed", "family", "modality", "task", "rows", "metric", "loss", "value", "seconds", "predict_ms_per_1000",
    "delivered_family", "exit_code", "gap", "gap_se", "gap_low", "gap_high",
)  # fmt: skip
GAPS = ("gap", "gap_se", "gap_low", "gap_high")


@dataclass(frozen=True)
class Job:
    """What stays the same in a run of the command: where things go and how `automl` is called."""

    out: Path
    keep: Path
    automl: str
    budget: int
    cap: int


def run(args: Namespace) -> None:
    """Measure what is missing, set by set and seed by seed."""
    sets = manifest(args.data)
    job = Job(args.out, args.keep, args.automl, args.budget, args.cap)
    job.keep.mkdir(parents=True, exist_ok=True)
    for name in args.sets or sets:
        for seed in args.seeds:
            done = {row["family"] for row in ledger.read(job.out) if (row["set"], row["seed"]) == (name, str(seed))}
            missing = [family for family in FAMILIES if family in args.families and family not in done]
            if missing:
                _one_set(job, sets[name], seed, missing)


def _one_set(job: Job, source: DataSet, seed: int, families: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = make_parts(source, seed, job.cap, Path(folder))
        for family in families:
            row = {
                "set": source.name, "seed": seed, "family": family, "modality": source.modality, "task": source.task,
                "rows": parts.rows, "metric": source.metric,
            }  # fmt: skip
            row |= _measure(job, source, parts, seed, family)
            ledger.add(job.out, COLUMNS, row, lambda rows: fill_gaps(rows, source, seed, job.keep))
            print(", ".join(f"{name} {ledger.as_text(value)}" for name, value in row.items()), flush=True)


def _measure(job: Job, source: DataSet, parts: Parts, seed: int, family: str) -> dict[str, Any]:
    """Loss, cost and what was delivered; without a loss when the run failed."""
    labels = sorted(set(parts.y_train.tolist())) if source.task != "regression" else []
    y_train, y_test = codes(parts.y_train, labels), codes(parts.y_test, labels)
    told: dict[str, Any] = {"seconds": 0.0, "delivered_family": "baseline", "exit_code": 0}
    if family == "baseline":
        predicted: Any = scoring.constant(source.metric, y_train, len(y_test), len(labels))
    else:
        predicted, told = _searched(job, source, parts, seed, family, labels)
    if predicted is None:
        return told
    np.savez_compressed(kept(job.keep, source.name, seed, family), y=y_test, predicted=predicted)
    loss = scoring.loss(source.metric, y_test, predicted)
    return told | {"loss": loss, "value": scoring.natural(source.metric, loss)}


def _searched(
    job: Job, source: DataSet, parts: Parts, seed: int, family: str, labels: list[str]
) -> tuple[Any, dict[str, Any]]:
    """Predictions of one family for the test part (None when the run failed), and the facts of the run."""
    folder = parts.train.parent
    out, predictions = folder / f"run-{family}", folder / f"{family}.csv"
    known = [] if source.modality == "image" else ["--target", source.target, "--task", source.task]
    flags = ["--families", family, "--prefer", "simple", "--budget", f"{job.budget}s", "--seed", str(seed)]
    fit = command.call(
        job.automl, ["fit", parts.train.name, *known, *flags, "--out", out.name], folder, 3 * job.budget + 120
    )
    told: dict[str, Any] = {"seconds": fit.seconds, "exit_code": fit.code}
    asked = ["predict", out.name, parts.test.name, "--out", predictions.name]
    given = command.call(job.automl, asked, folder, 600) if fit.fine else fit
    if not given.fine or not predictions.exists():
        print(f"{source.name} {family} failed: {given.stderr[-800:]}", file=sys.stderr, flush=True)
        return None, told
    told["delivered_family"] = command.read_json(out / "decision.json").get("family")
    told["predict_ms_per_1000"] = delivered_latency(command.read_json(out / "report.json"))
    try:
        return read_predictions(predictions, labels), told
    except (KeyError, ValueError) as error:  # a label or a number that is missing is a failure of this run alone
        print(f"{source.name} {family}: unreadable predictions: {error}", file=sys.stderr, flush=True)
        return None, told


def delivered_latency(report: dict[str, Any]) -> float | None:
    """Milliseconds for 1,000 predictions of the delivered candidate; None when report.json does not say."""
    rows = [row for row in report.get("leaderboard", []) if row.get("delivered")]
    return rows[0].get("predict_ms_per_1000") if rows else None


def codes(y: Any, labels: list[str]) -> Any:
    """Labels as their places in `labels`; numbers as they are when there are no labels."""
    place = {label: code for code, label in enumerate(labels)}
    return np.asarray([place[label] for label in y.tolist()]) if labels else y.astype(float)


def read_predictions(path: Path, labels: list[str]) -> Any:
    """(n, classes) probabilities in the order of the labels, or (n,) predicted numbers."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not labels:
        return np.asarray([float(row["prediction"]) for row in rows])
    return np.asarray([[float(row[f"probability_{label}"]) for label in labels] for row in rows])


def kept(folder: Path, name: str, seed: int, family: str) -> Path:
    """Where the predictions of a measured family lie until all of its set are there."""
    return folder / f"{name}-{seed}-{family}.npz"


def fill_gaps(rows: list[ledger.Row], source: DataSet, seed: int, keep: Path) -> None:
    """Write the gap columns of a set and seed, once every family is there with its predictions."""
    mine = [row for row in rows if (row["set"], row["seed"]) == (source.name, str(seed))]
    scored = {row["family"]: row for row in mine if row["loss"]}
    paths = {family: kept(keep, source.name, seed, family) for family in scored}
    if {row["family"] for row in mine} != set(FAMILIES) or not all(path.exists() for path in paths.values()):
        return
    predicted: dict[str, Any] = {}
    y: Any = None
    for family, path in paths.items():
        with np.load(path, allow_pickle=False) as stored:
            predicted[family], y = stored["predicted"], stored["y"]
    for family, figures in scoring.gaps(source.metric, y, predicted).items():
        scored[family].update({name: ledger.as_text(figures[name]) for name in GAPS})
