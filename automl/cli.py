"""The command line. Nothing but click is imported until a command runs: `automl --help` answers at once."""

from __future__ import annotations

import shutil
import sys
import warnings
from typing import TYPE_CHECKING, Any

import click

from automl import interrupts, streams
from automl._version import __version__
from automl.errors import AutoMLError, UsageError
from automl.options import data_options, output_options, plan_options

if TYPE_CHECKING:
    from automl.config import Plan

LISTS = ("families", "drop", "keep", "known", "ignore")
BESIDE_RESUME = ("resume", "as_json", "quiet", "debug")
INTERRUPTED = 130
EXPLAIN = (
    "Add reason_1 to reason_3: the columns that moved each row most from an average row, as column=value (+0.42). "
    "The figure is in the unit of the target (of its logarithm, where the model learnt that) or in log odds of the "
    "class named, before calibration. For linear models and boosted trees on tables."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="automl")
def cli() -> None:
    """Find out whether your data needs a linear model, boosted trees or a Keras network; build it; report it."""


def build_plan(flags: dict[str, Any]) -> Plan:
    """Defaults, then the recipe, then the flags.

    Raises:
        UsageError: a value that cannot be read.
    """
    from automl.config import Plan, checked, from_recipe, merged

    recipe = flags.pop("recipe", None)
    plan = from_recipe(recipe) if recipe else Plan()
    changes = {}
    for name, value in flags.items():
        if value is None:
            continue
        items = [item.strip() for item in value.split(",") if item.strip()] if name in LISTS else value
        changes[name] = checked(name, items, f"--{name.replace('_', '-')}")
    return merged(plan, changes)


def refuse_beside_resume(context: click.Context) -> None:
    """A resumed run keeps its data and its plan: whatever else is given would be ignored.

    Raises:
        UsageError: something but flags about what is shown was given; names it.
    """
    given = [
        _as_typed(parameter, context.params.get(str(parameter.name)))
        for parameter in context.command.params
        if parameter.name not in BESIDE_RESUME
        and context.get_parameter_source(str(parameter.name)) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        hint = "a resumed run keeps its plan: leave them out, or start a new run"
        raise UsageError("Given beside --resume, and without effect there.", where=", ".join(given), hint=hint)


def _as_typed(parameter: click.Parameter, value: Any) -> str:
    """The flag or argument as the user wrote it."""
    if not isinstance(parameter, click.Option):
        return parameter.human_readable_name
    return parameter.secondary_opts[-1] if value is False and parameter.secondary_opts else parameter.opts[-1]


@cli.command(short_help="Decide, search, evaluate and report; leaves a model.")
@click.argument("data", required=False)
@plan_options
@click.option("--out", metavar="DIR", help="Run folder.  [default: reports/<name>-<time>]")
@click.option("--fail-under", metavar="X", type=float, help="Exit code 1 when the test metric is worse than this.")
@click.option("--resume", metavar="RUN", help="Continue an interrupted run, with its own data and flags.")
@output_options
def fit(data: str | None, out: str | None, resume: str | None, as_json: bool, quiet: bool, **flags: Any) -> None:
    """Decide, search, evaluate and report: DATA is a table file, or a folder of images, recordings or texts.

    Leaves a run folder with the model, every figure and report.html. Only --budget and --target matter to most runs.
    """
    from automl import commands

    if resume is not None:
        refuse_beside_resume(click.get_current_context())
    commands.fit(data, build_plan(flags), out=out, resume=resume, as_json=as_json, quiet=quiet)


@cli.command(short_help="What is in the data, and what is wrong with it; no model.")
@click.argument("data")
@data_options
@output_options
def profile(data: str, as_json: bool, quiet: bool, **flags: Any) -> None:
    """What is in the data, and what is wrong with it; seconds, no model."""
    from automl import commands

    commands.profile(data, build_plan(flags), as_json=as_json, quiet=quiet)


@cli.command()
@click.argument("data")
@plan_options
@click.option("--out", metavar="DIR", help="Folder for decision.json and plan.toml.")
@output_options
def decide(data: str, out: str | None, as_json: bool, quiet: bool, **flags: Any) -> None:
    """Profile, probes, verdict and a plan.toml; no search."""
    from automl import commands

    commands.decide(data, build_plan(flags), out=out, as_json=as_json, quiet=quiet)


@cli.command()
@click.argument("run")
@click.argument("data")
@click.option("--out", metavar="FILE", help="File to write; standard output when not given.")
@click.option("--explain", is_flag=True, help=EXPLAIN)
@click.option("--on-problem", type=click.Choice(["refuse", "repair", "row-error"]), default="repair", show_default=True,
              help="What to do with unseen categories, wrong types and unreadable files.")  # fmt: skip
@output_options
def predict(run: str, data: str, out: str | None, explain: bool, on_problem: str, as_json: bool, quiet: bool) -> None:
    """Predict DATA with the model of a run folder."""
    from automl import commands

    commands.predict(run, data, out=out, explain=explain, on_problem=on_problem, as_json=as_json, quiet=quiet)


@cli.command()
@click.argument("run")
@output_options
def report(run: str, as_json: bool, quiet: bool) -> None:
    """Render report.html again from report.json."""
    from automl import commands

    commands.report(run, as_json=as_json, quiet=quiet)


@cli.command(short_help="Derive verdict and figures again, without our models.")
@click.argument("run")
@output_options
def verify(run: str, as_json: bool, quiet: bool) -> None:
    """Re-derive verdict and figures from the stored predictions, without our models; exit code 1 when one differs."""
    from automl import commands

    commands.verify(run, as_json=as_json, quiet=quiet)


@cli.command(short_help="The page of a finding; without CODE, list them.")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """The page of a finding: what it means and what to do; without CODE, list them."""
    from automl import checks

    width = min(shutil.get_terminal_size((checks.WIDTH, 24)).columns, checks.WIDTH)
    click.echo(checks.listing().rstrip() if code is None else checks.page(code.upper(), width))


@cli.command()
@click.argument("action", type=click.Choice(["list", "show", "copy"]), default="list")
@click.argument("name", required=False)
def recipes(action: str, name: str | None) -> None:
    """List the recipes, show one, or copy one to edit."""
    from automl import commands

    commands.recipes(action, name)


@cli.command(short_help="Write a bundled real dataset; without NAME, list them.")
@click.argument("name", required=False)
@click.argument("folder", default=".")
def sample(name: str | None, folder: str) -> None:
    """Write a bundled real dataset into FOLDER; without NAME, list them."""
    from automl import commands

    commands.sample(name, folder)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def doctor(as_json: bool) -> None:
    """Devices, versions, extras; what is missing and what that costs."""
    from automl import doctor as module

    sys.exit(module.main(as_json=as_json))


def main() -> None:
    """Run the command line; errors meant for people come without a traceback."""
    interrupts.watch()
    streams.outlive()
    if not sys.warnoptions:  # of libraries, for those who call them; -W and PYTHONWARNINGS show them
        warnings.simplefilter("ignore")
    code = _exit_code()
    interrupts.finish()
    sys.exit(code)


def _exit_code() -> int:
    try:
        code = cli.main(standalone_mode=False)
    except AutoMLError as error:
        return _fail(error)
    except OSError as error:
        return _fail(AutoMLError.of_system(error))
    except click.ClickException as error:
        error.show()
        return 2
    except (Exception, KeyboardInterrupt) as error:
        if not interrupts.behind(error):
            raise
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _fail(error: AutoMLError) -> int:
    if "--debug" in sys.argv:
        raise error
    from automl.console import Console

    Console().error(error)
    return error.exit_code
