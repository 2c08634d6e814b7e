"""What each command does: call the library, put the result on stdout and progress on stderr, choose the exit code."""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl import jsonio
from automl.clock import Clock
from automl.console import Console
from automl.errors import ColumnMissing, DataError, RunError, UsageError
from automl.types import UNITS

if TYPE_CHECKING:
    from automl.config import Plan
    from automl.predict import Predicted, Predictor


TREATED = {"repair": "treated as missing", "row-error": "no prediction", "refuse": ""}
"""--on-problem -> what is done with a cell that does not fit."""


def fit(data: str | None, plan: Plan, *, out: str | None, resume: str | None, as_json: bool, quiet: bool) -> None:
    """`automl fit`: exit code 1 with an error-level finding or under `--fail-under`, 130 when interrupted."""
    from automl import run

    if resume is not None:
        folder = run.resume(Path(resume), lambda clock: Console(quiet=quiet, budget=clock.budget, clock=clock))
    elif data is None:
        hint = "a table file, or a folder of images, texts or recordings"
        raise UsageError("No data given.", where="automl fit DATA", hint=hint)
    else:
        clock = Clock.since_process_start(plan.seconds)
        with Console(quiet=quiet, budget=clock.budget, clock=clock) as console:
            folder = run.fit(data, plan, clock, console, None if out is None else Path(out), command=command_line())
    document = jsonio.read(folder / "report.json")
    _show(document, folder, as_json=as_json, quiet=quiet)
    sys.exit(exit_code(document))


def exit_code(document: dict[str, Any]) -> int:
    """0 fine; 1 an error-level finding or a test metric worse than asked for; 130 interrupted."""
    if document.get("interrupted"):
        return 130
    errors = [f for f in document["findings"] if f["severity"] == "error" and f["status"] == "found"]
    return 1 if errors or _worse(document) else 0


def _worse(document: dict[str, Any]) -> bool:
    """Whether the test metric misses the limit given; a verdict without a model has neither."""
    limit = document.get("fail_under")
    if limit is None:
        return False
    value, greater = document["test"]["value"], document["metric"]["greater_is_better"]
    # A figure that is not defined on the test part is not the one asked for.
    return value is None or bool(value < limit if greater else value > limit)


def profile(data: str, plan: Plan, *, as_json: bool, quiet: bool) -> None:
    """`automl profile`."""
    from automl import prepare

    found = prepare.profile(prepare.read(data, plan), plan)
    if as_json:
        print(jsonio.dumps(found))  # noqa: T201 (stdout carries the result)
    elif not quiet:
        from automl.profile.text import render

        _print(render(found))
    sys.exit(1 if any(f.severity == "error" and f.status == "found" for f in found.findings) else 0)


def decide(data: str, plan: Plan, *, out: str | None, as_json: bool, quiet: bool) -> None:
    """`automl decide`: exit code 1 with an error-level finding, 130 when interrupted."""
    from automl import run

    clock = Clock.since_process_start(plan.seconds)
    with Console(quiet=quiet, budget=clock.budget, clock=clock) as console:
        folder = run.decide(data, plan, clock, console, None if out is None else Path(out), command=command_line())
    decision, document = jsonio.read(folder / "decision.json"), jsonio.read(folder / "report.json")
    if as_json:
        print(jsonio.dumps({**decision, "findings": document["findings"]}))  # noqa: T201
    elif not quiet:
        from automl.report.text import decision_summary

        _print(decision_summary(decision, folder, document["findings"], data))
    sys.exit(exit_code(document))


def predict(
    run: str, data: str, *, out: str | None, explain: bool = False, on_problem: str, as_json: bool, quiet: bool
) -> None:
    """`automl predict`."""
    from automl import predicted_file
    from automl.predict import Predictor

    if out is not None:
        predicted_file.check(out, data)
    predictor = Predictor.load(Path(run), alone=True)
    try:
        predicted = predict_with(predictor, data, explain=explain)
    except ColumnMissing as error:
        raise ColumnMissing(error.what, where=error.where or data, hint=error.hint) from error
    notes = predicted.told(TREATED[on_problem])
    if predicted.odd.any() and on_problem == "refuse":
        reasons = [misfit.told("") for misfit in predicted.misfits] or notes
        raise DataError("The data does not fit the model.", where=" ".join(reasons[:5]), hint="--on-problem repair")
    if on_problem == "row-error":
        predicted = predicted.without_odd()
    if not quiet:
        for note in notes:
            print(note, file=sys.stderr)  # noqa: T201
    if as_json:
        print(predicted.frame.to_json(orient="records", double_precision=15))  # noqa: T201
    if out is not None:
        predicted_file.write(predicted.frame, out)
    elif not as_json:
        predicted_file.as_csv(predicted.frame, sys.stdout)


def predict_source(run: Path, source: Any) -> Predicted:
    """Predictions for whatever names data: a file, a folder, a DataFrame.

    Raises:
        RunError: the run folder is incomplete.
        DataError: there is nothing to predict.
    """
    from automl.predict import Predictor

    return predict_with(Predictor.load(run), source)


def predict_with(predictor: Predictor, source: Any, *, explain: bool = False) -> Predicted:
    """As `predict_source`, with a model that is loaded already.

    Raises:
        UsageError: `explain` of a model that cannot be explained row by row.
    """
    from automl.data.media import root_of
    from automl.data.read import read
    from automl.data.source import ImageFiles

    if explain:
        from automl.explain.contributions import check

        check(predictor.model, predictor.problem)
    raw = read(source, labelled=False, modality=predictor.problem.modality)
    if isinstance(raw, ImageFiles):
        with tempfile.TemporaryDirectory(prefix="automl-") as scratch:
            return predictor.images(raw, Path(scratch))
    problem = predictor.problem
    if problem.modality in ("image", "audio"):
        things = UNITS[problem.modality][1]
        raise DataError(
            f"This run predicts {things}, and this is a table.", hint=f"a folder of {things}, or a CSV of paths"
        )
    if raw.paths:
        return predictor.texts(raw)
    if problem.forecast is not None:
        return predictor.forecast(raw.frame)
    if problem.series_id and problem.series_id in raw.frame.columns:
        return predictor.points(raw)
    return predictor.table(raw.frame, root_of(raw), explain=explain)


def report(run: str, *, as_json: bool, quiet: bool) -> None:
    """`automl report`."""
    from automl.report import html

    folder = Path(run)
    document = read_report(folder)
    path = html.write(document, folder)
    if as_json:
        print(jsonio.dumps(document))  # noqa: T201
    elif not quiet:
        print(path)  # noqa: T201


def read_report(folder: Path) -> dict[str, Any]:
    """report.json of a run folder.

    Raises:
        RunError: there is none, or one that cannot be read.
    """
    path = folder / "report.json"
    if not path.is_file():
        raise RunError("There is no report.json.", where=str(folder), hint="give the folder that automl fit wrote")
    return jsonio.read(path)


def verify(run: str, *, as_json: bool, quiet: bool) -> None:
    """`automl verify`: exit code 1 when a stated figure differs."""
    from automl import verify as module

    checks = module.verify(Path(run))
    failed = [check for check in checks if not check.ok]
    if as_json:
        print(jsonio.dumps({"ok": not failed, "checks": checks}))  # noqa: T201
    elif not quiet:
        for check in failed:
            print(f"differs: {check.name}: stated {check.stated}, derived {check.derived}")  # noqa: T201
        print(f"{len(checks) - len(failed)} of {len(checks)} figures agree")  # noqa: T201
    sys.exit(1 if failed else 0)


def recipes(action: str, name: str | None) -> None:
    """`automl recipes`."""
    from automl.config import recipes as known_recipes

    known = known_recipes()
    if action == "list":
        width = max(map(len, known))
        for recipe, text in known.items():
            print(f"{recipe:{width}}  {_description(text)}")  # noqa: T201
        return
    where = f"automl recipes {action}"
    if name is None:
        raise UsageError("No recipe is named.", where=where, hint=f"{where} NAME, one of {', '.join(known)}")
    if name not in known:
        raise UsageError.unknown("recipe", name, known, where=where)
    if action == "show":
        print(known[name], end="")  # noqa: T201
        return
    path = Path(f"{name}.toml")
    if path.exists():
        raise RunError("The file exists already.", where=str(path), hint="rename it first")
    path.write_text(known[name], encoding="utf-8")
    print(path)  # noqa: T201


def _description(text: str) -> str:
    import tomllib

    return str(tomllib.loads(text).get("description", ""))


def sample(name: str | None, folder: str) -> None:
    """`automl sample`."""
    from automl.data.sample import SAMPLES, write

    if name is None:
        for known, description in SAMPLES.items():
            print(f"{known:16} {description}")  # noqa: T201
        return
    print(write(name, Path(folder)))  # noqa: T201


def command_line() -> str:
    """The command as typed, for the record."""
    return shlex.join(["automl", *sys.argv[1:]])


def _show(document: dict[str, Any], folder: Path, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print(jsonio.dumps(document))  # noqa: T201
    elif not quiet:
        from automl.report.text import summary

        _print(summary(document, folder))


def _print(renderable: Any) -> None:
    from rich.console import Console as RichConsole

    # A pipe has no width: wide enough that paths stay on their line.
    RichConsole(highlight=False, width=None if sys.stdout.isatty() else 140).print(renderable)
