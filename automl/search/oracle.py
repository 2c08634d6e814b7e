"""Keras Tuner's Bayesian oracle as a function of the search so far: space and history in, the next trial out.

The oracle is rebuilt from the history whenever it does not know it yet, so that a worker that was killed, or a run that
is resumed, goes on where it stood; an oracle never sees results of another space or objective.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING, Any

from automl.evaluate.journal import digest
from automl.jsonio import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.families.base import Knob, Params

    History = Sequence[tuple[Params, float | None]]

_SEARCHES: dict[str, Suggester] = {}


def suggest(
    search: str,
    space: Sequence[Knob],
    history: History,
    seed: int,
    pending: Sequence[Params] = (),
) -> Params | None:
    """The next configuration to try, or None when the space is exhausted.

    Args:
        search: fingerprint of data and objective; the space and the seed are added to it here.
        space: the hyperparameters.
        history: finished trials in order: parameters and loss (lower is better); None for a failed trial.
        seed: of the oracle.
        pending: trials that run now and have no loss yet.
    """
    from threadpoolctl import threadpool_limits

    key = digest(search, plain([astuple(knob) for knob in space]), seed)
    suggester = _SEARCHES.get(key)
    if suggester is None or not suggester.knows(history):
        suggester = _SEARCHES[key] = Suggester(space, seed)
    with threadpool_limits(1, user_api="blas"):  # small matrices: more threads only wait for each other
        return suggester.next(history, pending)


@dataclass
class Suggester:
    """One Keras Tuner oracle fed through its public calls.

    Attributes:
        told: the finished trials it knows of.
        waiting: suggestions, and pending trials it was shown, that have not ended.
    """

    space: Sequence[Knob]
    seed: int
    told: list[tuple[Params, float | None]] = field(default_factory=list)
    waiting: list[tuple[Params, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the oracle; its files go to a temporary folder."""
        from automl.search.bayesian import make

        folder = tempfile.mkdtemp(prefix="automl-oracle-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.queue: list[Params] = []
        self.oracle = make(self.space, self.seed, self.queue)
        self.oracle._set_project_dir(folder, "search")  # noqa: SLF001 (what Keras Tuner's own tuner calls)

    def knows(self, history: History) -> bool:
        """True when the history continues what this oracle was told."""
        return list(history[: len(self.told)]) == self.told

    def next(self, history: History, pending: Sequence[Params] = ()) -> Params | None:
        """Tell what is new in the history and what runs, then ask; asked again it says the same."""
        new = history[len(self.told) :]
        for params, loss in new:
            self._end(self._taken(params) or self._shown(params), loss)
            self.told.append((params, loss))
        unasked = [pair for pair in self.waiting if pair[0] not in pending]
        for params in pending:
            if all(params != known for known, _ in self.waiting):
                self.waiting.append((params, self._shown(params)))
        if unasked and not new:
            return dict(unasked[0][0])
        for pair in unasked:  # suggested before the latest results, and never run
            self.waiting.remove(pair)
            self._end(pair[1], None)
        trial = self._create()
        if trial.status == "STOPPED":
            return None
        params = dict(trial.hyperparameters.values)
        self.waiting.append((params, trial))
        return dict(params)

    def _taken(self, params: Params) -> Any:
        """The waiting trial with these parameters, which waits no longer; None when there is none."""
        for pair in self.waiting:
            if pair[0] == params:
                self.waiting.remove(pair)
                return pair[1]
        return None

    def _shown(self, params: Params) -> Any:
        """A trial with parameters that came from elsewhere: a default, another worker, before this oracle."""
        self.queue.append({k.name: _nearest(k, params[k.name]) for k in self.space if _has_value(k, params)})
        return self._create()

    def _create(self) -> Any:
        """A trial for a tuner of its own: Keras Tuner gives a tuner its running trial again."""
        return self.oracle.create_trial(f"automl-{len(self.oracle.trials)}")

    def _end(self, trial: Any, loss: float | None) -> None:
        trial.status = "COMPLETED" if loss is not None else "FAILED"
        if loss is not None:
            self.oracle.update_trial(trial.trial_id, {"loss": loss})
        self.oracle.end_trial(trial)


def _has_value(knob: Knob, params: Params) -> bool:
    """True when the parameters say something about the knob that its space can express."""
    value = params.get(knob.name)
    return value in knob.choices if knob.choices else isinstance(value, (int, float))


def _nearest(knob: Knob, value: Any) -> Any:
    """The value inside the space: a default may be 0 where the space is logarithmic."""
    return value if knob.choices else min(max(value, knob.low), knob.high)
