"""Predictions from a run folder, on data that may differ from what was learnt from."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from automl import families, jsonio
from automl.data.misfits import Misfit, by_column, by_row, joined, shown
from automl.errors import ColumnMissing, DataError, RunError
from automl.evaluate.shape import Shape
from automl.types import FAMILIES, UNITS, Problem

if TYPE_CHECKING:
    import pandas as pd

    from automl.data.contract import Typed
    from automl.data.dataset import Array
    from automl.data.source import ImageFiles, Source, Table
    from automl.families.base import Model
    from automl.forecast.history import History
    from automl.types import FamilyName


@dataclass(frozen=True)
class Predicted:
    """Predictions with what was odd about the data.

    Attributes:
        frame: columns as documented for `automl predict`.
        notes: sentences for the user: extra columns, unreadable files, empty texts.
        problems: (n,) what is wrong with a row, '' for nothing: cells that had to be taken for missing, a file that
            cannot be read.
        misfits: unseen categories, wrong types, images that cannot be read.
    """

    frame: pd.DataFrame
    notes: list[str]
    problems: Array
    misfits: tuple[Misfit, ...] = ()

    @property
    def odd(self) -> Array:
        """(n,) bool: rows with a problem."""
        return np.asarray(self.problems != "")

    def told(self, treated: str = "treated as missing") -> list[str]:
        """The notes, and what is done with cells that do not fit."""
        return [*self.notes, *(misfit.told(treated) for misfit in self.misfits)]

    def without_odd(self) -> Predicted:
        """The same with empty predictions in odd rows, and the reason in a column `problem`."""
        frame = self.frame.copy()
        made, begins = ("prediction", "lower", "upper"), ("probability_", "reason_")
        predicted = [n for n in frame.columns if n in made or n.startswith(begins)]
        frame[predicted] = frame[predicted].apply(lambda column: column.mask(self.odd))
        frame["problem"] = self.problems
        return replace(self, frame=frame)


@dataclass
class Predictor:
    """A delivered model, loaded.

    Attributes:
        shape: calibration, threshold and interval of its outputs.
        history: for a forecast the end of every series that was learnt from.
    """

    problem: Problem
    model: Model
    shape: Shape
    history: History | None = None

    @classmethod
    def load(cls, run: Path, *, alone: bool = False) -> Predictor:
        """The model of a run folder; with `alone` for a process that does nothing else, which starts faster.

        Raises:
            RunError: not a run folder, or one with missing or damaged parts.
        """
        try:
            return cls._load(run, alone=alone)
        except DataError:
            raise
        except (KeyError, TypeError, AttributeError, IndexError, ValueError, EOFError, BadZipFile) as error:
            # Guards against files that were edited or cut off: whatever readers of JSON, arrays and models say then.
            what = f"The model is damaged: {type(error).__name__} {error}"
            raise RunError(what, where=str(run / "model"), hint="restore its files, or fit again") from error

    @classmethod
    def _load(cls, run: Path, *, alone: bool) -> Predictor:
        folder = run / "model"
        for name in ("manifest.json", "contract.json"):
            if not (folder / name).is_file():
                hint = "give the folder that automl fit wrote" if not folder.is_dir() else "fit again"
                raise RunError(f"The run folder is incomplete: model/{name} is missing.", where=str(run), hint=hint)
        manifest = jsonio.read(folder / "manifest.json")
        missing = [name for name in manifest["files"] if not (folder / name).is_file()]
        if missing:
            raise RunError(
                f"The model is incomplete: {', '.join(missing)} missing.", where=str(folder), hint="fit again"
            )
        family: FamilyName = manifest["family"]
        if family not in (*FAMILIES, "ensemble"):
            raise RunError(f"The model's family {family!r} is unknown here.", where=str(folder), hint="update automl")
        problem = jsonio.build(Problem, jsonio.read(folder / "contract.json"))
        if alone and family == "trees":
            from automl.families.trees.alone import import_alone

            import_alone()
        history = None
        if problem.forecast is not None:
            from automl.forecast.history import History

            history = History.load(folder, problem.forecast)
        return cls(problem, families.load(family).load(folder, problem), Shape.from_state(manifest), history)

    def probabilities(self, inputs: Any) -> Array:
        """(n, classes) calibrated probabilities or (n, 1) values for typed inputs."""
        return self.shape.predictions(self.model.predict(inputs))

    def table(self, frame: pd.DataFrame, root: Path | None = None, *, explain: bool = False) -> Predicted:
        """Predictions for a table, in its row order.

        Args:
            root: folder that paths of images are relative to; the working directory when None.
            explain: also say which columns moved each row most (see `explain.contributions`).

        Raises:
            ColumnMissing: columns the model needs are not there.
            UsageError: `explain` of a model that cannot be explained row by row.
        """
        cells = frame if explain else None
        if not any(column.kind == "image" for column in self.problem.columns):
            return self._table(frame, cells)
        with tempfile.TemporaryDirectory(prefix="automl-") as scratch:
            frame, broken, unread = self._with_pixels(frame, root or Path.cwd(), Path(scratch))
            found = self._table(frame, cells)
            return replace(found, problems=joined(unread, found.problems), misfits=(*broken, *found.misfits))

    def _with_pixels(self, frame: pd.DataFrame, root: Path, scratch: Path) -> tuple[pd.DataFrame, list[Misfit], Array]:
        """The frame with images in place of their paths, what cannot be read, and (n,) which file of a row that is."""
        from automl.data.image_column import decoded

        frame, broken, unread = frame.copy(deep=False), [], np.full(len(frame), "", dtype=object)
        for i, column in enumerate(self.problem.columns):
            if column.kind != "image" or column.name not in frame:
                continue
            cells = frame[column.name].astype("str")
            images, reasons = decoded(cells, root, column.image_size, scratch / f"predict-{i}.npy")
            if reasons:
                examples = "; ".join(f"{path}: {why}" for path, why in list(reasons.items())[:3])
                what = "image" if len(reasons) == 1 else "images"
                broken.append(Misfit(f"Column {column.name!r}: {len(reasons):,} {what} cannot be read ({examples})"))
            rows = np.flatnonzero(~images.there & cells.fillna("").str.strip().ne("").to_numpy())
            why = [f"{column.name}: {shown(path)}, {reasons.get(path, 'cannot be read')}" for path in cells.iloc[rows]]
            unread[rows] = joined(unread[rows], np.array(why, dtype=object))
            frame[column.name] = images
        return frame, broken, unread

    def _table(self, frame: pd.DataFrame, cells: pd.DataFrame | None) -> Predicted:
        """`cells` are the rows as the user gave them, where they are to be explained."""
        from automl.data.contract import typed

        checked = typed(frame, self.problem.columns)
        raw = self.model.predict(checked.frame)
        found = self.columns(raw)
        empty = self._empty_texts(frame)
        if empty.any():
            found["problem"] = np.where(empty, "empty text", "")
        if cells is not None:
            from automl.explain.contributions import reasons

            named = self.shape.labels(raw) if self.problem.task != "regression" else raw
            found = found.assign(**reasons(self.model, checked.frame, cells, named))
        told = [f"{int(empty.sum()):,} empty texts: predicted from nothing; see 'problem'."] if empty.any() else []
        problems = joined(np.where(empty, "empty text", ""), by_row(checked, frame, self.problem.columns))
        return Predicted(found, [*_unused(checked), *told], problems, by_column(checked))

    def _empty_texts(self, frame: pd.DataFrame) -> Array:
        """(n,) bool: rows of a model of texts whose text is missing or blank."""
        if self.problem.modality != "text" or len(self.problem.columns) != 1:
            return np.zeros(len(frame), bool)
        cells = frame[self.problem.columns[0].name]
        return np.asarray(cells.fillna("").astype("str").str.strip() == "")

    def forecast(self, frame: pd.DataFrame) -> Predicted:
        """Forecasts for rows of time, in their order; a row that cannot be forecast keeps an empty row and a reason.

        Raises:
            ColumnMissing: the time, the series or a column known in advance is not there.
            DataError: a time stamp twice in a series.
        """
        from automl.forecast.future import future
        from automl.forecast.history import read_columns
        from automl.profile.target import encode_target

        told = self.problem.forecast
        if told is None or self.history is None:
            raise RunError("This run makes no forecasts.", hint="automl fit DATA --time-column COL --horizon N")
        y = np.full(len(frame), np.nan)
        if told.target in frame.columns and frame[told.target].notna().any():
            values, _, kept = encode_target(frame[told.target], "regression")
            y[kept] = values
        rows = future(frame, y, told, self.history)
        lost = rows.problems != ""
        found = self.columns(self.model.predict(rows.inputs))
        found.loc[lost, :] = np.nan
        notes = list[str]()
        if lost.any():
            found["problem"] = rows.problems
            notes += [f"{why}: {count:,} rows without a forecast." for why, count in _counted(rows.problems[lost])]
        names = [told.time.name, *([] if told.series is None else [told.series.name])]
        for place, name in enumerate(names):
            if name not in found:
                found.insert(place, name, frame[name].to_numpy())
        odd = by_row(rows.checked, frame, read_columns(told))
        return Predicted(found, notes, joined(rows.problems, odd), by_column(rows.checked))

    def texts(self, table: Table) -> Predicted:
        """Predictions for a folder of text files, one row a file in sorted order; unreadable ones keep an empty row."""
        import pandas as pd

        broken: dict[str, str] = table.reading["broken"]
        ok = np.array([path not in broken for path in table.paths], dtype=bool)
        (column,) = self.problem.columns if len(self.problem.columns) == 1 else (None,)
        if column is None:
            raise DataError(
                f"This run predicts from {len(self.problem.columns)} columns, and this is a folder of texts.",
                hint="a table with columns " + ", ".join(repr(c.name) for c in self.problem.columns[:5]),
            )
        if _is_table(table, column.name):
            from automl.data.table import read_file
            from automl.data.table_target import Wanted

            return self.table(read_file(Path(table.source), Wanted(None, False)).frame)
        frame = pd.DataFrame({column.name: table.frame["text"][ok].reset_index(drop=True)})
        readable = self.table(frame).frame if ok.any() else None
        return Predicted(self._with_paths(table, readable, ok, broken), _unreadable(ok), _reasons(table, broken))

    def points(self, table: Table) -> Predicted:
        """Predictions for rows that are points of series: one row a series, its id in the first column.

        Raises:
            ColumnMissing: the columns of the id or the time are not there.
        """
        from automl.data.series import fitted, pivot

        problem = self.problem
        used = {column.name.rpartition("_")[0] for column in problem.columns}
        if missing := sorted(used - set(table.frame.columns)):
            raise ColumnMissing.from_names(missing, table.frame.columns, where=table.source)
        here = [name for name in table.frame.columns if name in used | {problem.series_id, problem.time}]
        wide = pivot(replace(table, frame=table.frame[here]), problem.series_id, problem.time, None).frame
        names = [column.name for column in problem.columns]
        found = self.table(fitted(wide, names)[names])
        found.frame.insert(0, problem.series_id, wide[problem.series_id])
        return found

    def images(self, files: ImageFiles, scratch: Path) -> Predicted:
        """Predictions for images or recordings, one row a file in sorted order; unreadable files keep an empty row."""
        from automl.data import audio, decode

        if not files.paths:
            raise DataError(f"There is no {UNITS[files.modality][0]} to predict.", where=str(files.root))
        height, width, channels = self.problem.image_size
        every, out = np.arange(len(files.paths)), scratch / "predict.npy"
        if self.problem.modality == "audio":
            decoded = audio.decode(files, every, width, self.problem.hop_ms, out)
        else:
            decoded = decode.decode(files, every, (height, width), channels, out)
        readable = self.columns(self.model.predict(decoded.images)) if decoded.ok.any() else None
        frame = self._with_paths(files, readable, decoded.ok, decoded.reasons)
        return Predicted(frame, _unreadable(decoded.ok), _reasons(files, decoded.reasons))

    def _with_paths(
        self, files: Source, readable: pd.DataFrame | None, ok: Array, reasons: dict[str, str]
    ) -> pd.DataFrame:
        import pandas as pd

        names = list(self.columns(np.zeros((0, self.problem.outputs), np.float32)).columns)
        frame = (
            pd.DataFrame(index=range(len(ok)), columns=names)
            if readable is None
            else readable.set_index(np.flatnonzero(ok))
        )
        frame = frame.reindex(range(len(ok)))
        frame.insert(0, "path", list(files.paths))
        if reasons:
            frame["problem"] = _reasons(files, reasons)
        return frame

    def columns(self, predictions: Array) -> pd.DataFrame:
        """The documented columns for what the model gave: class named and calibrated probabilities, or an interval."""
        import pandas as pd

        if self.problem.task == "regression":
            values = predictions[:, 0].astype(float)
            columns: dict[str, Any] = {"prediction": values}
            if self.shape.interval is not None:
                columns["lower"], columns["upper"] = self.shape.interval.bounds(values)
            return pd.DataFrame(columns)
        classes = self.problem.classes
        probabilities = self.shape.predictions(predictions).astype(float)
        probabilities /= probabilities.sum(axis=1, keepdims=True)  # to double precision, as scikit-learn wants it
        columns = {"prediction": pd.array(list(classes), dtype="str").take(self.shape.labels(predictions))}
        columns |= {f"probability_{label}": probabilities[:, i] for i, label in enumerate(classes)}
        return pd.DataFrame(columns)


def _is_table(texts: Table, column: str) -> bool:
    """Whether a single .txt file is a table after all: its first line is a header that names the column of texts."""
    if not Path(texts.source).is_file() or texts.frame["text"].isna().any():
        return False
    header = texts.frame["text"].iloc[0].partition("\n")[0]
    return column in {cell.strip(' "\r') for cell in re.split(r"[,;\t|]", header)}


def _unused(checked: Typed) -> list[str]:
    return [f"Column {name!r} is not used by the model: ignored." for name in checked.extra[:20]]


def _counted(problems: Array) -> list[tuple[str, int]]:
    """The most frequent reasons with their rows."""
    return Counter(problems.tolist()).most_common(5)


def _reasons(files: Source, reasons: dict[str, str]) -> Array:
    """(n,) why each file cannot be read, '' where it can."""
    return np.array([reasons.get(path, "") for path in files.paths], dtype=object)


def _unreadable(ok: Array) -> list[str]:
    count = int((~ok).sum())
    return (
        [f"{count:,} files could not be read: their rows have no prediction, and a reason in 'problem'."]
        if count
        else []
    )
