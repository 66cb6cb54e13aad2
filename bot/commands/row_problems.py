"""What the classroom has against single rows of a file, told by their lines in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.client.api import LmsError
from bot.commands.spreadsheet import Problem
from bot.core.text.servers import told
from bot.core.text.spreadsheet import field_problem

_ROW = re.compile(r"(?:rows|grades)\[(\d+)\](?:\.(\w+))?")


def row_problems(error: LmsError, lines: Sequence[int]) -> list[Problem]:
    """`lines` are those of the rows that were sent. Of what is wrong with the whole, nothing."""
    problems = []
    for field, description in error.violations.items():
        row = _ROW.fullmatch(field)
        if row is not None and int(row[1]) < len(lines):
            sentence = told(description)
            named = field_problem(row[2], sentence) if row[2] else sentence
            problems.append(Problem(lines[int(row[1])], named))
    return problems
