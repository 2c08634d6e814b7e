"""Dataclasses to JSON and back, the one way every file of a run folder is written."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import types
import typing
from typing import Any, TypeVar

from automl.errors import RunError

if typing.TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Turn dataclasses, tuples, paths and NumPy values into what JSON holds; NaN and infinities become None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if isinstance(value, (str, bool, int, float)) or value is None:
        return None if isinstance(value, float) and not math.isfinite(value) else value
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return plain(value.tolist())
    return str(value)


def dumps(value: Any) -> str:
    """JSON text, keys in insertion order, two spaces."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)


def write(path: Path, value: Any) -> None:
    """Write JSON so that a reader never sees half a file (written beside it, then renamed)."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(dumps(value) + "\n", encoding="utf-8")
    os.replace(temporary, path)  # noqa: PTH105 (atomic on every platform)


def read(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        RunError: the file holds no JSON, or no object.
        OSError: the file cannot be read.
    """
    hint = "restore the file, or fit again"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise RunError(f"Cannot read {path.name}: {error}.", where=str(path), hint=hint) from error
    if not isinstance(document, dict):
        raise RunError(f"Cannot read {path.name}: it holds no JSON object.", where=str(path), hint=hint)
    return document


def build(cls: type[T], data: dict[str, Any]) -> T:
    """Rebuild a dataclass from `plain` data; unknown keys are ignored and missing ones take their defaults.

    So a run folder of an older or newer version loads as long as its required fields are there.
    """
    hints = typing.get_type_hints(cls)
    known = {f.name for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    return cls(**{k: _convert(hints[k], v) for k, v in data.items() if k in known})


def _convert(hint: Any, value: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [a for a in args if a is not type(None)]
        return None if value is None else _convert(inner[0], value)
    if dataclasses.is_dataclass(origin or hint) and isinstance(value, dict):
        return build(origin or hint, value)
    if origin is tuple and value is not None:
        return tuple(_convert(args[0], v) if args else v for v in value)
    if origin is list and value is not None:
        return [_convert(args[0], v) for v in value]
    if origin is dict and value is not None and len(args) == 2:
        return {k: _convert(args[1], v) for k, v in value.items()}
    return value
