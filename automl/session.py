"""What a run holds while it goes on, and the time each stage takes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automl import interrupts
from automl.decide.engine import Asked
from automl.energy import Meter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from automl.clock import Clock
    from automl.config import Plan
    from automl.console import Console
    from automl.data.split import Outer
    from automl.devices import Devices
    from automl.evaluate.crossval import CrossValidation
    from automl.evaluate.metrics import Metric
    from automl.events import Events
    from automl.prepare import Prepared
    from automl.report.facts import Facts


@dataclass
class Stages:
    """Seconds spent in each stage, and the console line that announces it."""

    clock: Clock
    console: Console
    events: Events | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage; what the process did before the first one is 'start'."""
        self.seconds.setdefault("start", self.clock.elapsed())
        self.console.stage(name)
        started = self.clock.elapsed()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.clock.elapsed() - started
            if self.events is not None:
                self.events.add("stage", name=name, took=round(self.seconds[name], 3))


@dataclass
class Session:
    """Everything a run holds while it goes on."""

    plan: Plan
    folder: Path
    clock: Clock
    console: Console
    devices: Devices
    stages: Stages
    events: Events
    facts: Facts
    prepared: Prepared
    outer: Outer
    cv: CrossValidation
    metric: Metric
    gpus: tuple[int, ...] = ()
    meter: Meter = field(default_factory=Meter)
    interrupted: bool = False

    @property
    def asked(self) -> Asked:
        """What the plan asks of the family to be named."""
        return Asked(self.plan.prefer, self.plan.max_latency, self.plan.max_size)

    @contextmanager
    def until_pressed(self) -> Iterator[None]:
        """Ctrl-C in the body, also one that a library turned into its own error, ends the body alone.

        The run goes on from there, as an interrupted one.
        """
        try:
            yield
            interrupts.check()
        except (Exception, KeyboardInterrupt) as error:
            if not interrupts.behind(error):
                raise
            interrupts.answered()
            self.interrupted = True
