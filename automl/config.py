"""The plan of a run: defaults, then the recipe, then the flags; written back whole as `plan.toml`."""

from __future__ import annotations

import dataclasses
import math
import re
import tomllib
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from automl.clock import parse_budget
from automl.errors import UsageError
from automl.types import FAMILIES, FamilyName, Modality, Prefer, Task
from automl.units import parse_latency, parse_size

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_BUDGET = 300.0
LIMITS: dict[str, Callable[[Any, str], float | int]] = {"max_latency": parse_latency, "max_size": parse_size}
"""Keys that limit the delivered model -> what reads their value."""
CHOICES: dict[str, tuple[str, ...]] = {
    "task": get_args(Task),
    "modality": get_args(Modality),
    "prefer": get_args(Prefer),
    "families": FAMILIES,
}
CALLED = {"families": "family", "prefer": "preference"}
"""What one value of a key is called, where that is not the key."""
KINDS: dict[type, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
"""What a value of a type is called."""
COLUMNS = {"target", "weight", "group", "time_column", "split_column", "series_id", "drop", "keep", "known"}
"""Keys that name columns."""
BOUNDS: dict[str, tuple[float, float]] = {"seed": (0, 2e9), "trials": (0, math.inf)}
"""Key -> the least and the largest number it takes; seeds of several parts are made of one, below 2**32."""


@dataclass(frozen=True)
class Plan:
    """Everything a run depends on besides the data and the machine.

    Attributes:
        positive: label of two classes that precision, recall, F1, average precision, the threshold and the calibration
            curve are about; None = the one that sorts last.
        budget: seconds for the whole run; with `trials` and no budget, time is not counted at all.
        trials: trials of the search; then sizes and epochs come from counts, and the run repeats exactly.
        families: families allowed; the baseline always runs.
        prefer: how much proof it takes to pass over a simpler family ('simple' most, 'accuracy' least).
        explainable: only models whose whole behaviour can be printed.
        drop, keep: columns never used, and columns used even when a rule would drop them.
        weight, group, time_column, split_column: columns with a special role; `group` may be
            're:PATTERN' on file names.
        series_id: column that names the series of a row, where every row is one point of a series; then `time_column`
            orders the points of a series, and does not split the data. With `horizon` it names the series to forecast.
        horizon: steps of time that the target is forecast ahead; the rows are points of time, ordered by `time_column`.
        known: columns that are known in advance when the target is forecast (prices, holidays).
        ignore: codes of findings to skip, in capitals: not acted on, not reported, no exit code 1.
        memory: bytes that may be used, None = what the machine has.
        gpus: 'auto', 'none' or numbers such as '0,1'.
        backbone: preset or folder of pretrained weights for networks.
        fail_under: exit code 1 when the test metric is worse than this.
        max_latency: seconds that the prediction of one row may take; slower families are not named.
        max_size: bytes that the saved model may have; larger ones are not named.
        monotone: column -> 1 (predictions never fall as it grows) or -1 (never rise); the table [monotone] of a recipe.
    """

    target: str | None = None
    task: Task | None = None
    positive: str | None = None
    metric: str | None = None
    budget: float | None = None
    trials: int | None = None
    seed: int = 0
    families: tuple[FamilyName, ...] = ("linear", "trees", "network")
    modality: Modality | None = None
    prefer: Prefer = "balanced"
    explainable: bool = False
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    weight: str | None = None
    group: str | None = None
    time_column: str | None = None
    split_column: str | None = None
    series_id: str | None = None
    horizon: int | None = None
    known: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    memory: int | None = None
    gpus: str = "auto"
    backbone: str | None = None
    fail_under: float | None = None
    max_latency: float | None = None
    max_size: int | None = None
    monotone: dict[str, int] = field(default_factory=dict)

    @property
    def long_series(self) -> str | None:
        """The column that names the series where each series is one example (`series_id` without `horizon`)."""
        return self.series_id if self.horizon is None else None

    @property
    def seconds(self) -> float | None:
        """The budget of the clock: None when trials alone are counted."""
        if self.budget is None and self.trials is not None:
            return None
        return DEFAULT_BUDGET if self.budget is None else self.budget

    @property
    def limited(self) -> bool:
        """Whether the latency or the size of the model is limited; then one single model is delivered."""
        return self.max_latency is not None or self.max_size is not None

    @property
    def allowed(self) -> tuple[FamilyName, ...]:
        """Families to probe, simple to complex, the baseline first."""
        chosen = set(self.families) | {"baseline"}
        if self.explainable:
            chosen &= {"baseline", "linear", "trees"}
        if self.monotone:  # the only family that keeps to it
            chosen &= {"baseline", "trees"}
        return tuple(name for name in FAMILIES if name in chosen)


def fields() -> list[str]:
    """Every key of a plan."""
    return [f.name for f in dataclasses.fields(Plan)]


def merged(plan: Plan, changes: dict[str, Any]) -> Plan:
    """The plan with the changes that are given (not None)."""
    return replace(plan, **{name: value for name, value in changes.items() if value is not None})


def from_recipe(name: str) -> Plan:
    """The plan of a recipe: a bundled name or a TOML file.

    Raises:
        UsageError: no such recipe, one that is not UTF-8, a key or value that is not understood; with file and line.
    """
    path = Path(name)
    if path.suffix == ".toml":
        if not path.is_file():
            raise UsageError(f"There is no recipe file {name!r}.", where="--recipe", hint="automl recipes list")
        return parse(_text(path), name)
    known = recipes()
    if name not in known:
        raise UsageError.unknown("recipe", name, known, where="--recipe")
    return parse(known[name], f"{name}.toml")


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError("The recipe is not UTF-8 text.", where=f"{path}:{line}", hint="save it as UTF-8") from error


def recipes() -> dict[str, str]:
    """The bundled recipes: name -> TOML text."""
    folder = resources.files("automl.recipes")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {f.name.removesuffix(".toml"): f.read_text(encoding="utf-8") for f in files}


def parse(text: str, source: str) -> Plan:
    """The plan in a TOML document.

    Raises:
        UsageError: not TOML, an unknown key, or a value of the wrong kind; says file and line.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The recipe is not valid TOML: {error}.", where=source) from error
    data.pop("description", None)
    fields = {f.name: f for f in dataclasses.fields(Plan)}
    values = {}
    for key, value in data.items():
        where = f"{source}:{_line_of(text, key)}"
        if key not in fields:
            raise UsageError.unknown("recipe key", key, fields, where=where)
        values[key] = checked(key, value, where)
    return Plan(**values)


def checked(key: str, value: Any, where: str) -> Any:
    """A value in the form the plan holds.

    Raises:
        UsageError: the value does not fit the key.
    """
    if key == "budget":
        return parse_budget(value)
    if key == "memory" and not isinstance(value, bool):
        from automl.devices import parse_memory

        return parse_memory(str(value))
    if key in LIMITS:
        return LIMITS[key](value, where)
    if key == "monotone":
        return _directions(value, where)
    if key in CHOICES:
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item not in CHOICES[key]:
                raise UsageError.unknown(CALLED.get(key, key), str(item), CHOICES[key], where=where)
    if key == "positive" and isinstance(value, int):  # the label of a column of whole numbers, or of truths
        return str(value)
    typed = _typed(key, value, where)
    _within(key, typed, where)
    return _spelt(key, typed)


def _spelt(key: str, value: Any) -> Any:
    """Codes in capitals; names of columns without blanks around them, as they are read. In a pattern they count."""
    if key == "ignore":
        return tuple(code.upper() for code in value)
    if key not in COLUMNS or (isinstance(value, str) and value.startswith("re:")):
        return value
    return tuple(name.strip() for name in value) if is_list(key) else value.strip()


def is_list(key: str) -> bool:
    """Whether a key takes several names."""
    return _kinds()[key] is tuple


def _within(key: str, value: Any, where: str) -> None:
    """Refuse numbers that are not finite or out of bounds, and no family at all."""
    if key == "families" and not value:
        raise UsageError("No family is named.", where=where, hint=f"known: {', '.join(FAMILIES)}")
    if not isinstance(value, (int, float)):
        return
    least, most = BOUNDS.get(key, (-math.inf, math.inf))
    if not math.isfinite(value) or not least <= value <= most:
        ends = f"{least:,.0f} or more" if value < least else f"{most:,.0f} or less"
        must = ends if math.isfinite(value) else "a finite number"
        raise UsageError(f"{key} must be {must}, and is {value}.", where=where, hint=KINDS[_kinds()[key]])


def check_columns(plan: Plan) -> None:
    """Refuse columns that are to be dropped and kept.

    Raises:
        UsageError: names them.
    """
    if both := [name for name in plan.keep if name in plan.drop]:
        where = f"--drop {','.join(both)} --keep {','.join(both)}"
        raise UsageError("A column cannot be dropped and kept.", where=where, hint="name it in one of the two")


def check_families(plan: Plan) -> None:
    """Refuse a plan whose families are all ruled out by what else it asks for.

    Raises:
        UsageError: only the baseline would be left.
    """
    if set(plan.families) <= {"baseline"} or plan.allowed != ("baseline",):
        return
    asked = "--explainable" if plan.explainable else "[monotone]"
    able = "linear and trees" if plan.explainable and not plan.monotone else "trees"
    raise UsageError(
        f"None of the families named can be used with {asked}.",
        where=f"--families {','.join(plan.families)}",
        hint=f"{able} can, or leave {asked} out",
    )


def _directions(value: Any, where: str) -> dict[str, int]:
    """Column -> 1 or -1."""
    hint = '[monotone], then lines such as "column" = 1 or -1'
    if not isinstance(value, dict):
        raise UsageError("monotone takes a table of columns.", where=where, hint=hint)
    for column, direction in value.items():
        if isinstance(direction, bool) or direction not in (1, -1):
            raise UsageError(f"monotone: {column!r} cannot be {direction!r}.", where=where, hint=hint)
    return {column.strip(): int(direction) for column, direction in value.items()}


def _typed(key: str, value: Any, where: str) -> Any:
    """The value, if it is of the kind that the field holds."""
    kind = _kinds()[key]
    if kind is tuple:
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{key} takes a list of names.", where=where, hint=f'{key} = ["...", "..."]')
        return tuple(value)
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise UsageError(f"{key} cannot be {value!r}.", where=where, hint=KINDS[kind])
    return value


@cache
def _kinds() -> dict[str, type]:
    """Key of a plan -> the type of its values; None, which every key may be, is left out."""
    return {name: _kind(hint) for name, hint in get_type_hints(Plan).items()}


def _kind(hint: Any) -> type:
    if get_origin(hint) in (Union, UnionType):
        hint = next(inner for inner in get_args(hint) if inner is not NoneType)
    kind: Any = get_origin(hint) or hint
    return str if kind is Literal else kind


def to_toml(plan: Plan, comment: str) -> str:
    """The plan as a recipe file: every key, those without a value as comments."""
    lines = [f"# {_escaped(line)}" for line in comment.splitlines()]
    for f in dataclasses.fields(Plan):
        value = getattr(plan, f.name)
        if value is None:
            lines.append(f"# {f.name} =")
        elif f.name == "budget":
            lines.append(f'budget = "{Decimal(repr(float(value))).normalize():f}s"')
        else:
            lines.append(f"{f.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):  # on one line, so that no key that follows becomes part of it
        return "{ " + ", ".join(f"{_toml(name)} = {_toml(item)}" for name, item in value.items()) + " }"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """The text without the control characters that TOML allows neither in a text nor in a comment."""
    return re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04X}", text)


def _line_of(text: str, key: str) -> int:
    """The line a key stands on, counted from 1."""
    pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    return next((i for i, line in enumerate(text.splitlines(), 1) if pattern.match(line.lstrip("["))), 1)
