"""Which column is to be predicted, and its cells as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd

    from automl.types import LabelType

NAMES = (
    "target", "label", "class", "y", "outcome", "response", "labels", "target_class", "class_label", "is_target",
    "target_value", "dependent", "dependent_variable", "ground_truth",
)  # fmt: skip
"""Names by which a target goes, the plainest first."""
STRUCTURE = ("split", "fold", "part", "subset", "set", "id", "index")
"""Last columns that say how rows are organised, not what is predicted."""
LARGEST_WHOLE = 2.0**53
"""Above it not every whole number is a float."""


@dataclass
class Wanted:
    """What the caller asks of a table.

    Attributes:
        target: column to predict, None to guess it.
        labelled: False for data to predict: no target is looked for, and one row is enough.
        exclude: columns never guessed as target.
        choice: filled in once the names are known: name, reason and guessed, for `Table.reading`.
    """

    target: str | None
    labelled: bool = True
    exclude: Collection[str] = ()
    choice: dict[str, Any] = field(default_factory=dict)

    def choose(self, names: Sequence[str]) -> str:
        """The target among the names, '' for none."""
        if self.target is not None:
            self.choice = {"name": self.target, "reason": "as given", "guessed": False}
        elif self.labelled:
            name, reason = guess_target(names, self.exclude)
            self.choice = {"name": name, "reason": reason, "guessed": True}
        return str(self.choice.get("name", ""))

    @property
    def least_rows(self) -> int:
        """Rows without which nothing can be done."""
        return 2 if self.labelled else 1


def guess_target(names: Sequence[str], exclude: Collection[str] = ()) -> tuple[str, str]:
    """The column most likely meant as target, and why.

    Args:
        names: column names in file order.
        exclude: columns with another role (path, weight, group, time, dropped).
    """
    usable = [name for name in names if name not in exclude] or list(names)
    by_key = {name.strip().lower().replace(" ", "_").replace("-", "_"): name for name in reversed(usable)}
    by_key |= {name: name for name in usable}  # 'target' before 'Target'
    for known in NAMES:
        # Beside an x, a y is a coordinate (or the last column anyway).
        if known in by_key and not (known == "y" and "x" in by_key):
            return by_key[known], f"a column is named {by_key[known]!r}"
    plain = [name for name in usable if name.strip().lower() not in STRUCTURE]
    if plain and plain[-1] != usable[-1]:
        return plain[-1], f"the last column before {usable[-1]!r}, which organises the rows"
    return usable[-1], "the last column"


def target_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """The cells as text of dtype `str`: 1 and 1.0 are '1', a category is its label, a missing cell stays missing.

    Durations are seconds. Floats are whole ('1') only when all of them are; else each is its shortest exact form
    ('0.1', '2.0').
    """
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        labels = target_text(pd.Series(values.cat.categories))
        return pd.Series(labels.reindex(values.cat.codes).to_numpy(), index=values.index, name=values.name, dtype="str")
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("str")
    if pd.api.types.is_float_dtype(values.dtype):
        return _float_text(values)
    if pd.api.types.is_timedelta64_dtype(values.dtype):
        return _float_text(values.dt.total_seconds())
    if pd.api.types.is_object_dtype(values.dtype):
        return values.map(_cell_text, na_action="ignore").astype("str")
    return values.astype("str")


def label_type(values: pd.Series[Any]) -> LabelType:
    """The type of a column of classes: what `target_text` makes of its cells can be turned back into it."""
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        return label_type(pd.Series(values.cat.categories))
    if pd.api.types.is_object_dtype(values.dtype):
        kind = pd.api.types.infer_dtype(values, skipna=True)
        return _OBJECTS.get(kind, "text")
    if pd.api.types.is_bool_dtype(values.dtype):
        return "bool"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "int"
    return "float" if pd.api.types.is_float_dtype(values.dtype) else "text"


_OBJECTS: dict[str, LabelType] = {
    "boolean": "bool", "integer": "int", "floating": "float", "mixed-integer-float": "float"
}  # fmt: skip


def _float_text(values: pd.Series[Any]) -> pd.Series[Any]:
    values = values.astype(getattr(values.dtype, "numpy_dtype", values.dtype))  # Arrow knows no remainders
    present = values.dropna()
    if ((present % 1 == 0) & (present.abs() < LARGEST_WHOLE)).all():
        return values.astype("Int64").astype("str")
    return values.astype("str")


def _cell_text(cell: Any) -> str:
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_WHOLE
    return str(int(cell)) if whole else str(cell)
