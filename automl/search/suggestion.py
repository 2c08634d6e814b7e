"""What Keras Tuner suggests next, asked in the worker process: its import takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.clock import OutOfTime
from automl.search.oracle import suggest
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.families.base import Knob, Params


def suggestion(
    cv: CrossValidation, space: list[Knob], tried: Sequence[Candidate], splits: list[int], fingerprint: str
) -> Params | None:
    """The next configuration to try; None when there is no worker to ask, no answer in time, or nothing left to try.

    Args:
        tried: candidates of the same family, in the order they were tried.
        splits: on which they are compared; one that misses some counts as failed.
        fingerprint: of data, metric, seed and family: results of different ones are never mixed.
    """
    if cv.worker is None or not space:
        return None
    history = [(c.params, c.loss(splits) if set(splits) <= set(c.losses) else None) for c in tried]
    for _ in range(2):  # a worker that died is replaced, and the fresh one is told the whole history
        try:
            return cv.worker.call(
                suggest, fingerprint, space, history, cv.dataset.problem.seed, seconds=cv.clock.left(1.0)
            )
        except WorkerDied:
            continue
        except (OutOfTime, WorkerError):
            break
    return None
