"""When boosting ends: no gain for long, or no time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

PATIENCE = (20.0, 0.3)
"""Rounds without gain that are borne: so many and a share of the rounds that gained (AutoGluon's rule)."""
LEAST, MOST = (2.0, 150), (6.0, 300)
"""Bounds of that, each as a number that is divided by the learning rate, and rounds that it never exceeds: at a small
rate the first rounds say little, and what they improve takes longer to show."""


def patience(best: int, eta: float) -> float:
    """Rounds without gain after which boosting stops when round `best` (from 0) was the best."""
    least, most = (min(share / max(eta, 1e-6), rounds) for share, rounds in (LEAST, MOST))
    return float(np.clip(PATIENCE[0] + PATIENCE[1] * best, least, most))


def stopper(eta: float, deadline: float | None) -> Any:
    """An XGBoost callback that stops boosting; its `best` is the best round (from 0), None when none was watched.

    Its `late` is True when the deadline ended it.

    Args:
        eta: learning rate.
        deadline: time.monotonic() when to stop, or None. At least one round is boosted.
    """
    import xgboost

    class Stopper(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        best: int | None = None
        score = float("inf")
        late = False

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
            if evals_log:
                (history,) = evals_log["check"].values()
                if history[-1] < self.score or self.best is None:
                    self.score, self.best = history[-1], epoch
                if epoch - self.best >= patience(self.best, eta):
                    return True
            self.late = deadline is not None and time.monotonic() >= deadline
            return self.late

    return Stopper()
