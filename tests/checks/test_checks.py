import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl.checks
from automl.checks import all_checks, am302_duplicates, check, dropped_by, page, without
from automl.checks.base import NotApplicable
from automl.data.source import Table
from automl.data.table import from_frame
from automl.data.table_target import Wanted
from automl.errors import UsageError
from automl.profile.table import profile

ROWS = 300
RNG = np.random.default_rng(0)
X, U = RNG.normal(size=ROWS), RNG.integers(0, 100, ROWS)
Y = (X + RNG.normal(size=ROWS) > 0).astype(int)
JUNK = {f"junk{i}": np.random.default_rng(10 + i).normal(size=ROWS) for i in range(4)}
WANTED = {
    "AM101", "AM102", "AM103", "AM104", "AM105", "AM106", "AM107", "AM108", "AM109", "AM201", "AM202", "AM301", "AM302",
    "AM303", "AM304", "AM305", "AM306", "AM307", "AM308", "AM309", "AM310", "AM311", "AM312", "AM401", "AM402", "AM501",
    "AM502", "AM503", "AM504", "AM505", "AM506", "AM507", "AM508", "AM509", "AM601", "AM602",
}  # fmt: skip


def found(code, columns, *, y=Y, reading=None, **options):
    """The finding of a code on a table with columns u, the given ones, and the target y."""
    frame = pd.DataFrame({"u": np.resize(U, len(y)), **columns, "y": y})
    result = profile(Table("t", "t.csv", frame, reading or {}), target="y", **options)
    return next(finding for finding in result.findings if finding.code == code)


def cycle(*cells):
    return [cells[i % len(cells)] for i in range(ROWS)]


DAYS = [str(day.date()) for day in pd.date_range("2020", periods=ROWS)]
MIXED = [f"{day[8:]}.{day[5:7]}.{day[:4]}" if i % 3 else day for i, day in enumerate(DAYS)]
FOUND = [
    ("AM101", {"key": range(ROWS)}, ("key",)),
    ("AM102", {"same": [1] * ROWS, "none": [None] * ROWS}, ("same", "none")),
    ("AM103", {"price": cycle("$1", "$2,000", "$7")}, ("price",)),
    ("AM104", {"job": cycle("a", "b", "?")}, ("job",)),
    ("AM105", {"days": [*range(1, 21), *[999] * (ROWS - 20)]}, ("days",)),
    ("AM106", {"cabin": cycle("a", None, None)}, ("cabin",)),
    ("AM107", {"ratio": cycle(0.5, np.inf, 2.5)}, ("ratio",)),
    ("AM108", {"price": [*(f"{n}.5" for n in range(240)), *["abc"] * 60]}, ("price",)),
    ("AM109", {"day": MIXED, "when": [*DAYS[4:], "soon", "31.12.2024", "1.2.24", "?"], "iso": DAYS}, ("day", "when")),
    ("AM201", {"label": np.where(Y == 1, "good", "bad")}, ("label",)),
    ("AM202", {"score": Y * 10 + RNG.normal(size=ROWS)}, ("score",)),
    ("AM401", {"day": pd.date_range("2020", periods=ROWS)}, ("day",)),
]
PASSED = [
    ("AM101", {"x": X}),
    ("AM102", {"x": X, "flag": cycle(1, None)}),
    ("AM103", {"x": X, "label": cycle("1", "2", "K")}),
    ("AM104", {"job": cycle("none", "b", None)}),
    ("AM105", {"days": range(-1, ROWS - 1)}),
    ("AM106", {"cabin": cycle("a", "b", None)}),
    ("AM107", {"x": X}),
    ("AM108", {"code": cycle("1", "2", "K"), "part": [f"p{i}" for i in range(ROWS)]}),
    ("AM109", {"iso": DAYS, "late": [None, "?", *DAYS[2:]], "word": cycle("a", "b", "2024-01-01"), "x": X}),
    # A label of two classes, and one whose every value is of one class while a class has two values.
    ("AM201", {"odor": np.where(Y == 1, cycle("n", "m"), "f"), "x": X}),
    ("AM202", {"a": Y * 10 + RNG.normal(size=ROWS), "b": Y * 2 + RNG.normal(size=ROWS)}),
    ("AM401", {"x": X}),
]


@pytest.mark.parametrize(("code", "columns", "names"), FOUND, ids=[case[0] for case in FOUND])
def test_found(code, columns, names):
    finding = found(code, columns)
    assert (finding.status, finding.columns) == ("found", names)
    assert finding.severity == check(code).severity
    assert finding.action
    assert finding.evidence


def test_dates_that_are_not_read_are_told_with_the_format_of_the_others():
    told = found("AM109", {"day": MIXED, "when": [*DAYS[3:], "soon", "31.12.2024", "1.2.24"]})
    assert told.evidence["when"] == {"format": "%Y-%m-%d", "read": 0.99, "others": ["soon", "31.12.2024", "1.2.24"]}
    assert told.evidence["day"]["format"] == "%d.%m.%Y"
    assert "not; taken for an id" in told.action
    assert "when: 99.0% read as %Y-%m-%d, others ('soon', '31.12.2024', '1.2.24') not; these are missing" in told.action


@pytest.mark.parametrize(("code", "columns"), PASSED, ids=[case[0] for case in PASSED])
def test_passed(code, columns):
    assert found(code, columns).status == "passed"


def test_sums_and_differences_that_give_the_target():
    casual, registered = RNG.integers(0, 50, ROWS), RNG.integers(0, 900, ROWS)
    finding = found("AM201", {"casual": casual, "registered": registered}, y=casual + registered)
    assert finding.columns == ("casual", "registered")
    assert finding.evidence["formulas"] == ["target = casual + registered"]
    price, cost = RNG.normal(100, 20, ROWS).round(2), RNG.normal(50, 9, ROWS).round(2)
    finding = found("AM201", {"cost": cost, "price": price}, y=price - cost)
    assert finding.evidence["formulas"] == ["target = price - cost"]


@pytest.mark.parametrize("copy", [X, 1.8 * X + 32, -X])
def test_linear_copies_of_the_target(copy):
    assert found("AM201", {"copy": copy}, y=X).columns == ("copy",)


def test_a_close_relation_is_no_copy():
    assert found("AM201", {"near": X + 1e-4 * RNG.normal(size=ROWS)}, y=X).status == "passed"


def test_leaks_that_cover_for_each_other_are_both_named():
    columns = {"a": Y * 10 + RNG.normal(size=ROWS), "b": Y * -9 + RNG.normal(size=ROWS), "c": X, "d": U % 7, "e": U % 5}
    assert found("AM202", columns).columns == ("a", "b")


def test_a_leak_is_told_with_the_scores_with_it_and_without_it():
    one = found("AM202", {"score": Y * 10 + RNG.normal(size=ROWS), "x": X})
    given, taken = one.evidence["with"], one.evidence["without"]
    assert given > 0.95 > taken + 0.1 > 0.7
    assert f"ROC AUC {given:.2f} with it, {taken:.2f} without it; if not known" in one.action
    two = found("AM202", {"a": Y * 10 + RNG.normal(size=ROWS), "b": Y * -9 + RNG.normal(size=ROWS), **JUNK})
    assert two.columns == ("a", "b")
    assert two.evidence["with"] > 0.95
    assert two.evidence["without"] == pytest.approx(0.5, abs=0.15)
    assert "without them; if not known" in two.action


def test_a_leak_beside_one_by_arithmetic_is_judged_without_that():
    columns = {"label": np.where(Y == 1, "good", "bad"), "score": Y * 10 + RNG.normal(size=ROWS), "x": X, **JUNK}
    assert found("AM202", columns).evidence["without"] < 0.95


def drifting(**options):
    step = np.arange(ROWS) // 25
    level = np.random.default_rng(1).normal(size=step.max() + 1).cumsum() * 2
    return found("AM401", {"x": X, **options}, y=X + level[step])


def test_an_order_of_time_is_told_with_the_scores_of_both_splits():
    for columns in ({"day": pd.date_range("2020", periods=ROWS)}, {"row": np.arange(ROWS)}):
        finding = drifting(**columns)
        random, later = finding.evidence["random_split"], finding.evidence["by_time"]
        assert random > later + 0.2
        assert f"(R2: random split {random:.2f}, by time {later:.2f}); if later rows" in finding.action
        assert finding.action.endswith(f"--time-column {finding.columns[0]}")
        assert finding.evidence["score"] == "R2"


def test_an_order_of_time_that_matters_is_a_warning_with_its_figures_and_any_other_a_note():
    matters = drifting(day=pd.date_range("2020", periods=ROWS))
    random, later = matters.evidence["random_split"], matters.evidence["by_time"]
    figures = f"R2: random split {random:.2f}, by time {later:.2f}"

    assert matters.severity == "warning"
    assert matters.title == f"Later rows are predicted far worse ({figures}): --time-column day"
    assert found("AM401", {"row": np.arange(ROWS), "x": X}).severity == "note"
    assert found("AM401", {"row": np.arange(ROWS), "x": X}, y=X + RNG.normal(size=ROWS)).severity == "note"


def test_both_splits_are_judged_without_columns_that_give_the_target_by_arithmetic():
    step = np.arange(ROWS) // 25
    y = np.round(X + np.random.default_rng(1).normal(size=step.max() + 1).cumsum()[step] * 2, 3)
    columns = {"day": pd.date_range("2020", periods=ROWS), "x": X, "copy": 1.8 * y + 32}
    assert found("AM201", columns, y=y).columns == ("copy",)
    assert found("AM401", columns, y=y).evidence["by_time"] < 0.9


def test_an_order_of_few_rows_is_told_without_scores():
    finding = found("AM401", {"day": pd.date_range("2020", periods=40), "x": X[:40]}, y=Y[:40])
    assert finding.evidence == {"dates": ["day"], "row_numbers": []}
    assert finding.action.startswith("split at random; if later rows")


def test_what_leaks_by_arithmetic_is_dropped_unless_kept_or_ignored():
    frame = pd.DataFrame({"x": X, "copy": np.where(Y == 1, "good", "bad"), "y": Y})

    def roles(**options):
        columns = profile(Table("t", "t", frame), **options).columns
        return {column.name: (column.role, column.reason[:5]) for column in columns}["copy"]

    assert roles() == ("dropped", "AM201")
    assert roles(keep=["copy"])[0] == "feature"
    assert roles(ignore=["AM201"])[0] == "feature"


@pytest.mark.parametrize(
    ("code", "y", "status"),
    [
        ("AM301", [1] * 5 + [0] * 295, "found"),
        ("AM301", Y, "passed"),
        ("AM301", X, "not_applicable"),
        ("AM303", ["a"] * 150 + ["b"] * 147 + ["c"] * 3, "found"),
        ("AM303", Y, "passed"),
        ("AM304", [0] * 150 + [1] * 150, "found"),
        ("AM304", [*range(100), *[100] * 200], "found"),
        ("AM304", [0] * 100 + [0.5] + [0] * 100 + [2.5] + [0] * 98, "passed"),
        ("AM304", np.sort(X), "found"),
        ("AM304", np.sort(X)[::-1], "found"),
        ("AM304", X, "passed"),
        ("AM304", Y, "passed"),
        ("AM307", Y[:150], "found"),
        ("AM307", Y, "passed"),
    ],
)
def test_the_target(code, y, status):
    assert found(code, {"v": np.resize(X, len(y))}, y=y).status == status


def test_single_rows_of_a_class_are_left_out_and_named():
    finding = found("AM303", {"x": X}, y=["a"] * 150 + ["b"] * 149 + ["c"])
    assert finding.evidence == {"classes": {}, "left_out": {"c": 1}}
    assert finding.action == "the class 'c' with a single row left out"


@pytest.mark.parametrize(("share", "severity"), [(0.04, "note"), (0.2, "warning")])
def test_rows_without_a_target_are_counted_and_a_word_in_their_place_is_named(share, severity):
    many = round(share * ROWS)
    labels = [None] * (many - 2) + ["None"] * 2 + cycle("a", "b")[: ROWS - many]
    table = from_frame(pd.DataFrame({"x": X, "y": labels}), Wanted("y"))
    told = next(f for f in profile(table, target="y").findings if f.code == "AM308")

    assert (told.status, told.severity, told.columns) == ("found", severity, ("y",))
    assert told.title == f"{many} of 300 rows have no target; read as missing: 'None' in 2"
    assert told.evidence == {"rows": ROWS, "without_target": many, "markers": {"None": 2}}


def test_spellings_of_one_class_are_named():
    finding = found("AM309", {"x": X}, y=cycle(" yes", "Yes", "no"))
    assert finding.title == "Classes that may be spellings of one label: ' yes', 'Yes'"
    assert finding.evidence == {"words": {"yes": {" yes": 100, "Yes": 100}}}
    assert found("AM309", {"x": X}, y=cycle("yes", "no")).status == "passed"
    assert found("AM309", {"x": X}, y=X).status == "not_applicable"


def test_a_row_left_out_for_its_class_is_not_without_a_target():
    assert found("AM308", {"x": X}, y=["a"] * 150 + ["b"] * 149 + ["c"]).status == "passed"


@pytest.mark.parametrize(("copies", "status"), [(30, "found"), (0, "passed")])
def test_duplicate_rows(copies, status):
    x, u, y = X.copy(), U.copy(), Y.copy()
    if copies:
        x[-copies:], u[-copies:], y[-copies:] = x[:copies], u[:copies], y[:copies]
    frame = pd.DataFrame({"key": range(ROWS), "x": x, "u": u, "s": cycle("a", None) if not copies else "s", "y": y})
    finding = next(f for f in profile(Table("t", "t", frame)).findings if f.code == "AM302")
    assert finding.status == status
    assert finding.evidence.get("rows", 0) == copies


def test_many_copies_of_rows_are_a_warning():
    twice = np.resize(np.arange(ROWS // 2), ROWS)
    finding = found("AM302", {"u": U[twice], "x": X[twice]}, y=Y[twice])
    assert (finding.severity, finding.title) == ("warning", "Rows that are copies of others: 50.0%")


@pytest.mark.parametrize(
    ("columns", "y"),
    [
        ({"u": cycle(*"abcd"), "x": RNG.choice(["r", "s"], ROWS)}, cycle("yes", "no")),  # few cells to differ in
        ({"u": U % 20, "x": RNG.integers(0, 20, ROWS)}, (U % 20 > 9).astype(int)),  # many rows, coarse columns
        (
            {"u": U // 4, "x": U // 4 * 7},
            Y,
        ),  # a place's figures, in several rows of its own targets
    ],
)
def test_equal_rows_that_are_to_be_expected_are_a_note(columns, y):
    finding = found("AM302", columns, y=y)
    assert (finding.status, finding.severity) == ("found", "note")
    assert finding.evidence["share"] > am302_duplicates.MANY


@pytest.mark.parametrize(
    ("code", "reading", "status"),
    [
        ("AM305", {"skipped_lines": {7: "3 cells instead of 2"}}, "found"),
        ("AM305", {"skipped_lines": {}}, "passed"),
        ("AM305", {}, "not_applicable"),
        ("AM306", {"format": "csv"}, "passed"),
        ("AM306", {"format": "parquet"}, "not_applicable"),
    ],
)
def test_reading(code, reading, status):
    assert found(code, {"x": X}, reading=reading).status == status


def test_skipped_lines_are_counted_also_where_only_the_first_are_named():
    finding = found("AM305", {"x": X}, reading={"skipped": 300, "skipped_lines": {7: "3 cells instead of 2"}})
    assert finding.title == "Lines skipped: 300"
    assert finding.evidence == {"lines": 300, "first": {7: "3 cells instead of 2"}}


@pytest.mark.parametrize(
    ("names", "status"), [(["5.1", "3.5", "1.4", "-2"], "found"), (["1950", "1951", "1952", "1953"], "passed")]
)
def test_a_header_of_data(names, status):
    assert found("AM306", {name: X + i for i, name in enumerate(names)}, reading={"format": "csv"}).status == status


def test_a_declared_time_column_leaves_no_doubt_about_time():
    finding = found("AM401", {"day": pd.date_range("2020", periods=ROWS)}, time="day")
    assert (finding.status, finding.action) == ("not_applicable", "the time column is declared: day")


def test_an_ignored_finding_is_skipped_and_drops_nothing():
    finding = found("AM101", {"key": range(ROWS)}, ignore=["am101"])
    assert finding.status == "skipped"
    assert dropped_by([finding]) == {}


def test_ignored_findings_are_skipped_once_each_and_others_stay():
    given = [check(code).finding() for code in ("AM506", "AM101", "AM506")]
    kept = without(given, ["am506"])
    assert [(one.code, one.status) for one in kept] == [("AM506", "skipped"), ("AM101", "found")]
    assert without(given, ()) == tuple(given)
    with pytest.raises(UsageError, match="AM999"):
        without(given, ["AM999"])


def test_every_code_wanted_is_there_and_every_page_answers_the_five_questions():
    assert set(all_checks()) == WANTED
    for code in WANTED:
        text = page(code)
        assert text.startswith(f"{code} {check(code).title} (")
        for question in ("What it means:", "Why it matters:", "Threshold:", "What is done:"):
            assert question in text
        assert re.search(r"To (override|treat them):", text)


@pytest.mark.parametrize("width", [50, 80])
def test_a_page_keeps_to_the_width_asked_for_and_its_paragraphs(width):
    for code in WANTED:
        lines = page(code, width).splitlines()[1:]
        assert max(map(len, lines)) <= width
        assert " ".join(lines).split() == " ".join(page(code).splitlines()[1:]).split()
        assert sum(bool(re.match(r"(What|Why|Threshold|To)\b[^:]*:", line)) for line in lines) == 5


def test_every_check_has_a_file_of_its_own_named_by_its_code():
    folder = Path(automl.checks.__file__).parent
    assert {path.stem[:5].upper() for path in folder.glob("am*.py")} == WANTED


def test_codes_of_the_run_are_not_looked_for_in_the_profile():
    with pytest.raises(NotApplicable, match="trained or used"):
        check("AM502").run(None)
    with pytest.raises(StopIteration):
        found("AM502", {"x": X})


def test_a_finding_made_in_a_run():
    finding = check("am501").finding(evidence={"family": "network"}, action="12 s were left")
    assert (finding.code, finding.severity, finding.status) == ("AM501", "note", "found")


@pytest.mark.parametrize("call", [page, check])
def test_an_unknown_code_is_refused_with_a_suggestion(call):
    with pytest.raises(UsageError, match="Unknown finding 'AM100'"):
        call("AM100")
