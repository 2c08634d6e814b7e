"""Stand-ins for clock, families and executor: fits that cost nothing and err as much as they are told."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from automl import families
from automl.clock import Clock, OutOfTime
from automl.data import split
from automl.evaluate import metrics
from automl.evaluate.crossval import CrossValidation
from automl.evaluate.journal import Journal
from automl.families.base import Knob
from automl.families.task import Fitted
from automl.families.task import fit as real_fit
from automl.search.oracle import suggest
from automl.workers.executor import resolve
from tests.rows import numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.families.weigh import ModelCost


@dataclass
class FakeClock(Clock):
    """A clock that goes on only when a fake fit takes time."""

    now: float = 0.0

    def elapsed(self) -> float:
        return self.now

    def limit(self, seconds: float) -> Any:
        return nullcontext()


@dataclass(frozen=True)
class FakeFamily:
    """What decide, search and evaluate ask of a family besides fitting."""

    name: str
    given: tuple[dict[str, Any], ...] = ({},)
    knobs: tuple[Knob, ...] = (Knob("error"),)

    @property
    def in_worker(self) -> bool:
        return self.name == "network"

    def defaults(self, problem: Any, rows: int) -> list[dict[str, Any]]:
        return [dict(params) for params in self.given]

    def space(self, problem: Any, rows: int) -> list[Knob]:
        return list(self.knobs)

    def describe(self, params: dict[str, Any]) -> str:
        return f"{self.name} {params}"


@dataclass
class FakeExecutor:
    """Predicts the truth with an error; every fit takes the time of its family.

    Attributes:
        errors: standard deviation of the predictions by family; `params['error']` goes before it.
        costs: seconds of a fit by family.
        rows: training rows that these costs are for, fewer cost their share; None: they do not depend on the rows.
        weights: what the models of a family cost to use, told where a fit is asked to weigh its model.
        trouble: called with each task; raises what the fit is to raise.
        info: facts of each fit, from the task.
        suggestions: what the oracle says, in this order; then None.
        tasks: what was fitted.
        told: the history at each question to the oracle.
    """

    clock: FakeClock
    errors: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    rows: int | None = None
    weights: dict[str, ModelCost] = field(default_factory=dict)
    trouble: Callable[[Any], None] = lambda _task: None
    info: Callable[[Any], dict[str, Any]] = lambda _task: {}
    suggestions: list[Any] = field(default_factory=list)
    shared: dict[str, Any] = field(default_factory=dict)
    tasks: list[Any] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)

    def share(self, name: str, value: object) -> None:
        self.shared[name] = value

    def wait_ready(self, seconds: float) -> None:
        if seconds <= 0:
            raise OutOfTime

    def call(self, function: Any, *arguments: Any, seconds: float = float("inf")) -> Any:
        if function is suggest:
            self.told.append(arguments[2])
            answer = self.suggestions.pop(0) if self.suggestions else None
            if isinstance(answer, Exception):
                raise answer
            return answer
        if function is real_fit:
            return self._fit(*resolve(arguments, self.shared), seconds)
        return function(*resolve(arguments, self.shared))

    def close(self) -> None:
        pass

    def _fit(self, dataset: Any, task: Any, seconds: float) -> Fitted:
        self.tasks.append(task)
        cost = self.costs.get(task.family, 0.0) * (len(task.train) / self.rows if self.rows else 1.0)
        self.clock.now += min(cost, seconds)
        self.trouble(task)
        if cost > seconds:
            raise OutOfTime
        if task.save is not None:
            (task.save / "fake.txt").write_text(f"{task.family} {task.params} {len(task.train)}")
        weighed = self.weights.get(task.family) if task.weigh else None
        return Fitted(self.predictions(dataset, task), dict(task.params), self.info(task), cost, 0.0, weighed)

    def predictions(self, dataset: Any, task: Any) -> Any:
        error = task.params.get("error", self.errors.get(task.family, 1.0))
        noise = np.random.default_rng(sum(map(ord, task.family))).normal(size=len(dataset))
        noise = np.roll(noise, len(task.train))  # other training rows, other errors
        guess = dataset.y + error * noise
        if dataset.problem.task != "regression":
            p = 1 / (1 + np.exp(-4 * (guess - 0.5)))
            return np.stack([1 - p, p], axis=1)[task.predict].astype(np.float32)
        if task.family == "baseline":
            guess = np.full(len(dataset), dataset.y[task.train].mean())
        return guess[task.predict, None].astype(np.float32)


def use_fakes(monkeypatch: Any, **options: dict[str, Any]) -> None:
    """Replace the families; `trees={'given': ...}` sets the fields of one."""
    monkeypatch.setattr(families, "load", lambda name: FakeFamily(name, **options.get(name, {})))


def fake_cv(
    dataset: Any = None, folds: int = 5, repeats: int = 2, budget: float | None = None, folder: Any = None, **how: Any
) -> CrossValidation:
    """A cross-validation on fake fits; `cv.here` is the executor of all families."""
    dataset = numbers("regression", 100) if dataset is None else dataset
    clock = FakeClock(budget)
    executor = FakeExecutor(clock, **how)
    parts = split.splits(dataset, folds, repeats, dataset.problem.seed)
    metric = metrics.get(dataset.problem.metric, dataset.problem.task)
    return CrossValidation(dataset, metric, parts, clock, executor, executor, 1, Journal(folder, "f"))


def judged(cv: CrossValidation, family: Any, error: float = 1.0, splits: Any = None, **params: Any) -> Any:
    """A candidate judged on some splits, all by default."""
    candidate = cv.candidate(family, {"error": error, **params})
    for number in range(len(cv.splits)) if splits is None else splits:
        assert cv.judge(candidate, number)
    return candidate
