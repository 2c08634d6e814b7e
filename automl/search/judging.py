"""A trial judged on the splits of a search, whichever search it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from automl.evaluate.crossval import Candidate, CrossValidation


def judge(
    cv: CrossValidation,
    trial: Candidate,
    splits: Sequence[int],
    seconds: Callable[[int], float],
    given_up: Callable[[], bool] = lambda: False,
) -> None:
    """Judge a trial split by split until one fails; a failed trial keeps its reason and no losses.

    Half a trial would be compared on other rows than the rest.

    Args:
        cv: runs its fits.
        seconds: what the fit on the split at a place of `splits` may take; not asked where trials are counted.
        given_up: asked after each split, whether the others are not worth their time.
    """
    for place, split in enumerate(splits):
        try:
            judged = cv.judge(trial, split, None if cv.clock.counts_trials else seconds(place))
        except MemoryError:  # in this process: the predictions, or their judgement
            trial.reason, judged = "out of memory", False
        if not judged:
            trial.losses.clear()
            return
        if given_up():
            return
