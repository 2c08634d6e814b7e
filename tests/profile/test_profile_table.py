import csv
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl import jsonio
from automl.data.read import read
from automl.data.source import Table
from automl.errors import ColumnMissing, DataError, UsageError
from automl.profile.table import profile
from automl.types import Profile

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
ROWS = 200
RNG = np.random.default_rng(0)


def table(**changes):
    cells = {
        "id": range(ROWS),
        "age": RNG.integers(18, 90, ROWS),
        "city": RNG.choice(["Bern", "Basel"], ROWS),
        "w": RNG.random(ROWS),
        "y": RNG.choice(["no", "yes"], ROWS),
    }
    return Table("people", "people.csv", pd.DataFrame({**cells, **changes}))


def test_a_profile_holds_columns_target_task_and_findings():
    found = profile(table())
    assert (found.name, found.rows, found.modality.value) == ("people", ROWS, "table")
    assert (found.target.value, found.target.evidence, found.task.value) == ("y", {"guessed": True}, "binary")
    assert [column.name for column in found.columns] == ["id", "age", "city", "w", "y"]
    assert [column.name for column in found.features] == ["age", "city", "w"]
    assert sum(found.classes.values()) == ROWS
    assert list(found.classes) == ["no", "yes"]
    assert found.columns[-1].role == "target"


@pytest.mark.parametrize(("ignore", "status"), [((), "found"), (("am310",), "skipped")])
def test_texts_that_cannot_be_read_are_a_finding_that_may_be_ignored(ignore, status):
    frame = pd.DataFrame({"text": [f"some words {i}" for i in range(ROWS)], "class": ["a", "b"] * (ROWS // 2)})
    texts = Table("t", "t", frame, {"broken": {"a/x.txt": "not UTF-8"}}, paths=tuple(map(str, range(ROWS))))
    found = profile(texts, target="class", modality="text", ignore=ignore)
    assert [one.status for one in found.findings if one.code == "AM310"] == [status]


def test_a_profile_survives_json():
    found = profile(table())
    assert jsonio.build(Profile, jsonio.plain(found)).columns == found.columns


def test_regression_has_statistics_of_the_target_and_no_classes():
    found = profile(table(y=RNG.normal(size=ROWS)))
    assert found.classes == {}
    assert found.target_stats["min"] < found.target_stats["median"] < found.target_stats["max"]


def test_rows_without_a_target_are_not_counted():
    found = profile(table(y=[None] * 10 + ["a", "b"] * 95))
    assert found.rows == 190
    assert found.columns[-1].missing == 10


def test_the_choice_of_the_reader_is_taken_and_the_user_overrides_it():
    read_table = table()
    read_table.reading["target"] = {"name": "city", "reason": "as the reader says", "guessed": True}
    assert profile(read_table).target.reason == "as the reader says"
    assert profile(read_table, target="y").target.value == "y"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"target": "Y"}, ColumnMissing, "did you mean 'y'"),
        ({"drop": ["aeg"]}, ColumnMissing, "did you mean 'age'"),
        ({"weight": "nothing"}, ColumnMissing, "'nothing'"),
        ({"group": "city", "time": "city"}, UsageError, "two roles"),
        ({"drop": ["y"]}, UsageError, "two roles"),
        ({"ignore": ["AM999"]}, UsageError, "Unknown finding"),
        ({"task": "clustering"}, UsageError, "Unknown task"),
        ({"weight": "city"}, DataError, "Weights must be numbers"),
        ({"drop": ["age", "city", "w"]}, DataError, "No column is left"),
    ],
)
def test_requests_that_cannot_be_met(options, error, message):
    with pytest.raises(error, match=message):
        profile(table(), **options)


def test_roles_by_request():
    data = table()
    data.frame.insert(0, "x", RNG.normal(size=ROWS))
    found = profile(data, weight="w", group="city", time="id", drop=["age"])
    assert {column.name: column.role for column in found.columns} == {
        "x": "feature", "id": "time", "age": "dropped", "city": "group", "w": "weight", "y": "target",
    }  # fmt: skip


def test_half_a_million_cells_are_profiled_within_a_second_of_processor_time():
    rows = 250_000
    frame = pd.DataFrame({f"x{i}": RNG.normal(size=rows) for i in range(2)} | {"y": RNG.integers(0, 2, rows)})
    started = time.process_time()
    profile(Table("t", "t", frame))
    assert time.process_time() - started < 1.0


def manifest():
    path = DATA / "MANIFEST.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["modality"] in ("tabular", "timeseries", "text")]
    return [pytest.param(row["path"], row["target"], row["task"], id=row["name"]) for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "target", "task"), manifest())
def test_task_of_real_tables(path, target, task):
    assert profile(read(DATA / path, target=target)).task.value == task


LEAKS = {
    "bike_sharing_hour": ("cnt", "AM201", ("casual", "registered")),
    "bechdel_movies": ("binary", "AM202", ("test", "clean_test", "code")),
    "mushrooms": ("type", None, ()),
    "titanic": ("Survived", None, ()),
    "spambase": ("class", None, ()),
}


@pytest.mark.skipif(not DATA.exists(), reason="the shared data are not here")
@pytest.mark.parametrize("name", LEAKS)
def test_leaks_of_real_tables(name):
    target, code, columns = LEAKS[name]
    findings = profile(read(DATA / "tabular" / f"{name}.csv", target=target)).findings
    leaks = [(each.code, each.columns) for each in findings if each.severity == "error" and each.status == "found"]
    assert leaks == ([(code, columns)] if code else [])
