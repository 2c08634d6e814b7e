"""What Keras Tuner suggests next, asked in the worker process: its import takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.clock import OutOfTime
from automl.search.oracle import suggest
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.evaluate.crossval import CrossValidation
    from automl.families.base import Knob, Params
    from automl.search.oracle import History


def suggestion(
    cv: CrossValidation, key: str, space: list[Knob], history: History, pending: Sequence[Params] = ()
) -> Params | None:
    """The next configuration to try; None when there is no worker to ask, no answer in time, or nothing left to try.

    Args:
        cv: its worker is asked.
        key: of data, metric and family: results of different ones are never mixed.
        space: the hyperparameters.
        history: finished trials of the family in order, with their loss; None for a failed one.
        pending: trials that run now.
    """
    if cv.worker is None or not space:
        return None
    for _ in range(2):  # a worker that died is replaced, and the fresh one is told the whole history
        try:
            return cv.worker.call(
                suggest, key, space, history, cv.dataset.problem.seed, pending, seconds=cv.clock.left(1.0)
            )
        except WorkerDied:
            continue
        except (OutOfTime, WorkerError):
            break
    return None


def comparable(params: Params, first: Params, space: Sequence[Knob]) -> bool:
    """Whether the oracle may learn from a trial: one of another kind of model lies outside its space.

    Args:
        first: the family's first default, whose kind the space describes unless the kind is searched itself.
    """
    kind = params.get("kind", first.get("kind"))
    searched = next((knob.choices for knob in space if knob.name == "kind"), (first.get("kind"),))
    return kind in searched
