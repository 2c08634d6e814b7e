"""Delimited text: layouts, encodings, missing markers, ragged lines."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.data import table_csv
from automl.data.read import read
from automl.data.source import Table
from automl.errors import DataError


def read_text(folder: Path, content: str | bytes, **options: object) -> Table:
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table = read(path, modality="table", **options)
    assert isinstance(table, Table)
    return table


@pytest.mark.parametrize("content", ["a,b,c", 'a,"b\n2",c', "hello"])
def test_a_header_alone_without_a_final_newline_has_no_rows(tmp_path: Path, content: str) -> None:
    for labelled in (True, False):
        with pytest.raises(DataError, match="no rows, only a header"):
            read_text(tmp_path, content, labelled=labelled)


def test_a_first_line_that_names_a_file_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"")
    for content in ("x.png\ny.png\n", f"{tmp_path / 'x.png'}\ny.png"):
        table = read_text(tmp_path, content, labelled=False)
        assert list(table.frame.columns) == ["column_1"]
        assert [Path(cell).name for cell in table.frame["column_1"]] == ["x.png", "y.png"]
    assert list(read_text(tmp_path, "y.png\nx.png\n", labelled=False).frame.columns) == ["y.png"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = (
        'a,"b, c; d|e",y\n1,"x, y;z",u\n2,"p;q|r",v\n'.replace(",", "\0").replace("\0 ", ", ").replace("\0", delimiter)
    )
    table = read_text(tmp_path, text)
    assert table.reading["delimiter"] == delimiter
    assert list(table.frame.columns) == ["a", "b, c; d|e", "y"]


@pytest.mark.parametrize(
    ("text", "decimal", "first"),
    [
        ("a;y\n3,14;u\n2,5;v\n", ",", 3.14),
        ("a\ty\n3,14\tu\n2,5\tv\n", ",", 3.14),
        ("a;y\n-0,123;u\n?;v\n", ",", -0.123),
        ("a;y\n3.14;u\n2.5;v\n", ".", 3.14),
        ("a;y\n1,234;u\n5,678;v\n", ".", "1,234"),
    ],
)
def test_the_decimal_mark_is_found(tmp_path: Path, text: str, decimal: str, first: object) -> None:
    table = read_text(tmp_path, text)
    assert table.reading["decimal"] == decimal
    assert table.frame["a"].iloc[0] == first


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("latin-1", "cp1252"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, codec: str, name: str) -> None:
    table = read_text(tmp_path, "größe,ort\n1,Zürich\n2,Genève\n".encode(codec))
    assert table.reading["encoding"] == name
    assert table.frame.to_dict("list") == {"größe": [1, 2], "ort": ["Zürich", "Genève"]}


def test_an_odd_byte_far_down_the_file_is_still_seen(tmp_path: Path) -> None:
    rows = b"1,x,u\n" * 30_000
    table = read_text(tmp_path, b"a,b,y\n" + rows + b"2,caf\xe9,v\n")
    assert table.reading["encoding"] == "cp1252"
    assert table.frame["b"].iloc[-1] == "café"
    sound = read_text(tmp_path, b"a,b,y\n" + "1,é,u\n".encode() * 30_000 + b"2,caf\xe9,v\n")
    assert sound.reading["encoding"] == "utf-8, 1 damaged characters"
    assert sound.frame["b"].iloc[0] == "é"


@pytest.mark.parametrize(
    "text",
    ["sep=;\r\na;y\r\n1;u\r\n2;v\r\n", "\n\na,y\n1,u\n\n2,v\n", "a,y\r1,u\r2,v\r", '"a","y"\n1,"u"\n2,"v"'],
)
def test_variants_of_the_same_table(tmp_path: Path, text: str) -> None:
    assert read_text(tmp_path, text).frame.to_dict("list") == {"a": [1, 2], "y": ["u", "v"]}


def test_odd_headers_stay_as_they_are(tmp_path: Path) -> None:
    table = read_text(tmp_path, '"a[0]","b ""q""", c <d> ,,é, column_6, \n1,2,3,4,5,6,7\n1,2,3,4,5,6,7\n')
    assert list(table.frame.columns) == ["a[0]", 'b "q"', "c <d>", "column_4", "é", "column_6", "column_7"]


def test_an_empty_header_cell_never_takes_a_name_in_use(tmp_path: Path) -> None:
    assert list(read_text(tmp_path, ",column_1\n1,2\n3,4\n").frame.columns) == ["column_1_", "column_1"]


MARKED = "a,b,c,d,e,y\n1,x,?, 2 ,p,1\nNA,null,5,-,-,\nN/A,y, ,4,q,?\n3,None,nan,,q,01\n"


def test_markers_are_missing_and_counted(tmp_path: Path) -> None:
    table = read_text(tmp_path, MARKED)
    assert table.reading["markers"] == {
        "a": {"NA": 1, "N/A": 1},
        "b": {"null": 1, "None": 1},
        "c": {"?": 1, " ": 1, "nan": 1},
        "d": {"-": 1},
        "y": {"?": 1},
    }
    expected = pd.DataFrame(
        {
            "a": [1, np.nan, np.nan, 3],
            "b": pd.array(["x", None, "y", None], dtype="str"),
            "c": [np.nan, 5, np.nan, np.nan],
            "d": [2, np.nan, 4, np.nan],
            "e": pd.array(["p", "-", "q", "q"], dtype="str"),
            "y": pd.array(["1", None, None, "01"], dtype="str"),
        }
    )
    pd.testing.assert_frame_equal(table.frame, expected)


def test_the_target_is_text_exactly_as_in_the_file(tmp_path: Path) -> None:
    cells = ["1", "01", "0.50", "1e3", " x", "True", "2020-01-01", "inf"]
    table = read_text(tmp_path, "a,y\n" + "".join(f"1,{cell}\n" for cell in cells))
    assert list(table.frame["y"]) == cells


def test_kinds_of_columns(tmp_path: Path) -> None:
    text = "i,f,b,m,d,z,t,n,y\n1,inf,true,True,2020-01-01,2020-01-01T02:00:00+02:00,10:30:00,,u\n"
    table = read_text(tmp_path, text + "2,-1.5,false,,2021-12-31,2020-01-01T00:00:00Z,11:00:00,,v\n")
    assert table.frame.dtypes.astype(str).to_dict() == {
        "i": "int64",
        "f": "float64",
        "b": "bool",
        "m": "str",
        "d": "datetime64[us]",
        "z": "datetime64[us]",
        "t": "str",
        "n": "float64",
        "y": "str",
    }
    assert table.frame["f"].iloc[0] == np.inf
    assert table.frame["m"].iloc[0] == "True"
    assert set(table.frame["z"]) == {pd.Timestamp("2020-01-01")}


def test_dates_with_markers_are_dates(tmp_path: Path) -> None:
    assert str(read_text(tmp_path, "d,y\n2020-01-01,u\nNA,v\n").frame["d"].dtype) == "datetime64[us]"


def test_quoted_cells_may_hold_lines(tmp_path: Path) -> None:
    table = read_text(tmp_path, 'text,y\n"one\ntwo, ""three""",u\nfour,v\n')
    assert list(table.frame["text"]) == ['one\ntwo, "three"', "four"]


def test_a_row_longer_than_a_block_is_read(tmp_path: Path) -> None:
    long = "z" * 3_000_000
    assert len(read_text(tmp_path, f"text,y\n{long},u\nb,v\n").frame["text"].iloc[0]) == len(long)


def test_few_ragged_lines_are_skipped_and_named(tmp_path: Path) -> None:
    text = "a,b,y\n" + "6,7,8\n" * 200 + '"m\nn",2,3\n' + "6\n" + "1,2,3\n" * 200 + "1,2,3,4\n6,7,9"
    table = read_text(tmp_path, text)
    assert table.reading["skipped"] == 2
    assert table.reading["skipped_lines"] == {204: "1 instead of 3 cells", 405: "4 instead of 3 cells"}
    assert len(table.frame) == 402


def test_many_ragged_lines_are_an_error_naming_the_first(tmp_path: Path) -> None:
    text = "a,b\n1,2\n3,4,5\n6\n7,8\n"
    with pytest.raises(DataError, match=r"2 of 4 lines .*\n.*line 3: 3 instead of 2 cells; line 4: 1 instead of 2"):
        read_text(tmp_path, text)
    assert len(read_text(tmp_path, text, max_bad_lines=0.5).frame) == 2


def test_only_fifty_skipped_lines_are_listed(tmp_path: Path) -> None:
    table = read_text(tmp_path, "a,b\n" + "1,2\n1\n" * 60, max_bad_lines=0.5)
    assert table.reading["skipped"] == 60
    assert len(table.reading["skipped_lines"]) == table_csv.LISTED


def test_an_open_quote_does_not_swallow_the_rest_unseen(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="100 of 101 lines"):
        read_text(tmp_path, "a,b\n1,2\n" + '"1,2\n' + "3,4\n" * 99)


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        (["10000000000000000000000001", "10000000000000000000000002"], "str"),
        (["10000000000000000000000001", "?", "10000000000000000000000002"], "str"),
        (["18446744073709551617", "5"], "str"),
        (["1e25", "2.5e25"], "float64"),
        (["100000000000000000000", "300000000000000000000"], "float64"),
        (["10000000000000000000000001.5", "2"], "float64"),
    ],
)
def test_whole_numbers_too_long_for_a_number_keep_their_digits(tmp_path: Path, cells: list[str], dtype: str) -> None:
    found = read_text(tmp_path, "a,b\n" + "".join(f"{cell},x\n" for cell in cells)).frame["a"]

    assert str(found.dtype) == dtype
    assert found.nunique() == 2


words = st.text(st.sampled_from("abcxyz éüñ,;|\t\"'\n.-"), min_size=2, max_size=8).map(lambda word: f"w{word}w")
numbers = st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda x: x + 0.5) | st.none()
whole = st.integers(-(2**40), 2**40)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(whole, numbers, words, words), min_size=2, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_frames_written_as_text_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple], delimiter: str, codec: str, end: str
) -> None:
    frame = pd.DataFrame(rows, columns=["whole", "number", "word", "target"])
    frame["number"] = frame["number"].astype(float)
    path = tmp_path_factory.mktemp("written") / "t.csv"
    path.write_bytes(frame.to_csv(index=False, sep=delimiter, lineterminator=end).encode(codec))
    table = read(path, modality="table")
    assert table.reading["delimiter"] == delimiter
    pd.testing.assert_frame_equal(table.frame, frame, check_dtype=False)
