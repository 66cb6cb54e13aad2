"""CSV files as people's spreadsheets write and read them.

Read: UTF-8, UTF-16 with its mark, or else Windows-1252; cells apart by comma, semicolon or tab. Everything is
bounded, since whoever sends a file may send any. Written: UTF-8 with a mark, by which Excel knows it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from bot.core.command import BadFiles
from bot.core.language import Words
from bot.core.text import phrases
from bot.core.text import spreadsheet as text

FILE_BYTES_MAX = 2 * 1024 * 1024
PART_BYTES_MAX = FILE_BYTES_MAX // 2
"""Of what is written to be sent back: room for what is added, and for how another program saves it."""
ROWS_MAX = 5_000
COLUMNS_MAX = 200
CELL_CHARACTERS_MAX = 20_000
PROBLEMS_SHOWN = 10
ROWS_COMPARED = 20
DELIMITERS = (",", ";", "\t")

_RUNS = re.compile(r"'*(?:\s*[=+\-@]|[\t\r])")
"""What a cell begins with that a spreadsheet would run; behind apostrophes too, lest one of the text pass
for one that was put there."""
_FORMULAS = tuple("=+-@")
_BEFORE_FORMULAS = re.compile(r"[;\s'\"]+")
_CUT = re.compile(r".*[;\t\r\n]\s*", re.DOTALL)
"""Where a spreadsheet that cuts elsewhere than at commas begins a cell of its own. Quotes may stand behind
it: written twice, as in any cell, they open a quotation there and close it."""
_SEPARATOR = re.compile(r'"?sep=([,;\t])"?[,;\t ]*(?=[\r\n])', re.IGNORECASE)
"""The line above the columns that tells Excel where the cells are cut."""
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one line of a file, counted from 1 as editors count them."""

    line: int
    sentence: Words

    def __str__(self) -> str:
        return text.line_problem(self.line, self.sentence)


class BadSheet(BadFiles):
    """A file cannot be used. The message names the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [str(problem) for problem in self.problems[:PROBLEMS_SHOWN]]
        more = phrases.not_shown(len(self.problems) - PROBLEMS_SHOWN)
        super().__init__("\n".join([text.problems_headline(len(self.problems)), *shown, *more]))


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` are trimmed, one for each column; `line` is where the row begins."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`columns` are the names in the first row, each once, trimmed; rows without any content are left out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remark: str
    """How the file was read, where its sender should know; else empty."""


def read(content: bytes) -> Sheet:
    """Raises BadFiles for what is no CSV file, BadSheet with every line at fault."""
    if len(content) > FILE_BYTES_MAX:
        raise BadFiles(text.too_large(len(content), FILE_BYTES_MAX))
    if content.startswith(b"PK\x03\x04"):
        raise BadFiles(text.WORKBOOK)
    words, remark = _decoded(content)
    _demand_text(words)
    rows = _rows(words)
    if len(rows) < 2:
        raise BadFiles(text.NO_ROWS)
    columns = _columns(rows[0])
    problems: list[Problem] = []
    found = [_of_width(row, len(columns), problems) for row in rows[1:]]
    if problems:
        raise BadSheet(problems)
    return Sheet(columns, tuple(found), remark)


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file of these rows, without anything in it that a spreadsheet would run."""
    return codecs.BOM_UTF8 + b"".join(_line(row) for row in rows)


def written_in_parts(rows: Sequence[Sequence[str]]) -> list[bytes]:
    """The same as files each of which `read` takes: all of them begin with the first row, the columns."""
    head = codecs.BOM_UTF8 + _line(rows[0])
    parts = [[head]]
    size = len(head)
    for line in map(_line, rows[1:]):
        if len(parts[-1]) > ROWS_MAX or size + len(line) > PART_BYTES_MAX:
            parts.append([head])
            size = len(head)
        parts[-1].append(line)
        size += len(line)
    return [b"".join(part) for part in parts]


def _line(row: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([defused(cell) for cell in row])
    return out.getvalue().encode()


def defused(cell: str) -> str:
    """With an apostrophe before what would be a formula. `read` takes it away again."""
    whole = _BEFORE_FORMULAS.sub(_held, cell)
    return f"'{whole}" if _RUNS.match(whole) else whole


def _undefused(cell: str) -> str:
    whole = cell[1:] if cell.startswith("'") and _RUNS.match(cell, 1) else cell
    return _BEFORE_FORMULAS.sub(_let_go, whole)


def _held(between: re.Match[str]) -> str:
    """With an apostrophe behind the cut that a formula follows."""
    at = _cut_free(between)
    return f"{between[0][:at]}'{between[0][at:]}" if at else between[0]


def _let_go(between: re.Match[str]) -> str:
    at = _cut_free(between)
    held = at and between[0].startswith("'", at)
    return between[0][:at] + between[0][at + 1 :] if held else between[0]


def _cut_free(between: re.Match[str]) -> int:
    """How much of it ends with a cut that a formula follows; 0 where none does. Each character is looked at
    once: whoever sends a file may send a cell of nothing but line breaks."""
    if not between.string.startswith(_FORMULAS, between.end()):
        return 0
    cut = _CUT.match(between[0])
    return cut.end() if cut else 0


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and a remark where it had to be guessed."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decode(content, encoding), ""
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _decode(content, "cp1252"), str(text.READ_AS_WESTERN)


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise BadFiles(text.NOT_TEXT) from None


def _demand_text(words: str) -> None:
    for pattern, sentence in ((re.compile("\0"), text.NUL), (_CONTROL, text.CONTROL_CHARACTER)):
        match = pattern.search(words)
        if match is not None:
            raise BadSheet([Problem(_lines_before(words, match.start()) + 1, sentence)])


def _lines_before(words: str, at: int) -> int:
    before = words[:at]
    return before.count("\n") + before.count("\r") - before.count("\r\n")


def _rows(words: str) -> list[Row]:
    """Those with any content. Raises BadSheet."""
    rows: list[Row] = []
    said = _SEPARATOR.match(words)
    if said is not None:
        # Only its line break stays, so that the lines beneath keep their numbers.
        words = words[said.end() :]
    for line, cells in _cells(words, said[1] if said else _delimiter(words)):
        if any(len(cell) > CELL_CHARACTERS_MAX for cell in cells):
            raise BadSheet([Problem(line, text.cell_too_long(CELL_CHARACTERS_MAX))])
        trimmed = tuple(_undefused(cell.strip()) for cell in cells)
        if any(trimmed):
            rows.append(Row(line, trimmed))
        if len(rows) > ROWS_MAX + 1:
            raise BadSheet([Problem(line, text.too_many_rows(ROWS_MAX))])
    return rows


def _delimiter(words: str) -> str:
    """The one at which the most rows have as many cells as the first, and then the one that makes the most of
    them: commas may stand in every title of a file that is cut at semicolons."""

    def fit(delimiter: str) -> tuple[int, int]:
        rows = list(islice(_with_content(words, delimiter), ROWS_COMPARED))
        columns = len(rows[0]) if rows else 0
        return (sum(len(row) == columns for row in rows), columns) if columns > 1 else (0, 0)

    return max(DELIMITERS, key=fit)


def _with_content(words: str, delimiter: str) -> Iterator[list[str]]:
    """The rows as this delimiter would cut them, as far as it can."""
    with suppress(csv.Error):
        for cells in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in cells):
                yield cells


def _cells(words: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with the line in which it begins."""
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadSheet([Problem(line, _sentence(error))]) from None
        if cells is None:
            return
        yield line, cells
        line = reader.line_num + 1


def _sentence(error: csv.Error) -> Words:
    """What the library says of a row, told apart by its words, since it has one class of error."""
    if "field limit" in str(error):
        return text.cell_too_long(CELL_CHARACTERS_MAX)
    return text.QUOTE_NOT_CLOSED if "end of data" in str(error) else text.QUOTE_MISPLACED


def _columns(header: Row) -> tuple[str, ...]:
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS_MAX:
        raise BadSheet([Problem(header.line, text.too_many_columns(len(names), COLUMNS_MAX))])
    problems = []
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        if not name:
            problems.append(Problem(header.line, text.nameless_column(number)))
        elif name.casefold() in seen:
            problems.append(Problem(header.line, text.column_twice(name)))
        seen.add(name.casefold())
    if problems:
        raise BadSheet(problems)
    return tuple(names)


def _of_width(row: Row, columns: int, problems: list[Problem]) -> Row:
    if any(row.cells[columns:]):
        problems.append(Problem(row.line, text.surplus_cells(len(row.cells), columns)))
    missing = ("",) * (columns - len(row.cells))
    return Row(row.line, (*row.cells[:columns], *missing))
