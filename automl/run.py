"""The main job, where the stages meet up to the search: data, profile, decide, search; the rest is in `finish`."""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import deciding, families, interrupts, jsonio, pictures
from automl.backbones import with_backbone
from automl.checks import without
from automl.clock import Clock
from automl.collect import validation_block
from automl.config import Plan, check_families
from automl.data import split
from automl.data.source import ImageFiles
from automl.decide.blend import NEVER
from automl.deciding import allowed_families
from automl.devices import chosen_gpus, detect, share_processors
from automl.errors import RunError
from automl.evaluate import metrics
from automl.evaluate.crossval import CrossValidation
from automl.evaluate.journal import Journal, data_digest, fingerprint
from automl.events import Events
from automl.events import read as read_events
from automl.findings import findings
from automl.finish import finish, record, write_report
from automl.memory import within
from automl.prepare import prepare, read, with_tail
from automl.report import facts
from automl.searching import REPORT_SECONDS, all_families, run_search
from automl.session import Session, Stages
from automl.types import UNITS
from automl.workers import start as workers
from automl.workers.executor import Here

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.console import Console
    from automl.data.dataset import Array, Dataset
    from automl.data.source import Source
    from automl.data.split import Split
    from automl.devices import Devices
    from automl.evaluate.metrics import Metric
    from automl.prepare import Prepared
    from automl.workers.pool import Workers

BLEND_ROWS = 50_000
"""Development rows up to which an ensemble is considered where accuracy does not come first."""
RESUMED_SECONDS = 10.0
"""A resumed run has at least this long, however much of its budget was used before."""
WORKER_BUDGET = 15.0
"""Budgets under this many seconds do not start the worker: its imports alone would take most of them."""


def fit(
    source: Any,
    plan: Plan,
    clock: Clock,
    console: Console,
    out: Path | None = None,
    command: str = "",
    *,
    resumed: bool = False,
) -> Path:
    """Run everything and write the run folder.

    Args:
        source: path, DataFrame or (X, y).
        plan: what to do.
        clock: already running.
        out: run folder; `reports/<name>-<time>` when None.
        command: the command line, for the record.
        resumed: `out` holds an unfinished run that goes on.

    Returns:
        Path: the run folder.

    Raises:
        AutoMLError: nothing could be learnt; nothing was written over.
        KeyboardInterrupt: stopped before there was anything to deliver.
    """
    with ExitStack() as stack:
        session = _begin(stack, source, plan, clock, console, out, command, resumed=resumed)
        everything = all_families(session, allowed_families(session))
        beside = everything.meanwhile if everything is not None and everything.together else None
        decision, probes = deciding.decide(session, REPORT_SECONDS, beside)
        candidates, found = run_search(session, decision, probes, everything)
        finish(session, decision, candidates, found)
        if not session.interrupted:
            shutil.rmtree(session.folder / "work", ignore_errors=True)
        return session.folder


def resume(folder: Path, console_of: Callable[[Clock], Console]) -> Path:
    """Continue an interrupted or killed run in its folder: finished fits are recalled, the rest of the budget is used.

    Args:
        folder: the run folder.
        console_of: makes the console once the budget is known.

    Raises:
        RunError: not a run folder, a finished run, one whose data was not a file, or events that cannot be read.
    """
    try:
        begin, used = _interrupted(folder)
        plan = jsonio.build(Plan, begin["plan"])
    except (KeyError, TypeError, ValueError) as error:
        # Guards against an events.jsonl that was edited or damaged.
        what = f"Cannot read events.jsonl: {type(error).__name__} {error}"
        raise RunError(what, where=str(folder), hint="fit again, into another folder") from error
    seconds = None if plan.seconds is None else max(plan.seconds, used + RESUMED_SECONDS)
    clock = Clock.since_process_start(seconds)
    clock.started -= used
    with console_of(clock) as console:
        return fit(begin["source"], plan, clock, console, folder, begin["command"], resumed=True)


def _interrupted(folder: Path) -> tuple[dict[str, Any], float]:
    """The begin event and the seconds used so far."""
    path = folder / "events.jsonl"
    if not path.is_file():
        raise RunError("This is not a run folder.", where=str(folder), hint="give the folder that automl fit wrote")
    lines = read_events(path)
    begin = next((line for line in lines if line["event"] == "begin"), None)
    if begin is None or not (folder / "work").is_dir():
        raise RunError("There is nothing to resume.", where=str(folder), hint="the run is finished: automl report RUN")
    if begin["source"] is None:
        raise RunError("The data of this run was not a file.", where=str(folder), hint="call automl.fit again")
    return begin, float(lines[-1]["seconds"])


def decide(source: Any, plan: Plan, clock: Clock, console: Console, out: Path | None = None, command: str = "") -> Path:
    """Profile, probes and verdict, no search: profile.json, decision.json, plan.toml, oof.parquet and a report."""
    with ExitStack() as stack:
        session = _begin(stack, source, plan, clock, console, out, command)
        decision, probes = deciding.decide(session, REPORT_SECONDS)
        with session.stages.stage("report"):
            record(session, decision, list(probes.candidates.values()))
            told, how = findings(session, decision), validation_block(session, decision)
            session.facts.add(decision=decision, findings=told, validation=how, interrupted=session.interrupted)
            write_report(session)
        shutil.rmtree(session.folder / "work", ignore_errors=True)
        return session.folder


def _begin(
    stack: ExitStack,
    source: Any,
    plan: Plan,
    clock: Clock,
    console: Console,
    out: Path | None,
    command: str,
    *,
    resumed: bool = False,
) -> Session:
    """Read and split; the worker starts first, so that it imports Keras meanwhile."""
    if not resumed:
        _refuse_taken(out)
    _refuse_unsupported(plan)
    share_processors()
    devices = detect()
    gpus = chosen_gpus(plan.gpus, devices.gpus)
    stages = Stages(clock, console)
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="automl-")))
    loading = families.preload()
    with interrupts.held():  # a worker is not left alone
        worker = _start_worker(plan, clock, devices, gpus)
        if worker is not None:
            stack.callback(worker.close)
    with stages.stage("read"):
        raw = read(source, plan)
    with stages.stage("profile"):
        prepared = _prepared(raw, plan, scratch, clock, devices, worker)
        loading.join()
    problem = prepared.dataset.problem
    metric = metrics.get(problem.metric, problem.task)
    outer = split.outer(prepared.dataset)
    prepared = with_tail(prepared, outer.development)
    parts = _splits(prepared.dataset, plan, outer.development, metric)
    folder = _new_folder(out, raw)
    stages.events = events = Events(folder / "events.jsonl", clock)
    for line in introduction(prepared):
        console.note(line)
    jsonio.write(folder / "profile.json", prepared.profile)
    cv = _cross_validation(prepared, plan, outer, parts, metric, clock, worker, devices, gpus, folder)
    path = str(Path(source).resolve()) if isinstance(source, (str, Path)) else None
    data = data_digest(prepared.dataset, _files(raw))
    if resumed:
        _refuse_changed(folder, data)
        shutil.rmtree(folder / "model", ignore_errors=True)  # written again at the end; journal and events stay
    events.add(
        "begin", command=command, source=path, plan=plan, rows=len(prepared.dataset),
        fingerprint=cv.journal.fingerprint, data=data,
    )  # fmt: skip
    collected = facts.Facts()
    collected.add(
        name=raw.name,
        command=command,
        seed=plan.seed,
        profile=prepared.profile,
        metric=facts.metric_block(metric),
        environment=facts.environment(devices, clock.counts_trials),
        findings=list(prepared.profile.findings),
    )
    return Session(plan, folder, clock, console, devices, stages, events, collected, prepared, outer, cv, metric, gpus)


def _prepared(
    raw: Source, plan: Plan, scratch: Path, clock: Clock, devices: Devices, worker: Workers | None
) -> Prepared:
    """Rows that fit into memory, with what images and texts need beside them."""
    prepared = within(prepare(raw, plan, scratch, devices.processors), plan.memory or devices.memory_bytes)
    tied = pictures.tied(prepared, plan.ignore)
    ready = with_backbone(tied, plan.backbone, worker, clock.left(), scratch)
    return replace(ready, profile=replace(ready.profile, findings=without(ready.profile.findings, plan.ignore)))


def _refuse_taken(out: Path | None) -> None:
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError("The output folder exists and is not empty.", where=str(out), hint="--out with a new name")


def _refuse_changed(folder: Path, data: str) -> None:
    """A resumed run goes on with the data it began with; a run of an earlier version did not write down which."""
    begin, _ = _interrupted(folder)
    if begin.get("data", data) != data:
        what = "The data have changed since the run began."
        raise RunError(what, where=begin["source"], hint="bring them back, or fit again into another folder")


def _files(raw: Source) -> list[Path]:
    """The files that rows are made of, beside the table that names them."""
    if isinstance(raw, ImageFiles):
        return [raw.root / path for path in raw.paths]
    from automl.data.media import root_of

    root = root_of(raw)
    return [root / str(cell) for name in raw.images for cell in raw.frame[name].dropna()]


def _refuse_unsupported(plan: Plan) -> None:
    """What can be refused before any data is read."""
    check_families(plan)
    if plan.metric is not None:
        metrics.check_name(plan.metric)


def _new_folder(out: Path | None, raw: Source) -> Path:
    """The run folder, created now that there is something to write."""
    if out is None:
        name = re.sub(r"[^\w.-]+", "-", raw.name).strip("-") or "data"
        out = Path("reports") / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
        first, number = out.name, 1
        while out.exists():
            number += 1
            out = out.with_name(f"{first}_{number}")
    (out / "work").mkdir(parents=True, exist_ok=True)
    return out


def _start_worker(plan: Plan, clock: Clock, devices: Devices, gpus: tuple[int, ...]) -> Workers | None:
    """The processes for networks and for the oracle; None when neither is asked for, or there is no time for them."""
    if clock.left() < WORKER_BUDGET or (plan.trials == 0 and "network" not in plan.allowed):
        return None
    return workers.start(devices.processors - threads_here(plan, devices.processors) or 1, gpus)


def threads_here(plan: Plan, processors: int) -> int:
    """Threads of this process beside a worker that works at the same time; 0 where they take turns, each with all."""
    return processors // 2 if plan.prefer == "accuracy" and "network" in plan.allowed else 0


def _splits(dataset: Dataset, plan: Plan, development: Array, metric: Metric) -> list[Split]:
    """The splits of the development part, as positions in the dataset: those with something to learn and to judge."""
    problem = dataset.problem
    rarest = int(np.bincount(dataset.y[development]).min()) if problem.task == "binary" else None
    folds, repeats = split.plan(len(development), rarest)
    if plan.prefer == "accuracy":  # time is better spent on more candidates for the ensemble
        repeats = 1
    parts = split.splits(dataset.take(development), folds, repeats, problem.seed)
    parts = [replace(p, train=development[p.train], check=development[p.check]) for p in parts]
    return [p for p in parts if _useful(metric, dataset, p)] or parts


def _cross_validation(
    prepared: Prepared,
    plan: Plan,
    outer: split.Outer,
    parts: list[Split],
    metric: Metric,
    clock: Clock,
    worker: Workers | None,
    devices: Devices,
    gpus: tuple[int, ...],
    folder: Path,
) -> CrossValidation:
    threads = (threads_here(plan, devices.processors) if worker is not None else 0) or devices.processors
    journal = Journal(folder / "work", fingerprint(prepared.dataset, metric.name))
    here = Here(clock)
    return CrossValidation(
        prepared.dataset, metric, parts, clock, here, worker, threads, journal,
        keep_models=_may_blend(plan, len(outer.development)), latency_seconds=plan.max_latency,
        size_bytes=plan.max_size, test=outer.test, gpus=gpus, memory=plan.memory,
    )  # fmt: skip


def _useful(metric: Metric, dataset: Dataset, part: Split) -> bool:
    """Whether there is something to learn and to judge: not one class alone, as blocks in time or groups may have."""
    if dataset.problem.task != "regression" and len(np.unique(dataset.y[part.train])) < 2:
        return False
    alike = np.full((len(part.check), dataset.problem.outputs), 1.0 / dataset.problem.outputs)
    weight = None if dataset.weight is None else dataset.weight[part.check]
    return bool(np.isfinite(metric.loss(dataset.y[part.check], alike, weight)))


def _may_blend(plan: Plan, rows: int) -> bool:
    """Whether models are kept for an ensemble: it is wanted, and keeping them costs little beside fitting them."""
    wanted = plan.prefer not in NEVER and not plan.explainable and not plan.limited
    return wanted and (plan.prefer == "accuracy" or rows <= BLEND_ROWS)


def introduction(prepared: Prepared) -> list[str]:
    """What was read and what it is taken for, with the flags that override it."""
    profile = prepared.profile
    kind = profile.modality.value
    columns = f", {len(profile.columns)} columns" if kind in ("table", "text") and not prepared.paths else ""
    lines = [f"{profile.name}: {profile.rows:,} {UNITS[kind][profile.rows != 1]}{columns}"]
    pictures = any(column.kind == "image" for column in profile.columns)
    said = () if kind == "table" and not pictures else (("data", profile.modality),)
    for name, choice in (*said, ("target", profile.target), ("task", profile.task)):
        override = f"  [{choice.override}]" if choice.override else ""
        lines.append(f"{name}: {choice.value} ({choice.reason}){override}")
    if profile.task.value == "binary":
        other, positive = profile.classes
        lines.append(f"positive class: {positive}  [--positive {shlex.quote(other)}]")
    if told := profile.forecast:
        lines.append(f"forecast: {told['horizon']} steps ahead, a step every {told['unit']} ({told['spacing'].reason})")
        lines.append(f"season: {told['season'].value} ({told['season'].reason}); to beat: {told['baseline']}")
        lines.append(f"scale: {told['scale'].value} ({told['scale'].reason})")
    lines += [
        f"{finding.severity} {finding.code} {finding.title}: {finding.action}"
        for finding in profile.findings
        if finding.status == "found" and finding.severity != "note"
    ]
    return lines
