"""What kinds of networks share whose sizes follow the measured cost of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl.families.base import Params

STEP_OPERATIONS = 2e9
"""Of a call: about a twentieth of a second, the grain of the clock."""
MOST_STEPS = 16


class SizedKind:
    """Part of `automl.families.network.kind.Kind`; a subclass tells the operations of a row."""

    def sized(self, params: Params) -> Params:
        """Unchanged."""
        return params

    def schedule(self, params: Params) -> str:  # noqa: ARG002 (one interface)
        """Name of the learning-rate schedule."""
        return "cosine"

    def operations(self, shape: tuple[int, ...], params: Params) -> float:
        """Multiplications and additions of one row of this shape through the network."""
        raise NotImplementedError

    def steps(self, shape: tuple[int, ...], params: Params) -> int:
        """Most gradient steps a call; the backward pass costs twice the forward one."""
        step = 3.0 * self.operations(shape, params) * params["batch"]
        return int(min(max(STEP_OPERATIONS / step, 1), MOST_STEPS))
