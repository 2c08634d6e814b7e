"""What a plan with a horizon may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.errors import UsageError

if TYPE_CHECKING:
    from automl.config import Plan


def check_plan(plan: Plan) -> None:
    """Refuse flags that contradict a forecast, and flags that have a meaning for forecasts alone.

    Raises:
        UsageError: says which flag, and what to do.
    """
    if plan.horizon is None:
        if plan.known:
            raise UsageError("--known is for forecasts.", where="--known", hint="--horizon N, or leave it out")
        return
    where = f"--horizon {plan.horizon}"
    if plan.horizon < 1:
        raise UsageError("The horizon is a number of steps from 1.", where=where, hint="--horizon 14")
    if plan.time_column is None:
        raise UsageError("A forecast needs the column of time.", where=where, hint="--time-column COL")
    if plan.task not in (None, "regression"):
        raise UsageError(
            f"A forecast is of numbers, not {plan.task}.", where=where, hint="leave --task out, or leave --horizon out"
        )
    if plan.modality not in (None, "table"):
        raise UsageError(f"A forecast is made from a table, not {plan.modality}.", where=where, hint="--modality table")
    _check_roles(plan, where)


def _check_roles(plan: Plan, where: str) -> None:
    for flag, value in (("--group", plan.group), ("--split-column", plan.split_column)):
        if value is not None:
            raise UsageError(
                f"{flag} has no meaning for a forecast, which is split by time.", where=where, hint="leave it out"
            )
    if taken := [name for name in plan.known if name in (plan.target, plan.time_column, plan.series_id, *plan.drop)]:
        raise UsageError(f"Column {taken[0]!r} has two roles.", where="--known", hint="give each column one role")
    if moved := [name for name in plan.monotone if name not in plan.known]:
        raise UsageError(
            f"The column {moved[0]!r} cannot be monotone: a forecast uses its past values.",
            where="[monotone]",
            hint="--known takes columns that are known in advance",
        )
