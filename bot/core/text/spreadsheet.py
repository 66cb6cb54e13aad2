"""What is said about a spreadsheet that somebody sent."""

from __future__ import annotations

from bot.core.language import Phrase, Words, tr, trn
from bot.core.text import phrases

WORKBOOK = Phrase("That is a workbook. Save it as CSV (comma separated), and send that.")
NOT_TEXT = Phrase("That is no CSV file: there are bytes in it that are no text.")
NUL = Phrase("There is a NUL byte here; save the file as CSV (UTF-8) again.")
CONTROL_CHARACTER = Phrase("There is a control character here.")
QUOTE_NOT_CLOSED = Phrase("A quotation begins here and is never closed.")
QUOTE_MISPLACED = Phrase("A quotation ends here in the middle of a cell.")
NO_ROWS = Phrase("There is no row below the column names in that file.")
READ_AS_WESTERN = Phrase("It is not UTF-8, so I read it as Windows-1252: look at the names with accents.")


def too_large(size: int, size_max: int) -> str:
    return tr(
        "A CSV file may have at most {size_max}; that one has {size}.",
        size_max=phrases.size(size_max),
        size=phrases.size(size),
    )


def too_many_rows(count: int) -> str:
    return tr("A CSV file may have at most {count} rows. Send it in parts.", count=count)


def too_many_columns(count: int, count_max: int) -> str:
    return tr("There are {count} columns; at most {count_max} are read.", count=count, count_max=count_max)


def cell_too_long(characters_max: int) -> str:
    return tr("A cell here has more than {characters_max} characters.", characters_max=characters_max)


def nameless_column(number: int) -> str:
    return tr("Column {number} has no name.", number=number)


def column_twice(name: str) -> str:
    return tr("There are two columns “{name}”.", name=phrases.shortened(name))


def surplus_cells(found: int, columns: int) -> str:
    return tr("There are {found} cells, but {columns} columns.", found=found, columns=columns)


def line_problem(line: int, sentence: Words) -> str:
    return tr("line {line}: {problem}", line=line, problem=sentence)


def field_problem(field: str, problem: Words) -> str:
    return f"{field}: {problem}"


def problems_headline(count: int) -> str:
    return trn(
        count,
        "{count} mistake in that file; nothing was changed.",
        "{count} mistakes in that file; nothing was changed.",
    )
