"""scikit-learn estimators: the whole decision behind `fit(X, y)`."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_consistent_length, check_is_fitted, validate_data

if TYPE_CHECKING:
    from automl.types import Task

Array = np.ndarray[Any, Any]
SMALLEST = 10
"""Rows under which cross-validation says nothing."""


class _Folder:
    """A temporary folder that is removed with its owner, without the warning that `TemporaryDirectory` gives then."""

    def __init__(self) -> None:
        self.name = tempfile.mkdtemp(prefix="automl-run-")
        weakref.finalize(self, shutil.rmtree, self.name, ignore_errors=True)


class _Auto(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share.

    Args:
        budget: as `--budget`; None with `trials`.
        trials: as `--trials`: repeats exactly.
        metric, families, prefer, explainable: as the flags of `automl fit`.
        random_state: seed.
        out: folder to keep the run in; a temporary one, removed with the estimator, when None.
    """

    def __init__(
        self,
        *,
        budget: str | float | None = "60s",
        trials: int | None = None,
        metric: str | None = None,
        families: tuple[str, ...] = ("linear", "trees", "network"),
        prefer: str = "balanced",
        explainable: bool = False,
        random_state: int = 0,
        out: str | None = None,
    ) -> None:
        self.budget = budget
        self.trials = trials
        self.metric = metric
        self.families = families
        self.prefer = prefer
        self.explainable = explainable
        self.random_state = random_state
        self.out = out

    def __sklearn_tags__(self) -> Any:
        """Missing values are fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _validated(self, X: Any, y: Any = "no_validation", **how: Any) -> Any:
        """Inputs, and the target where there is one, as scikit-learn checks them; numbers, which may be missing."""
        try:
            return validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", **how)
        except ValueError as error:
            if "could not convert string to float" not in str(error):
                raise
            better = "automl.fit(frame, target=...) takes a DataFrame with texts, categories and dates"
            raise ValueError(f"{type(self).__name__} takes numbers alone, and {error}; {better}.") from error

    def _run(self, X: Array, y: Any, task: Task, rows: dict[str, Any], positive: str | None = None) -> None:
        """Fit on a frame made of both; the run stays in `run_`.

        Args:
            rows: as the keyword arguments of `fit`.
            positive: as the flag of `automl fit`.
        """
        import pandas as pd

        from automl.api import fit

        names = self._names()
        frame = pd.DataFrame(X, columns=names)
        target, weights, grouped = (_free(name, names) for name in ("target", "weight", "group"))
        frame[target] = y
        if unknown := sorted(set(rows) - {"sample_weight", "groups"}):
            raise TypeError(f"{type(self).__name__}.fit() got an unexpected keyword argument {unknown[0]!r}")
        roles: dict[str, Any] = {"positive": positive}
        if (weight := rows.get("sample_weight")) is not None:
            frame[weights], roles["weight"] = _check_sample_weight(weight, X), weights
        if (groups := rows.get("groups")) is not None:
            check_consistent_length(X, groups)
            frame[grouped], roles["group"] = np.asarray(groups), grouped
        # Kept as an attribute: the folder lives as long as the estimator.
        self._folder = None if self.out else _Folder()
        self.run_ = fit(
            frame,
            out=self.out or str(Path(self._folder.name) / "run"),  # type: ignore[union-attr]
            target=target,
            task=task,
            metric=self.metric,
            budget=self.budget,
            trials=self.trials,
            seed=self.random_state,
            families=self.families,
            prefer=self.prefer,
            explainable=self.explainable,
            keep=names,
            modality="table",
            **roles,
        )
        self.decision_ = self.run_.decision

    def _names(self) -> list[str]:
        """Those of the frame learnt from, where a table can have them; else x0, x1, ..."""
        given = [str(name).strip() for name in getattr(self, "feature_names_in_", ())]
        if given and all(given) and len(set(given)) == len(given):
            return given
        return [f"x{i}" for i in range(self.n_features_in_)]

    def _predicted(self, X: Any) -> Any:
        """The columns of `automl predict` for checked inputs."""
        import pandas as pd

        check_is_fitted(self, "run_")
        return self.run_.predict_frame(pd.DataFrame(self._validated(X, reset=False), columns=self._names()))

    def __getstate__(self) -> dict[str, Any]:
        """The run folder travels as the bytes of its files."""
        state: dict[str, Any] = dict(super().__getstate__())
        if state.pop("_folder", None) is not None and hasattr(self, "run_"):
            root = self.run_.path
            state["run_"] = {str(f.relative_to(root)): f.read_bytes() for f in root.rglob("*") if f.is_file()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpack the run folder."""
        files = state.get("run_")
        if isinstance(files, dict):
            from automl.api import Run

            self._folder = _Folder()
            root = Path(self._folder.name) / "run"
            for name, content in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(content)
            state = {**state, "run_": Run(root)}
        super().__setstate__(state)


def _free(name: str, taken: list[str]) -> str:
    """The name, or one like it that no column has."""
    while name in taken:
        name += "_"
    return name


def _called(classes: Array) -> list[Any]:
    """What the run calls each class: whole numbers and truths as they are, others as text.

    Numbered where cells of such texts would be taken for missing ones, or for each other.
    """
    if classes.dtype.kind in "biu":
        return list(classes.tolist())
    import pyarrow as pa

    from automl.data.table_markers import remove_markers

    texts = [str(label) for label in classes]
    missing = remove_markers(pa.chunked_array([pa.array(texts)]))[0].null_count
    plain = not missing and len({text.strip() for text in texts}) == len(texts)
    return texts if plain else [f"class {code}" for code in range(len(texts))]


class AutoClassifier(ClassifierMixin, _Auto):  # type: ignore[misc]
    """Classifier: decides between linear model, trees and network, then searches the one that is needed.

    Attributes:
        classes_: labels.
        run_: the finished run; `run_.report_path` is its report.
        decision_: the verdict with its evidence.
    """

    def fit(self, X: Any, y: Any, **rows: Any) -> AutoClassifier:
        """Run everything on (n, d) numbers and (n,) labels.

        Args:
            rows: `sample_weight`, (n,) weights of the rows, and `groups`, (n,) groups that stay on one side of every
                split. They are keywords of no fixed place, because scikit-learn would expect of a `sample_weight` that
                a row of weight two gives the same splits as two rows.

        Raises:
            ValueError: fewer than two classes, or inputs that scikit-learn refuses.
        """
        X, y = self._validated(X, y, ensure_min_samples=SMALLEST)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier can't train when only one class is present: {self.classes_[0]!r}.")
        weight = rows.get("sample_weight")
        if weight is not None and len(np.unique(codes[_check_sample_weight(weight, X) > 0])) < 2:
            raise ValueError("Classifier can't train when sample_weight is above zero for one class only.")
        task: Task = "binary" if len(self.classes_) == 2 else "multiclass"
        self._labels = _called(self.classes_)
        positive = str(self._labels[1]) if task == "binary" else None
        self._run(X, [self._labels[code] for code in codes], task, rows, positive)
        return self

    def predict_proba(self, X: Any) -> Array:
        """(n, classes) probabilities in the order of `classes_`; a class too rare to learn has probability 0."""
        frame = self._predicted(X)
        columns = [f"probability_{label}" for label in self._labels]
        probabilities: Array = frame.reindex(columns=columns, fill_value=0.0).to_numpy(np.float64)
        return probabilities

    def predict(self, X: Any) -> Array:
        """(n,) labels, by the threshold that was tuned where the metric is one of the class named."""
        named = self._predicted(X)["prediction"]
        codes = {label: code for code, label in enumerate(self._labels)}
        labels: Array = self.classes_[named.map(codes).to_numpy(np.int64)]
        return labels


class AutoRegressor(RegressorMixin, _Auto):  # type: ignore[misc]
    """Regressor: decides between linear model, trees and network, then searches the one that is needed.

    Attributes:
        run_: the finished run; `run_.report_path` is its report.
        decision_: the verdict with its evidence.
    """

    def fit(self, X: Any, y: Any, **rows: Any) -> AutoRegressor:
        """Run everything on (n, d) numbers and (n,) targets; `rows` as for `AutoClassifier`."""
        X, y = self._validated(X, y, y_numeric=True, ensure_min_samples=SMALLEST)
        self._run(X, np.asarray(y, np.float64), "regression", rows)
        return self

    def predict(self, X: Any) -> Array:
        """(n,) values."""
        values: Array = self._predicted(X)["prediction"].to_numpy(np.float64)
        return values
