"""Which modality a table is: series by names and order, texts, and what the user says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl.data.source import Table
from automl.errors import DataError, UsageError
from automl.profile import table

RNG = np.random.default_rng(0)
ROWS = 40
LABELS = np.where(np.arange(ROWS) % 2, "yes", "no")
WORDS = np.array(
    ["parcel", "came", "late", "and", "nobody", "could", "tell", "me", "why", "it", "did", "so", "at", "all"]
)


def walks(columns: list[str]) -> pd.DataFrame:
    """Random walks: neighbouring columns are alike."""
    return pd.DataFrame(RNG.normal(size=(ROWS, len(columns))).cumsum(axis=1), columns=columns)


def noise(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(RNG.normal(size=(ROWS, len(columns))), columns=columns)


def sentences() -> list[str]:
    return [" ".join(RNG.choice(WORDS, 8)) for _ in range(ROWS)]


def named(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{i}" for i in range(count)]


def profile(frame: pd.DataFrame, **options: object):
    return table.profile(Table("set", "set.csv", frame.assign(label=LABELS)), target="label", **options)


@pytest.mark.parametrize(
    ("frame", "modality"),
    [
        (noise(named("t", 20)), "series"),
        (walks(named("x_", 20)), "series"),
        (walks(named("", 20)), "series"),
        (walks([*named("acc_x_", 10), *named("acc_y_", 10)]), "series"),
        (walks(named("x", 20)).assign(id=range(ROWS), all="same"), "series"),
        (noise(named("V", 20)), "table"),
        (walks(named("pixel_0_", 20)), "table"),
        (walks(named("x", 15)), "table"),
        (walks(named("x", 20)).assign(age=RNG.normal(size=ROWS)), "table"),
        (walks(named("x", 20)).assign(city=RNG.choice(["a", "b"], ROWS)), "table"),
        (walks(named("p", 10)).iloc[:, np.tile(np.arange(4), 6)].set_axis(named("A", 24), axis=1), "table"),
    ],
)
def test_series_by_names_and_order(frame, modality):
    assert profile(frame).modality.value == modality


def test_points_are_used_whatever_they_would_be_alone():
    frame = walks(named("t", 20)).assign(t0=0.0, t1=np.arange(ROWS), t2=np.nan, t3=np.arange(ROWS) % 2)
    found = profile(frame)
    assert [column.name for column in found.features] == named("t", 20)
    assert {column.kind for column in found.features} == {"number"}
    assert found.modality.reason == "number columns t0 to t19 in order, nothing else: one series of 20 points a row"
    assert found.modality.override == "--modality table"
    assert [f.code for f in found.findings if f.status == "found" and f.code.startswith("AM1")] == []


def test_the_user_may_say_table():
    found = profile(walks(named("t", 20)), modality="table")
    assert found.modality.value == "table"
    assert found.modality.reason == "one table with inputs of these kinds: 20 number"


@pytest.mark.parametrize(
    ("frame", "channels", "points"),
    [(walks(["a", "b", "c", "d"]), 1, 4), (noise([*named("u", 5), *named("v", 5)]), 2, 5)],
)
def test_the_user_may_say_series(frame, channels, points):
    found = profile(frame, modality="series")
    assert found.modality.value == "series"
    assert found.modality.evidence == {"channels": channels, "points": points}


def test_every_input_free_text_is_text():
    found = profile(pd.DataFrame({"said": sentences(), "heard": sentences()}))
    assert found.modality.value == "text"
    assert found.modality.reason == "all 2 inputs are free text, 16 words a row"
    assert profile(pd.DataFrame({"said": sentences()}), modality="table").modality.value == "table"
    assert profile(pd.DataFrame({"said": sentences(), "age": RNG.normal(size=ROWS)})).modality.value == "table"


def test_chinese_is_text():
    reviews = ["".join(RNG.choice(list("很快好吃味道足量大没有送水非常态度方便捷"), 12)) for _ in range(ROWS)]
    found = profile(pd.DataFrame({"review": reviews}))
    assert found.modality.value == "text"
    assert found.features[0].kind == "text"


def test_labels_are_texts_when_the_user_says_so():
    frame = pd.DataFrame({"title": RNG.choice(["red", "blue", "green"], ROWS)})
    assert profile(frame).modality.value == "table"
    found = profile(frame, modality="text")
    assert (found.modality.value, found.features[0].kind) == ("text", "text")
    assert found.modality.reason == "as given"


@pytest.mark.parametrize(
    ("frame", "modality", "error", "message"),
    [
        (walks(["a", "b"]), "series", DataError, "A series needs three number columns"),
        (walks(["a", "b", "c"]).assign(word=LABELS), "series", DataError, "no numbers cannot be points.*'word'"),
        (walks(["a", "b", "c"]), "text", DataError, "hold no text: 'a', 'b', 'c'"),
        (walks(["a", "b", "c"]), "image", UsageError, "A table cannot be read as image"),
        (walks(["a", "b", "c"]), "audio", UsageError, "A table cannot be read as audio"),
    ],
)
def test_modalities_that_do_not_fit(frame, modality, error, message):
    with pytest.raises(error, match=message):
        profile(frame, modality=modality)


def test_folders_of_texts_tell_broken_files_and_are_not_called_sorted():
    frame = pd.DataFrame({"text": sentences(), "label": np.sort(LABELS)})
    paths = tuple(f"{label}/{i}.txt" for i, label in enumerate(frame["label"]))
    found = table.profile(Table("t", "t", frame, {"broken": {"no/x.txt": "empty file"}}, paths), target="label")
    told = {f.code: f for f in found.findings if f.status == "found"}
    assert told["AM310"].title == "1 of 41 texts cannot be read: no/x.txt, empty file"
    assert "AM304" not in told
