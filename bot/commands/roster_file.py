"""A roster as schools' systems export it: OneRoster's column names, or plain ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.client.api import RosterRow
from bot.commands import arguments, spreadsheet
from bot.commands.spreadsheet import BadSheet, Problem, Row
from bot.core.command import BadFiles
from bot.core.language import Words
from bot.core.text import roster as text
from bot.core.text.spreadsheet import field_problem

ROWS_MAX = 1_000
SOURCED_ID_CHARACTERS_MAX = 100

_COLUMNS: Mapping[str, str] = {
    "username": "username",
    "user": "username",
    "login": "username",
    "loginid": "username",
    "name": "name",
    "fullname": "name",
    "displayname": "name",
    "givenname": "given_name",
    "firstname": "given_name",
    "familyname": "family_name",
    "lastname": "family_name",
    "surname": "family_name",
    "role": "role",
    "sourcedid": "sourced_id",
    "id": "sourced_id",
    "enableduser": "enabled",
    "enabled": "enabled",
    "status": "status",
    "password": "password",
}
"""What a column is taken for, by its name without spaces, underscores, hyphens and capitals."""
_ROLES: Mapping[str, str] = {
    "student": "student",
    "instructor": "instructor",
    "teacher": "instructor",
    "administrator": "administrator",
    "admin": "administrator",
}
_YES = frozenset({"", "true", "yes", "1", "y"})
_NO = frozenset({"false", "no", "0", "n"})
_GONE = frozenset({"tobedeleted", "inactive"})


@dataclass(frozen=True, slots=True)
class Roster:
    rows: tuple[RosterRow, ...]
    lines: tuple[int, ...]
    """Where each row stands in the file."""
    with_roles: bool
    """Whether the file says who is what."""
    left_out: int
    """How many rows are of people who are not enabled there."""
    remarks: tuple[Words, ...]


def read_roster(content: bytes) -> Roster:
    """Raises BadFiles for what is no roster, BadSheet with every line at fault."""
    sheet = spreadsheet.read(content)
    columns = _columns(sheet.columns)
    if "username" not in columns:
        raise BadFiles(text.NO_USERNAME_COLUMN)
    if not columns.keys() & {"name", "given_name", "family_name"}:
        raise BadFiles(text.NO_NAME_COLUMN)
    cells = [(row, _cells(row, columns)) for row in sheet.rows]
    enabled = [(row.line, each) for row, each in cells if _is_enabled(each)]
    if not enabled:
        raise BadFiles(text.NOBODY_ENABLED)
    if len(enabled) > ROWS_MAX:
        raise BadFiles(text.too_many_people(ROWS_MAX))
    remarks: list[Words] = [sheet.remark] if sheet.remark else []
    if "role" not in columns:
        remarks.append(text.EVERYBODY_STUDENT)
    if "password" in columns:
        remarks.append(text.PASSWORDS_LEFT)
    return Roster(
        _rows(enabled),
        tuple(line for line, _ in enabled),
        "role" in columns,
        len(cells) - len(enabled),
        tuple(remarks),
    )


def _columns(names: Sequence[str]) -> dict[str, int]:
    """Where each known column is; of two with one meaning, the first."""
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        meaning = _COLUMNS.get(re.sub(r"[\s_-]", "", name).casefold())
        if meaning is not None:
            found.setdefault(meaning, place)
    return found


def _cells(row: Row, columns: Mapping[str, int]) -> dict[str, str]:
    return {meaning: " ".join(row.cells[place].split()) for meaning, place in columns.items()}


def _is_enabled(cells: Mapping[str, str]) -> bool:
    if cells.get("status", "").casefold() in _GONE:
        return False
    return cells.get("enabled", "").casefold() not in _NO


def _rows(enabled: Sequence[tuple[int, Mapping[str, str]]]) -> tuple[RosterRow, ...]:
    problems: list[Problem] = []
    rows = []
    seen: dict[str, int] = {}
    for line, cells in enabled:
        row = _row(line, cells, problems)
        if row.username in seen:
            problems.append(Problem(line, _in("username", text.twice(row.username, seen[row.username]))))
        elif row.username:
            seen[row.username] = line
        rows.append(row)
    if problems:
        raise BadSheet(problems)
    return tuple(rows)


def _row(line: int, cells: Mapping[str, str], problems: list[Problem]) -> RosterRow:
    """What is wrong is added to `problems`."""

    def wrong(field: str, sentence: Words) -> None:
        problems.append(Problem(line, _in(field, sentence)))

    username = cells["username"].lower()
    if not username:
        wrong("username", text.USERNAME_NEEDED)
    elif not arguments.USERNAME.fullmatch(username):
        wrong("username", text.not_a_username(cells["username"]))
    name = cells.get("name") or " ".join(
        part for part in (cells.get("given_name", ""), cells.get("family_name", "")) if part
    )
    if not name:
        wrong("name", text.NAME_NEEDED)
    elif len(name) > arguments.DISPLAY_NAME_CHARACTERS_MAX:
        wrong("name", text.name_too_long(arguments.DISPLAY_NAME_CHARACTERS_MAX))
    role = _ROLES.get(cells.get("role", "student").casefold())
    if role is None:
        wrong("role", text.not_a_role(cells["role"]) if cells["role"] else text.ROLE_NEEDED)
    enabled = cells.get("enabled", "")
    if enabled.casefold() not in _YES:
        wrong("enabledUser", text.neither_true_nor_false(enabled))
    sourced_id = cells.get("sourced_id", "")
    if len(sourced_id) > SOURCED_ID_CHARACTERS_MAX:
        wrong("sourcedId", text.sourced_id_too_long(SOURCED_ID_CHARACTERS_MAX))
    return RosterRow(username, name, role or "", sourced_id)


def _in(field: str, sentence: Words) -> str:
    return field_problem(field, sentence)
