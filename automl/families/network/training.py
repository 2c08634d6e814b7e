"""The training run: a horizon that fits the time, a schedule that always ends, the best epoch kept."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.families.base import FitFailed
from automl.families.network.average import Average
from automl.families.network.feed import feed
from automl.families.network.schedule import FADES, PATIENCE, SCHEDULES, at_rest

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.data.dataset import Array
    from automl.families.network.trainer import Trainer

FEW_EPOCHS = 30
"""Fewer epochs than this and a network is called under-trained."""
WARM_UP_CALLS = 3
WARM_UP_SECONDS = 1.0
SLACK = 1.08
"""Planned cost over measured cost: what a busy machine adds without cutting the schedule short."""
MARGIN = 0.05
"""Seconds kept for handing the model back."""


@dataclass(frozen=True)
class Plan:
    """How to train.

    Attributes:
        batch: rows a gradient step.
        chunk: gradient steps a call, the grain of the clock and of the learning rate.
        calls: calls an epoch.
        epochs: the horizon wanted; time may shorten it.
        rate: peak learning rate.
        schedule: name in `SCHEDULES`.
        seed: of the order of rows and of their mixtures.
        span: share of the run over which weights are averaged (see `average`); 0 for none.
    """

    batch: int
    chunk: int
    calls: int
    epochs: int
    rate: float
    schedule: str
    seed: int
    span: float = 0.0


@dataclass
class Outcome:
    """What a training run came to; epochs are counted from 1, and 0 stands for first weights that were fitted."""

    planned: int = 0
    epochs: float = 0.0
    best_epoch: int | None = None
    seconds_per_epoch: float = 0.0
    curve: list[float] = field(default_factory=list)
    cut: bool = False


@dataclass
class Deadline:
    """When to be done; None for never."""

    at: float | None

    def left(self) -> float:
        """Seconds until then."""
        return math.inf if self.at is None else self.at - time.monotonic()


def shape(rows: int, batch: int, most: int) -> tuple[int, int]:
    """(steps a call, calls an epoch) for at most `most` steps a call."""
    steps = max(round(rows / batch), 1)
    calls = math.ceil(steps / most)
    return max(round(steps / calls), 1), calls


class Order:
    """Row numbers of the batches to come: random passes over all rows, one after the other, none left out.

    Attributes:
        mixtures: what mixtures of rows are drawn by.
    """

    def __init__(self, rows: int, seed: int) -> None:
        self.rows, self.random = rows, np.random.default_rng(seed)
        self.mixtures = np.random.default_rng([seed, 8])
        self.ahead: Array = np.zeros(0, dtype=np.int32)

    def take(self, steps: int, batch: int) -> Array:
        """(steps, batch) int32."""
        while len(self.ahead) < steps * batch:
            self.ahead = np.concatenate([self.ahead, self.random.permutation(self.rows).astype(np.int32)])
        taken, self.ahead = self.ahead[: steps * batch], self.ahead[steps * batch :]
        return taken.reshape(steps, batch)


class Run:
    """One training run of a `Trainer`.

    Args:
        data: (inputs, targets, row weights) of the rows to learn from; the inputs may be `Several`, or `Images`.
        room: see `feed.Resident`.
        evaluate: loss on the rows set aside, NaN when predictions are not finite; None keeps the last weights.
        fitted: the first weights are those of a simpler model, and stay when no epoch is better.
    """

    def __init__(
        self,
        trainer: Trainer,
        data: tuple[Any, Array, Array],
        evaluate: Callable[[], float] | None,
        plan: Plan,
        deadline: Deadline,
        room: int = 0,
        *,
        fitted: bool = False,
    ) -> None:
        self.trainer, self.evaluate, self.plan, self.deadline = trainer, evaluate, plan, deadline
        self.fitted = fitted
        self.feed = feed(data, room)
        self.order = Order(len(data[0]), plan.seed)
        self.outcome = Outcome()
        self.best: list[Array] | None = None
        self.standing = (False, -math.inf)
        self.lowest, self.lowest_epoch = math.inf, 0
        self.call_seconds = self.evaluation_seconds = 0.0
        self.total = 0
        self.gave_up = False
        self.average = Average(plan.span) if plan.span else None

    def train(self, per_call: float | None) -> Outcome:
        """Train to the horizon that fits, leave the best weights in the network and say how it went.

        Args:
            per_call: what `measure` returned; None without a deadline.

        Raises:
            FitFailed: weights or predictions are not finite.
        """
        plan = self.plan
        wanted = plan.epochs * plan.calls
        total = wanted if per_call is None else min(wanted, self._affordable(per_call))
        total = max(total - total % plan.calls, min(total, plan.calls))  # whole epochs, or part of the only one
        if self.fitted and (loss := self._loss(0)) is not None:
            self._keep(0, 1.0, loss)
        started = time.monotonic()
        done = self._calls(total, wanted)
        self.outcome.epochs = round(done / plan.calls, 2)
        self.outcome.planned = max(round(plan.epochs * self.total / wanted), 1)
        self.outcome.cut = done < wanted and not self.gave_up
        self.outcome.seconds_per_epoch = (time.monotonic() - started) / max(done / plan.calls, 1e-9)
        self._finish()
        return self.outcome

    def _calls(self, total: int, wanted: int) -> int:
        """Calls run while progress goes from 0 to 1: about `total`, at most `wanted`, fewer on a slow machine."""
        plan, schedule = self.plan, SCHEDULES[self.plan.schedule]
        progress, done, started = 0.0, 0, time.monotonic()
        while done < total and (done == 0 or not self._late()):
            if self._hopeless(done / plan.calls):
                self.gave_up = True
                break
            stride = (1.0 - progress) / (total - done)
            middle = progress + stride / 2.0
            self._call(self.order, plan.rate * schedule(middle), FADES[plan.schedule](middle))
            progress, done = progress + stride, done + 1
            if self.average is not None:
                self.average.add(self.trainer.network.get_weights(), stride)
            if done % plan.calls == 0:
                self._check(done // plan.calls, progress)
                per_call = (time.monotonic() - started) / done
                fits = done + self._affordable(per_call, slack=1.0, least=0)
                # Early on the horizon may grow again; later it only shrinks, so that the end stays in sight.
                total = min(wanted if progress < 0.5 else total, fits)
        self.total = total
        if done % plan.calls:
            self._check(math.ceil(done / plan.calls), progress)
        return done

    def measure(self) -> float:
        """Seconds a call, its share of the evaluation included; every variable is put back afterwards."""
        plan, before = self.plan, self.trainer.state()
        order = Order(self.order.rows, plan.seed)
        self._call(order, 0.0)  # compiles
        if self.evaluate is not None:
            self.evaluate()
            started = time.monotonic()
            self.evaluate()
            self.evaluation_seconds = time.monotonic() - started
        seconds: list[float] = []
        most = min(WARM_UP_SECONDS, self.deadline.left() / 10)
        while not seconds or (len(seconds) < WARM_UP_CALLS and sum(seconds) < most):
            self._call(order, 0.0)
            seconds.append(self.call_seconds)
        self.trainer.restore(before)
        return float(np.median(seconds)) + self.evaluation_seconds / plan.calls

    def _call(self, order: Order, rate: float, fade: float = 1.0) -> None:
        """One call at a learning rate and a factor of dropout and decay; notes its seconds."""
        started = time.monotonic()
        data, batches = self.feed.call(order.take(self.plan.chunk, self.plan.batch))
        self.trainer.steps(data, batches, rate, fade, order.mixtures)
        self.call_seconds = time.monotonic() - started

    def _affordable(self, per_call: float, slack: float = SLACK, least: int = 1) -> int:
        """Calls that fit into the time left; without a deadline more than any plan asks for."""
        left = self.deadline.left() - self._reserve()
        return max(int(left / (per_call * slack)), least) if math.isfinite(left) else 2**31

    def _reserve(self) -> float:
        return 2.0 * self.evaluation_seconds + MARGIN

    def _hopeless(self, epochs: float) -> bool:
        """Whether the lowest loss lies so far back that a lower one is not to be expected."""
        times, more = PATIENCE[self.plan.schedule]
        return self.lowest_epoch > 0 and epochs > times * self.lowest_epoch + more

    def _late(self) -> bool:
        """Whether another call like the last would leave no time to hand the model back."""
        return self.deadline.left() < self._reserve() + self.call_seconds

    def _check(self, epoch: int, progress: float) -> None:
        """Note the loss on the rows set aside and keep the weights of the best epoch (of equal ones the last).

        An epoch before the rate has come down counts only while there is none after.

        Raises:
            FitFailed: predictions are not finite.
        """
        if self.average is not None:
            latest = self.trainer.network.get_weights()
            self.trainer.network.set_weights(self.average.weights())
            self._judge(epoch, progress)
            self.trainer.network.set_weights(latest)
        else:
            self._judge(epoch, progress)

    def _judge(self, epoch: int, progress: float) -> None:
        loss = self._loss(epoch)
        if loss is None:
            return
        self.outcome.curve.append(round(loss, 5))
        if loss <= self.lowest:
            self.lowest, self.lowest_epoch = loss, epoch
        self._keep(epoch, progress, loss)

    def _loss(self, epoch: int) -> float | None:
        loss = None if self.evaluate is None else self.evaluate()
        if loss is not None and not math.isfinite(loss):
            raise FitFailed(f"training diverged in epoch {epoch}: predictions are not finite")
        return loss

    def _keep(self, epoch: int, progress: float, loss: float) -> None:
        standing = (at_rest(self.plan.schedule, progress), -loss)
        if self.best is None or standing >= self.standing:
            self.standing, self.outcome.best_epoch = standing, epoch
            self.best = self.trainer.network.get_weights()

    def _finish(self) -> None:
        """The best weights back into the network, which must be finite."""
        if self.best is not None:
            self.trainer.network.set_weights(self.best)
        if not all(np.isfinite(weight).all() for weight in self.trainer.network.get_weights()):
            raise FitFailed("training diverged: weights are not finite")
