"""The Python API: fit, profile, decide, load, and the `Run` they give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl import jsonio
from automl.errors import DataError, RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from automl.config import Plan
    from automl.types import Problem, Profile


class Record(dict[str, Any]):
    """A JSON object whose keys read as attributes: `run.decision.family`."""

    def __getattr__(self, name: str) -> Any:
        if name not in self:
            raise AttributeError(name)
        return self[name]


class DecisionRecord(Record):
    """decision.json; shows itself in a notebook."""

    def _repr_html_(self) -> str:
        from automl.report.notebook import decision_card

        return decision_card(self)


@dataclass(frozen=True)
class ProfileView:
    """A profile that shows itself in a notebook; attributes are those of `types.Profile`."""

    profile: Profile

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "profile"), name)

    def _repr_html_(self) -> str:
        from automl.report.notebook import profile_card

        card: str = profile_card(jsonio.plain(self.profile))
        return card


@dataclass(frozen=True)
class Run:
    """A finished run, read from its folder.

    Attributes:
        path: the run folder.
    """

    path: Path

    @cached_property
    def report(self) -> Record:
        """report.json."""
        from automl.commands import read_report

        return Record(read_report(self.path))

    @cached_property
    def decision(self) -> DecisionRecord:
        """decision.json: family, probabilities, reasons, evidence."""
        path = self.path / "decision.json"
        if not path.is_file():
            raise RunError("There is no decision.json.", where=str(self.path), hint="give the folder that automl wrote")
        return DecisionRecord(jsonio.read(path))

    @property
    def leaderboard(self) -> pd.DataFrame:
        """leaderboard.csv: one row a candidate, best by validation first."""
        import pandas as pd

        return pd.read_csv(self.path / "leaderboard.csv")

    @property
    def report_path(self) -> Path:
        """The HTML report."""
        return self.path / "report.html"

    @cached_property
    def _predictor(self) -> Any:
        from automl.predict import Predictor

        return Predictor.load(self.path)

    @property
    def classes(self) -> list[str]:
        """Labels as text, in the order of the probabilities; empty for regression."""
        return list(self._predictor.problem.classes)

    def predict_frame(self, data: Any, *, explain: bool = False) -> pd.DataFrame:
        """The columns that `automl predict` writes, for a path, a folder, a DataFrame or an array.

        `prediction` holds booleans or numbers where the classes of the data learnt from were such.

        Args:
            explain: also `reason_1` to `reason_3`, as with `--explain`.

        Raises:
            UsageError: `explain` of a model that cannot be explained row by row.
        """
        from automl.commands import predict_with

        problem = self._predictor.problem
        return _as_learnt(
            predict_with(self._predictor, _as_frame(data, problem.columns), explain=explain).frame, problem
        )

    def predict(self, data: Any) -> Any:
        """(n,) predicted labels or values; labels are booleans or numbers where those of the DataFrame learnt were."""
        return self.predict_frame(data)["prediction"].to_numpy()

    def predict_proba(self, data: Any) -> Any:
        """(n, classes) probabilities in the order of `classes`.

        Raises:
            UsageError: the run predicts numbers.
        """
        if not self.classes:
            raise UsageError("This run predicts numbers; there are no probabilities.", hint="run.predict(data)")
        frame = self.predict_frame(data)
        return frame[[f"probability_{label}" for label in self.classes]].to_numpy()

    def _repr_html_(self) -> str:
        from automl.report.notebook import run_card

        card: str = run_card(self.report)
        return card


def fit(
    source: Any, *, out: str | Path | None = None, quiet: bool = True, recipe: str | None = None, **options: Any
) -> Run:
    """Decide, search, evaluate and report.

    Args:
        source: path of a table or of a folder of images, recordings or texts, a DataFrame, or a pair (X, y).
        out: run folder; `reports/<name>-<time>` when None.
        quiet: no progress on stderr.
        recipe: name of a bundled recipe, or a TOML file.
        options: as the flags of `automl fit`: target, task, metric, budget, trials, seed, families, prefer, ...

    Raises:
        AutoMLError: the data or an option cannot be used.
    """
    from automl import run
    from automl.clock import Clock
    from automl.console import Console

    plan = _plan(recipe, options)
    clock = Clock(plan.seconds)
    with Console(quiet=quiet, budget=clock.budget, clock=clock) as console:
        return Run(
            run.fit(source, plan, clock, console, None if out is None else Path(out), command=_call("fit", options))
        )


def decide(
    source: Any, *, out: str | Path | None = None, quiet: bool = True, recipe: str | None = None, **options: Any
) -> DecisionRecord:
    """Profile, probes and verdict; no search. Arguments as for `fit`."""
    from automl import run
    from automl.clock import Clock
    from automl.console import Console

    plan = _plan(recipe, options)
    clock = Clock(plan.seconds)
    with Console(quiet=quiet, budget=clock.budget, clock=clock) as console:
        folder = run.decide(
            source, plan, clock, console, None if out is None else Path(out), command=_call("decide", options)
        )
    return Run(folder).decision


def profile(source: Any, *, recipe: str | None = None, **options: Any) -> ProfileView:
    """What is in the data, before any model. Options as for `fit`."""
    from automl import prepare

    plan = _plan(recipe, options)
    return ProfileView(prepare.profile(prepare.read(source, plan), plan))


def load(path: str | Path) -> Run:
    """A finished run.

    Raises:
        RunError: not a run folder.
    """
    folder = Path(path)
    if not (folder / "model" / "manifest.json").is_file():
        raise RunError("This is not a run folder.", where=str(folder), hint="give the folder that automl fit wrote")
    return Run(folder)


def _plan(recipe: str | None, options: dict[str, Any]) -> Plan:
    from automl.config import COLUMNS, Plan, checked, fields, from_recipe, merged

    plan = from_recipe(recipe) if recipe else Plan()
    for name in options:
        if name not in fields():
            raise UsageError.unknown("option", name, fields(), where="automl.fit")
    for name in COLUMNS & set(options):  # a frame may number its columns; inside, names are texts
        options[name] = _named(name, options[name])
    changes = {name: checked(name, value, name) for name, value in options.items() if value is not None}
    return merged(plan, changes)


def _named(key: str, value: Any) -> Any:
    """What a frame calls its columns (a number, a tuple of several levels) as the text that names them."""
    from automl.config import is_list
    from automl.data.table_frame import column_name

    if is_list(key):
        return [column_name(item) for item in value] if isinstance(value, (list, tuple)) else value
    return value if value is None or isinstance(value, (bool, list)) else column_name(value)


def _call(name: str, options: dict[str, Any]) -> str:
    return f"automl.{name}(data, {', '.join(f'{key}={value!r}' for key, value in options.items())})"


def _as_learnt(frame: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """The frame with the classes named in the type that they had in the data learnt from."""
    if problem.label_type == "text":
        return frame
    values = {label: _VALUES[problem.label_type](label) for label in problem.classes}
    return frame.assign(prediction=frame["prediction"].map(values))


_VALUES: dict[str, Callable[[str], Any]] = {"bool": lambda label: label == "True", "int": int, "float": float}


def _as_frame(data: Any, columns: Any) -> Any:
    """Arrays take the names of the columns learnt from.

    Raises:
        DataError: an array that is no table.
    """
    import numpy as np

    if not isinstance(data, np.ndarray):
        return data
    if data.ndim != 2:
        from automl.report.formats import plural

        what = f"An array to predict has rows and columns, and this one has {plural(data.ndim, 'dimension')}."
        raise DataError(what, hint="data.reshape(1, -1) for a single row")
    import pandas as pd

    names = [column.name for column in columns]
    return pd.DataFrame(data, columns=names if data.shape[1] == len(names) else [f"x{i}" for i in range(data.shape[1])])
