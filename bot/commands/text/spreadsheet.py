"""What is said about a spreadsheet that somebody sent."""

from __future__ import annotations

from bot.commands.text import phrases

WORKBOOK = "That is a workbook. Save it as CSV (comma separated), and send that."
NOT_TEXT = "That is no CSV file: there are bytes in it that are no text."
NUL = "There is a NUL byte here; save the file as CSV (UTF-8) again."
CONTROL_CHARACTER = "There is a control character here."
QUOTE_NOT_CLOSED = "A quotation begins here and is never closed."
QUOTE_MISPLACED = "A quotation ends here in the middle of a cell."
NO_ROWS = "There is no row below the column names in that file."
READ_AS_WESTERN = "It is not UTF-8, so I read it as Windows-1252: look at the names with accents."


def too_large(size: int, size_max: int) -> str:
    return f"A CSV file may have at most {phrases.size(size_max)}; that one has {phrases.size(size)}."


def too_many_rows(count: int) -> str:
    return f"A CSV file may have at most {count} rows. Send it in parts."


def too_many_columns(count: int, count_max: int) -> str:
    return f"There are {count} columns; at most {count_max} are read."


def cell_too_long(characters_max: int) -> str:
    return f"A cell here has more than {characters_max} characters."


def nameless_column(number: int) -> str:
    return f"Column {number} has no name."


def column_twice(name: str) -> str:
    return f"There are two columns “{phrases.shortened(name)}”."


def surplus_cells(found: int, columns: int) -> str:
    return f"There are {found} cells, but {columns} columns."


def line_problem(line: int, sentence: str) -> str:
    return f"line {line}: {sentence}"


def problems_headline(count: int) -> str:
    return f"{phrases.counted(count, 'mistake', 'mistakes')} in that file; nothing was changed."
