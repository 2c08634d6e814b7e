"""Dataclasses to JSON and back."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from automl import jsonio
from automl.errors import RunError
from automl.types import Choice, Column, Finding, Profile


@dataclass(frozen=True)
class Inner:
    name: str
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Outer:
    inner: Inner
    many: tuple[Inner, ...] = ()
    several: list[Inner] = field(default_factory=list)
    named: dict[str, Inner] = field(default_factory=dict)
    maybe: Inner | None = None
    either: str | None = None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("-inf"), None),
        (np.float32("nan"), None),
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (Path("a/b"), "a/b"),
        ((1, (2, 3)), [1, [2, 3]]),
        ({1: "x"}, {"1": "x"}),
        (Inner("n", (1.0,)), {"name": "n", "values": [1.0]}),
        (None, None),
        (True, True),
    ],
)
def test_plain(value, expected):
    assert jsonio.plain(value) == expected


def test_round_trip_of_nested_dataclasses():
    outer = Outer(Inner("a", (1.0, 2.0)), (Inner("b"),), [Inner("c")], {"k": Inner("d")}, Inner("e"), "f")

    again = jsonio.build(Outer, json.loads(jsonio.dumps(outer)))

    assert again == outer


def test_a_profile_comes_back_equal():
    column = Column("a", "number", "feature", "numbers", 0, 3, {"min": 1.0}, sentinels={"-999": 2})
    finding = Finding("AM101", "warning", "id", ("a",), {"share": 1.0}, "dropped")
    choices = Choice("table", "r"), Choice("binary", "r"), Choice("y", "r")
    profile = Profile("d", "d.csv", *choices, 3, (column,), findings=(finding,))

    assert jsonio.build(Profile, jsonio.plain(profile)) == profile


def test_unknown_keys_are_ignored_and_missing_ones_take_defaults():
    assert jsonio.build(Inner, {"name": "a", "added_later": 1}) == Inner("a")


def test_a_required_field_must_be_there():
    with pytest.raises(TypeError, match="name"):
        jsonio.build(Inner, {"values": []})


def test_write_leaves_no_half_file(tmp_path):
    path = tmp_path / "a.json"
    jsonio.write(path, {"old": True})

    with pytest.raises(TypeError):
        jsonio.write(path, {"cannot be a key of JSON": object.__new__(_Unprintable)})

    assert jsonio.read(path) == {"old": True}


def test_write_and_read_text_of_any_script(tmp_path):
    jsonio.write(tmp_path / "a.json", {"Zürich": "東京 \u2028"})

    assert jsonio.read(tmp_path / "a.json") == {"Zürich": "東京 \u2028"}
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(("content", "why"), [(b"{", "Expecting"), (b"\xff", "utf-8"), (b"[]", "no JSON object")])
def test_what_is_no_json_object_is_told_with_its_path(tmp_path, content, why):
    path = tmp_path / "a.json"
    path.write_bytes(content)

    with pytest.raises(RunError, match=f"Cannot read a.json: .*{why}") as caught:
        jsonio.read(path)

    assert (caught.value.where, caught.value.hint) == (str(path), "restore the file, or fit again")


class _Unprintable:
    def __str__(self):
        raise TypeError
