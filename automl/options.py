"""The flags that make up a plan, with their help: what the data are, and how to learn from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from automl.types import Task

F = TypeVar("F", bound=Callable[..., Any])

METRICS: dict[Task, str] = {
    "binary": "roc_auc (default), average_precision, log_loss, accuracy, balanced_accuracy, f1, f1_macro, mcc, brier",
    "multiclass": "log_loss (default), roc_auc, average_precision, accuracy, balanced_accuracy, f1_macro, mcc, brier",
    "regression": "rmse (default), mae, r2, mape, rmsle, pinball (pinball:0.9 for that quantile)",
}
"""What --metric takes by task: written down, because the modules that know import libraries; a test compares."""
PREFER = (
    "How sure it must be that some other family is better for one to be passed over, the simplest first: accuracy "
    "40 %, balanced 50 %, fast 80 %, simple 95 %. accuracy also delivers an ensemble of all families where that is "
    "better; fast and simple never deliver one. For speed itself use --max-latency.  [default: balanced]"
)
"""Likewise, of `decide.compare.THRESHOLDS` and `decide.blend.NEVER`."""

DATA = (
    click.option("--target", metavar="COL", help="Column to predict; guessed when not given."),
    click.option("--task", metavar="TASK", help="binary, multiclass or regression; found when not given."),
    click.option(
        "--positive",
        metavar="LABEL",
        help="Of two classes the one that precision, recall, F1, average precision, the threshold and the calibration "
        "curve are about; the label that sorts last when not given.",
    ),
    click.option("--modality", metavar="KIND", help="table, text, series, image or audio; guessed when not given."),
    click.option("--recipe", metavar="NAME|FILE", help="Start from a recipe (automl recipes) or a plan.toml."),
    click.option("--drop", metavar="COL,...", help="Columns never to use."),
    click.option("--keep", metavar="COL,...", help="Columns to use even if a rule would drop them."),
    click.option("--weight", metavar="COL", help="Row weights."),
    click.option("--group", metavar="COL|re:PATTERN", help="Rows of a group stay on one side of every split."),
    click.option("--time-column", metavar="COL", help="Split by time: learn from the past, test on the future."),
    click.option("--split-column", metavar="COL", help="Column that says train or test."),
    click.option(
        "--series-id",
        metavar="COL",
        help="Rows are points of series, and this column says of which one; --time-column orders them. Each series is "
        "one example with one target; with --horizon it is a series to forecast.",
    ),
    click.option("--horizon", metavar="N", type=int, help="Forecast the target N steps of --time-column ahead."),
    click.option("--known", metavar="COL,...", help="With --horizon: columns known in advance (prices, holidays)."),
    click.option("--ignore", metavar="AM101,...", help="Findings to skip: not acted on, not reported, no exit code 1."),
)
"""Flags that say what the data are: all that a profile needs."""
LEARNING = (
    click.option(
        "--metric",
        metavar="NAME",
        help="What to optimise. " + " ".join(f"{task}: {names}." for task, names in METRICS.items()),
    ),
    click.option("--budget", metavar="TIME", help="Wall-clock maximum for everything: 60s, 10m, 2h.  [default: 5m]"),
    click.option("--trials", metavar="N", type=int, help="Count trials instead of seconds; repeats exactly."),
    click.option("--seed", metavar="N", type=int, help="Seed of everything random.  [default: 0]"),
    click.option("--families", metavar="A,B", help="Families allowed: linear,trees,network."),
    click.option("--prefer", metavar="WHAT", help=PREFER),
    click.option(
        "--explainable/--no-explainable",
        default=None,
        help="Only models that can be printed whole; --no-explainable wins over a recipe that asks for them.",
    ),
    click.option("--max-latency", metavar="TIME", help="Longest time to predict one row: 5ms, 0.5s, 200us."),
    click.option("--max-size", metavar="SIZE", help="Largest saved model: 10MB."),
    click.option("--memory", metavar="SIZE", help="Memory that may be used: 8GB."),
    click.option("--gpus", metavar="WHICH", help="auto, none or 0,1.  [default: auto]"),
    click.option(
        "--backbone",
        metavar="PRESET|FILE|DIR",
        help="Pretrained network for images or texts: a .keras file, a preset folder, the name of a preset, or "
        "hf://USER/NAME.",
    ),
)
"""Flags that say how to learn from them."""


def data_options(command: F) -> F:
    """The flags of `automl profile`; it takes those on learning, too, unseen: one line of flags suits every command."""
    return _with((*DATA, *(_hidden(option) for option in LEARNING)), command)


def plan_options(command: F) -> F:
    """The flags of `automl fit` and `automl decide`."""
    return _with((*DATA, *LEARNING), command)


def output_options(command: F) -> F:
    """How results and progress are shown."""
    shown = (
        click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
        click.option("--quiet", is_flag=True, help="Errors only."),
        click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks."),
    )
    return _with(shown, command)


def _hidden(option: Callable[[F], F]) -> Callable[[F], F]:
    """The same flag, left out of the help."""

    def decorate(command: F) -> F:
        command = option(command)
        command.__click_params__[-1].hidden = True  # type: ignore[attr-defined]
        return command

    return decorate


def _with(options: tuple[Callable[[F], F], ...], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command
