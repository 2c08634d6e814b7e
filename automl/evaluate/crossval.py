"""Candidates and the cross-validation that judges them: every fit of a run but the final ones goes through here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import families, interrupts
from automl.clock import Clock, OutOfTime
from automl.evaluate.journal import FORGOTTEN
from automl.families.base import FitFailed, Limits, Params
from automl.families.task import FitTask, Fitted, fit
from automl.families.weigh import over_limit
from automl.workers.executor import Executor, Shared, WorkerDied, WorkerError

if TYPE_CHECKING:
    from pathlib import Path

    from automl.data.dataset import Array, Dataset
    from automl.data.split import Split
    from automl.evaluate.journal import Journal
    from automl.evaluate.metrics import Metric
    from automl.types import FamilyName

DATASET = "development"
"""Name under which the development part is shared with the executors."""


@dataclass(eq=False)
class Candidate:
    """One configuration of one family and what is known of it so far; each is equal to itself alone.

    Attributes:
        name: 'trees-3'; stable within a run.
        trial: number in the search, None for a probe.
        fits: split number -> what the fit gave.
        losses: split number -> loss on the rows judged.
        fixed: parameters that the first fit came to where time set its length: all splits are trained alike.
        reason: why it failed or stopped, '' when all is well.
        models: split number -> folder of the model that was fitted on it, where models are kept.
        sealed: split number -> that model's predictions of the test rows; looked at when the test part is opened.
        members: candidates and their weights, of an ensemble.
        pruned: True when it was given up as hopeless before all splits of its search were judged.
        rungs: rows -> what a fit on so many of the first split's training rows gave, and its loss.
    """

    name: str
    family: FamilyName
    params: Params
    configuration: str
    trial: int | None = None
    fits: dict[int, Fitted] = field(default_factory=dict)
    losses: dict[int, float] = field(default_factory=dict)
    fixed: Params = field(default_factory=dict)
    reason: str = ""
    models: dict[int, Path] = field(default_factory=dict)
    sealed: dict[int, Array] = field(default_factory=dict)
    members: tuple[tuple[Candidate, float], ...] = ()
    pruned: bool = False
    rungs: dict[int, tuple[Fitted, float]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when at least one split was judged and it was not given up: it may be compared and chosen."""
        return bool(self.losses) and not self.pruned

    @property
    def status(self) -> str:
        """'ok', 'pruned' (given up as hopeless) or 'failed'."""
        return "ok" if self.ok else "pruned" if self.pruned else "failed"

    def loss(self, splits: list[int] | None = None) -> float:
        """Mean loss over splits (all judged ones by default); infinite when one is missing."""
        wanted = sorted(self.losses) if splits is None else splits
        return float(np.mean([self.losses.get(s, np.inf) for s in wanted])) if wanted else float("inf")

    def given(self) -> list[Fitted]:
        """What the fits gave so far, the first one first; a thread beside this one may be adding to them."""
        return list(self.fits.values())

    @property
    def seconds(self) -> float:
        """Mean seconds of a fit with its predictions."""
        given = self.given()
        return float(np.mean([f.fit_seconds + f.predict_seconds for f in given])) if given else 0.0

    def on_rung(self, rows: int) -> Candidate:
        """The same candidate as judged on the first split after learning from so many rows, and on nothing else."""
        fitted, loss = self.rungs[rows]
        return replace(self, fits={0: fitted}, losses={0: loss}, models={}, sealed={}, rungs={})

    def final_params(self) -> Params:
        """Parameters of the final fit: the median over splits of every number that a fit determined."""
        given = [f.final_params for f in self.given()]
        return {key: _middle([params[key] for params in given]) for key in given[0]} if given else self.params

    @property
    def could_train_longer(self) -> bool:
        """True when time, not validation, ended its fits."""
        return any(fitted.could_take_longer for fitted in self.given()[:1])

    @property
    def shortened(self) -> bool:
        """True when time set it a shorter schedule than its own."""
        return bool(self.info.get("planned_epochs", 0) < self.info.get("full_epochs", 0))

    @property
    def info(self) -> dict[str, Any]:
        """Facts of the first fit."""
        given = self.given()
        return given[0].info if given else {}


def _middle(values: list[Any]) -> Any:
    """The median of numbers (whole when they all are), else the first value."""
    if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        median = float(np.median(values))
        return round(median) if all(isinstance(v, int) for v in values) else median
    return values[0]


@dataclass
class CrossValidation:
    """Runs fits of candidates on the splits of the development part.

    Attributes:
        splits: all splits of the plan; a candidate is judged on the first ones that time allows.
        here, worker: where families run; `worker` is None when no worker is wanted.
        journal: remembers finished fits, so that an interrupted run goes on where it stood.
        keep_models: True when the models of all splits are kept on disk, for an ensemble of them.
        latency_seconds, size_bytes: limits on one model; a trial over one fails, a probe is told apart by the verdict.
        gpus: indices of the GPUs that a fit in this process may use; None for all there are.
        memory: bytes that the user allows; None for what the machine has.
        test: rows of the test part; kept models predict them while they are in memory (loading dozens of networks
            again would take longer than the search), and nobody sees their targets before the choice is frozen.
    """

    dataset: Dataset
    metric: Metric
    splits: list[Split]
    clock: Clock
    here: Executor
    worker: Executor | None
    threads: int
    journal: Journal
    names: dict[str, int] = field(default_factory=dict)
    keep_models: bool = False
    latency_seconds: float | None = None
    size_bytes: int | None = None
    test: Array = field(default_factory=lambda: np.arange(0))
    gpus: tuple[int, ...] | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        """Share the development part with both processes."""
        self.here.share(DATASET, self.dataset)
        if self.worker is not None:
            self.worker.share(DATASET, self.dataset)

    def candidate(self, family: FamilyName, params: Params, trial: int | None = None) -> Candidate:
        """A new candidate with the next free name of its family."""
        number = self.names[family] = self.names.get(family, -1) + 1
        return Candidate(f"{family}-{number}", family, params, families.load(family).describe(params), trial)

    def judge(self, candidate: Candidate, split: int, seconds: float | None = None) -> bool:
        """Fit on one split and keep predictions and loss.

        Args:
            seconds: limit of the fit; None = until the clock's end (no limit when trials are counted).

        Returns:
            bool: True when the split was judged; else `candidate.reason` says why not.
        """
        part = self.splits[split]
        task = self._task(candidate, part.train, part.check, seconds)
        if self.keep_models:
            task = replace(task, predict=np.concatenate([part.check, self.test]))
            task = replace(task, save=self.journal.model_folder(task))
        # Once a candidate is enough: the cost of a model hardly depends on the split.
        limited = self.latency_seconds is not None or self.size_bytes is not None
        task = replace(task, weigh=not candidate.losses and (candidate.trial is None or limited))
        judged = self._judged(task, part.check)
        if isinstance(judged, str):
            candidate.reason = judged
            return False
        fitted, loss = judged
        over = over_limit(fitted.cost, self.latency_seconds, self.size_bytes)
        if over and candidate.trial is not None:
            candidate.reason = f"over the limit: {over}"
            return False
        kept = replace(fitted, predictions=fitted.predictions[: len(part.check)])
        candidate.fits[split], candidate.losses[split] = kept, loss
        if task.save is not None and not (task.save / FORGOTTEN).exists():
            candidate.models[split], candidate.sealed[split] = task.save, fitted.predictions[len(part.check) :]
        self._fix_length(candidate, fitted)
        return True

    def judge_rung(self, candidate: Candidate, rows: int, seconds: float | None = None) -> bool:
        """As `judge` on the first split, learning only from the first `rows` of a fixed shuffle of its training rows.

        So the subsets are nested. The outcome goes to `candidate.rungs`.
        """
        part = self.splits[0]
        task = self._task(candidate, nested(part.train, rows, self.dataset.problem.seed), part.check, seconds)
        judged = self._judged(task, part.check)
        if isinstance(judged, str):
            return False
        candidate.rungs[rows] = judged
        self._fix_length(candidate, judged[0])
        return True

    def _task(self, candidate: Candidate, train: Array, check: Array, seconds: float | None) -> FitTask:
        params = {**candidate.params, **candidate.fixed}
        return FitTask(candidate.family, params, train, check, self.limits(self._seconds(seconds)))

    def limits(self, seconds: float | None, *, full: bool = False) -> Limits:
        """What a fit of this run may use, for so many seconds (see `Limits`)."""
        return Limits(seconds, self.threads, full=full, gpus=self.gpus, memory=self.memory)

    def predict(self, candidate: Candidate, split: int, seconds: float | None = None) -> Array | None:
        """(judged rows, outputs) of a fit on one split, of which the metric need not be defined; None when it fails."""
        part = self.splits[split]
        fitted = self._fitted(self._task(candidate, part.train, part.check, seconds))
        if isinstance(fitted, str):
            candidate.reason = fitted
            return None
        self._fix_length(candidate, fitted)
        return fitted.predictions

    def _judged(self, task: FitTask, check: Array) -> tuple[Fitted, float] | str:
        """What the task gave and its loss on the rows `check`, the first it predicts; else the reason why not."""
        fitted = self._fitted(task)
        if isinstance(fitted, str):
            return fitted
        loss = self.loss(check, fitted.predictions[: len(check)], self.metric)
        return (fitted, loss) if np.isfinite(loss) else f"{self.metric.label} is not defined on its predictions"

    def _fitted(self, task: FitTask) -> Fitted | str:
        """What the journal remembers of the task, else what it gives; or the reason why it gives nothing usable."""
        try:
            recalled = self.journal.recall(task)
            fitted = recalled or self.run(task)
        except (FitFailed, WorkerDied, WorkerError, OutOfTime) as error:
            return str(error) or "out of time"
        if not np.isfinite(fitted.predictions).all():
            return "its predictions are not finite"
        if recalled is None:
            self.journal.remember(task, fitted)
        return fitted

    def loss(self, rows: Array, predictions: Array, metric: Metric) -> float:
        """Loss of predictions of these rows under a metric; not finite where that is not defined."""
        weight = None if self.dataset.weight is None else self.dataset.weight[rows]
        return metric.loss(self.dataset.y[rows], predictions, weight)

    def _fix_length(self, candidate: Candidate, fitted: Fitted) -> None:
        """Every later fit of the candidate as long as the first, and of its size, where time sets them."""
        if "planned_epochs" in fitted.info and not self.clock.counts_trials and not candidate.fixed:
            known = {name: fitted.final_params.get(name, value) for name, value in candidate.params.items()}
            candidate.fixed = {**known, "epochs": fitted.info["planned_epochs"]}

    def run(self, task: FitTask, late: float = 0.0) -> Fitted:
        """Run a task where its family runs; a task whose worker died is run once more, in the time that is left.

        Args:
            late: seconds over its limit for which a fit that ought to have stopped by itself is waited for.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed before, and lost on its way.
        """
        interrupts.check()
        executor, started = self.executor(task.family), self.clock.elapsed()
        seconds = task.limits.seconds
        if seconds is None:
            seconds = float("inf")
        try:
            return self._called(executor, task, seconds, late)
        except WorkerDied:
            left = seconds - (self.clock.elapsed() - started)
            if left <= 0:
                raise
            return self._called(executor, task, left, late)

    def _called(self, executor: Executor, task: FitTask, seconds: float, late: float) -> Fitted:
        """The fit, in what is left of the seconds once its worker is ready: the fit counts them from its own start."""
        started = self.clock.elapsed()
        executor.wait_ready(seconds)
        left = seconds - (self.clock.elapsed() - started)
        if left < float("inf"):
            task = replace(task, limits=replace(task.limits, seconds=left))
        return executor.call(fit, Shared(DATASET), task, seconds=left + late)

    def executor(self, family: FamilyName) -> Executor:
        """Where this family runs."""
        if not families.load(family).in_worker:
            return self.here
        if self.worker is None:
            raise FitFailed("no worker process for networks")
        return self.worker

    def _seconds(self, seconds: float | None) -> float | None:
        if self.clock.counts_trials:
            return None
        return max(self.clock.left(), 0.0) if seconds is None else seconds


def nested(train: Array, rows: int, seed: int) -> Array:
    """The first `rows` of a fixed shuffle of the training rows, so that smaller subsets lie within larger ones."""
    shuffled = np.random.default_rng([seed, 2]).permutation(train)
    return np.sort(shuffled[:rows])
