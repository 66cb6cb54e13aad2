"""CSV files from every spreadsheet there is, and from people who mean no good."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.spreadsheet import (
    CELL_CHARACTERS_MAX,
    COLUMNS_MAX,
    FILE_BYTES_MAX,
    ROWS_MAX,
    BadSheet,
    defused,
    read,
    written,
)
from bot.core.command import BadValue


def problems(content: bytes) -> list[str]:
    with pytest.raises(BadSheet) as caught:
        read(content)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_is_read_as_its_spreadsheet_wrote_it(delimiter: str, encoding: str, ending: str) -> None:
    lines = (("Student", "Points"), ("Zoë, dite Ohm", "18"))
    words = ending.join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    sheet = read(words.encode(encoding))
    assert sheet.columns == ("Student", "Points")
    assert [row.cells for row in sheet.rows] == [("Zoë, dite Ohm", "18")]
    assert bool(sheet.remark) == (encoding == "cp1252")


def test_a_row_knows_the_line_in_which_it_begins() -> None:
    sheet = read(b'name,note\nann,"two\nlines"\n\n,\nbob,x\n')
    assert [(row.line, row.cells[0]) for row in sheet.rows] == [(2, "ann"), (6, "bob")]


def test_short_rows_are_filled_and_empty_cells_beyond_the_columns_dropped() -> None:
    assert [row.cells for row in read(b"a,b,c,,\n1\n1,2,3,,,\n").rows] == [("1", "", ""), ("1", "2", "3")]


def test_every_row_with_too_many_cells_is_named() -> None:
    assert problems(b"a,b\n1,2,3\n1,2\n1,2,3,4\n") == [
        "line 2: There are 3 cells, but 2 columns.",
        "line 4: There are 4 cells, but 2 columns.",
    ]


def test_columns_have_names_each_its_own() -> None:
    assert problems(b"a,,A\n1,2,3\n") == [
        "line 1: Column 2 has no name.",
        "line 1: There are two columns “A”.",
    ]


def test_what_opens_a_quotation_and_never_closes_it_is_named_by_its_line() -> None:
    assert problems(b'a,b\n1,2\n"3,4\n5,6\n') == ["line 3: A quotation begins here and is never closed."]


def test_what_ends_a_quotation_too_early_is_named_by_its_line() -> None:
    assert problems(b'a,b\n"1"2,3\n') == ["line 2: A quotation ends here in the middle of a cell."]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"only,names\n", b"PK\x03\x04 a workbook", b"a,b\n\x81\x8d,1\n", b"\xff\xfea\n\x00"],
)
def test_what_is_no_csv_file_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(BadValue, match=r"\w+\."):
        read(content)


def test_bytes_that_no_text_has_are_named_by_their_line() -> None:
    assert problems(b"a,b\n1,\x002\n")[0].startswith("line 2: There is a NUL byte")
    assert problems(b"a,b\r\n1,2\r\n1,\x072\r\n")[0].startswith("line 3: There is a control character")


def test_a_file_is_bounded_in_every_direction() -> None:
    with pytest.raises(BadValue, match="at most"):
        read(b"a,b\n" + b"1,2\n" * (FILE_BYTES_MAX // 4))
    assert problems(b"a\n" + b"1\n" * (ROWS_MAX + 1))[0].startswith(f"line {ROWS_MAX + 2}:")
    names = ",".join(str(number) for number in range(10_000)).encode()
    assert str(COLUMNS_MAX) in problems(names + b"\n1\n")[0]
    assert problems(b"a\n" + b"x" * (CELL_CHARACTERS_MAX + 1))[0].startswith("line 2:")
    assert problems(b"a\n" + b"x" * 500_000)[0].startswith("line 2:")


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-3", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_written_that_a_spreadsheet_would_run(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(written([[cell]]).decode("utf-8-sig"), newline=""))
    assert row == [f"'{cell}"]


def test_a_file_is_marked_as_utf_8_for_excel() -> None:
    assert written([["Zoë"]]) == b"\xef\xbb\xbfZo\xc3\xab\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_formula_comes_free_where_cells_are_cut_at_another_delimiter(delimiter: str) -> None:
    cells = ("a", "x; =1+1", "y,=1+1", "z\t=1+1", "w\n=1+1", "v;;=1+1", 'u;"=1+1', 't\t" "=1+1', 's\n";=1+1')
    content = written([cells])
    for line in content.decode("utf-8-sig").splitlines():
        for row in csv.reader([line], delimiter=delimiter):
            assert not any(cell.lstrip(' "').startswith("=") for cell in row)
    assert read(b"1,2,3,4,5,6,7,8,9\r\n" + content.removeprefix(b"\xef\xbb\xbf")).rows[0].cells == cells


@pytest.mark.parametrize("filling", ["\n", ";", "\t '"])
def test_a_file_full_of_cells_of_line_breaks_comes_to_an_end(filling: str) -> None:
    """Nobody else is heard while a file is read, and it took a quarter of an hour."""
    cell = "x" + filling * ((CELL_CHARACTERS_MAX - 2) // len(filling)) + "x"
    rows = [(cell,)] * (FILE_BYTES_MAX // (CELL_CHARACTERS_MAX + 10))
    assert [row.cells for row in read(written([("name",), *rows])).rows] == rows


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_commas_in_every_title_do_not_cut_a_file_that_is_cut_elsewhere(delimiter: str) -> None:
    rows = (
        ("Login", "Terms, votes, leaders", "Logs, safety, and more"),
        ("ada", "13,5", "8"),
        ("bob", "", "7"),
    )
    sheet = read("\n".join(delimiter.join(row) for row in rows).encode())
    assert (sheet.columns, *(row.cells for row in sheet.rows)) == rows


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_the_line_that_tells_excel_where_cells_are_cut_is_no_row(first: str) -> None:
    sheet = read(f"{first}\r\na;b\r\n1,5;2\r\n".encode("utf-8-sig"))
    assert sheet.columns == ("a", "b")
    assert [(row.line, row.cells) for row in sheet.rows] == [(3, ("1,5", "2"))]


def test_empty_lines_above_the_columns_do_not_hide_where_cells_are_cut() -> None:
    sheet = read(b"\n;;\nname;points\nada;8\n")
    assert (sheet.columns, [row.line for row in sheet.rows]) == (("name", "points"), [4])


letters = st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("=+-@;,'\" \t\n")
readable = st.text(letters, min_size=1).map(str.strip).filter(bool)


@given(st.lists(st.tuples(readable, readable), min_size=1, max_size=5))
def test_what_is_written_reads_back_the_same(rows: list[tuple[str, str]]) -> None:
    sheet = read(written([("first", "second"), *rows]))
    assert [row.cells for row in sheet.rows] == rows


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        sheet = read(content)
    except BadValue as refused:
        assert str(refused)
    else:
        assert all(len(row.cells) == len(sheet.columns) for row in sheet.rows)


def test_what_is_harmless_is_written_as_it_is() -> None:
    assert [defused(cell) for cell in ("18.5", "a=b", "", "O'Brien")] == ["18.5", "a=b", "", "O'Brien"]
