"""What Keras Tuner suggests next, asked in the worker process: its import takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl import families
from automl.clock import OutOfTime
from automl.families.base import first_of_kind
from automl.search.oracle import suggest
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from automl.evaluate.crossval import Candidate, CrossValidation
    from automl.families.base import Knob, Params
    from automl.search.oracle import History
    from automl.types import FamilyName


class NoSuggestion(Exception):  # noqa: N818 (an outcome, not an error)
    """There is nothing to try next; the text says why, as a reason why a search ended."""


def suggestion(
    cv: CrossValidation,
    family: FamilyName,
    key: str,
    space: list[Knob],
    history: History,
    pending: Sequence[Params] = (),
) -> Params:
    """The next configuration to try.

    Args:
        cv: its worker is asked.
        family: whose configurations they are.
        key: of data, metric and family: results of different ones are never mixed.
        space: the hyperparameters.
        history: finished trials of the family in order, with their loss; None for a failed one (see `told`).
        pending: trials that run now; one that leaves a knob to its fits is told when it has ended.

    Raises:
        NoSuggestion: no worker to ask, no answer in time, or nothing left to try.
    """
    if not space:
        raise NoSuggestion("nothing to search in this family")
    if cv.worker is None:
        raise NoSuggestion("the known-good configurations were tried, and the budget is too short for suggestions")
    known = _known(cv, family)
    finished = [(_knobs(params, space), loss) for params, loss in history]
    running = [_knobs(params, space) for params in pending if comparable(params, known, space)]
    running = [params for params in running if len(_given(params)) == len(space)]
    for _ in range(2):  # a worker that died is replaced, and the fresh one is told the whole history
        try:
            found = cv.worker.call(
                suggest, key, space, finished, cv.dataset.problem.seed, running, seconds=cv.clock.left(1.0)
            )
        except WorkerDied:
            continue
        except OutOfTime:
            raise NoSuggestion("the budget") from None
        except WorkerError as error:
            raise NoSuggestion(f"no further suggestion could be made: {error}") from error
        if found is None:
            raise NoSuggestion("the search space is exhausted")
        return _whole(found, known)
    raise NoSuggestion("the process that makes suggestions died")


def told(
    cv: CrossValidation,
    space: Sequence[Knob],
    candidates: Iterable[Candidate],
    loss: Callable[[Candidate], float | None],
) -> History:
    """What the oracle is told of candidates of one family: those that its space can express.

    A knob that a configuration leaves open ('auto', or not named) stands at what its fits chose: the penalty of a path,
    or the width for which there was time.

    Args:
        cv: gives the family's known-good configurations.
        space: the hyperparameters.
        candidates: in the order in which they were judged.
        loss: what each came to; None for a failed one.
    """
    return [
        ({**c.final_params(), **_given(c.params)}, loss(c))
        for c in candidates
        if comparable(c.params, _known(cv, c.family), space)
    ]


def _given(params: Params) -> Params:
    """The parameters that say something."""
    return {name: value for name, value in params.items() if value != "auto"}


def _known(cv: CrossValidation, family: FamilyName) -> list[Params]:
    return families.load(family).defaults(cv.dataset.problem, len(cv.splits[0].train))


def _knobs(params: Params, space: Sequence[Knob]) -> Params:
    """What the oracle knows of a configuration."""
    names = {knob.name for knob in space}
    return {name: value for name, value in params.items() if name in names}


def _whole(found: Params, known: list[Params]) -> Params:
    """A suggestion with what its kind of model needs beside the knobs, as in the first known-good one of that kind.

    A kind that is not searched itself is that of the first; families whose models are all of one kind name none.
    """
    first = first_of_kind(found, known)
    return {**first, **found} if "kind" in first else found


def comparable(params: Params, known: Sequence[Params], space: Sequence[Knob]) -> bool:
    """Whether the oracle may learn from a configuration: one of another kind of model lies outside its space.

    So does one with an option, such as another penalty, that the first of its kind has not and the space does not vary.

    Args:
        known: the family's known-good configurations, whose first is of the kind of the space unless that is searched.
    """
    varied = {knob.name: knob.choices for knob in space}
    usual = known[0].get("kind")
    if params.get("kind", usual) not in varied.get("kind", (usual,)):
        return False
    first = first_of_kind(params, known)
    options = {name: value for name, value in params.items() if isinstance(value, str) and name not in varied}
    return options.items() <= first.items()
