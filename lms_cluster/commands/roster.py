"""A whole roster at once: new people are added, known ones get what is in their row. All, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from lms_cluster.commands.accounts import ROLES, ROLES_IN_WORDS
from lms_cluster.commands.act import Act
from lms_cluster.fields import DISPLAY_NAME_MAX, ROSTER_ROWS_MAX, SOURCED_ID_MAX, Fields
from protos.lms_pb2 import (
    ROLE_ADMINISTRATOR,
    ROLE_INSTRUCTOR,
    ROLE_STUDENT,
    NewRoster,
    PostResponse,
    RosterRow,
)
from storage.models.people import User

WRONG_ROWS_MAX = 50
"""Looking ends here: who has to mend that many rows sends the file again anyway."""

_ROLE_NAMES: Mapping[int, str] = {
    ROLE_STUDENT: "a student",
    ROLE_INSTRUCTOR: "an instructor",
    ROLE_ADMINISTRATOR: "an administrator",
}


def import_roster(data: NewRoster, act: Act) -> PostResponse:
    """Who is new has no password and begins with a sign-in link. A row without a sourced_id leaves the one
    that is known."""
    known = {
        user.username: user
        for user in User.select().where(User.username.in_([row.username for row in data.rows]))
    }
    _check(data, known)
    touched = []
    response = act.accepted()
    for row in data.rows:
        user = known.get(row.username)
        if user is None:
            _add(row, act.now_ms)
            response.added += 1
        elif _update(user, row):
            response.changed += 1
        else:
            response.unchanged += 1
            continue
        touched.append(row.username)
    act.detail = ", ".join(touched)
    return response


def _add(row: RosterRow, now_ms: int) -> None:
    User.create(
        username=row.username,
        display_name=row.display_name,
        role=row.role,
        password_hash="",
        created_ms=now_ms,
        sourced_id=row.sourced_id,
    )


def _update(user: User, row: RosterRow) -> bool:
    """Whether the row says something new."""
    sourced_id = row.sourced_id or user.sourced_id
    if (user.display_name, user.sourced_id) == (row.display_name, sourced_id):
        return False
    user.display_name, user.sourced_id = row.display_name, sourced_id
    user.save()
    return True


def _check(data: NewRoster, known: Mapping[str, User]) -> None:
    """Raises Refused INVALID_FIELD, with every fault of the first rows that have one."""
    fields = Fields()
    if not 1 <= len(data.rows) <= ROSTER_ROWS_MAX:
        fields.wrong("rows", f"must be 1 to {ROSTER_ROWS_MAX:,}, you sent {len(data.rows):,}")
        fields.done()
    rows_of: dict[str, int] = {}
    owners = {user.sourced_id: user.username for user in User.select().where(User.sourced_id != "")}
    for place, row in enumerate(data.rows):
        _check_row(fields, f"rows[{place}]", row, known.get(row.username))
        if row.username in rows_of:
            fields.wrong(f"rows[{place}].username", f"{row.username} is in an earlier row already")
        rows_of.setdefault(row.username, place)
        if row.sourced_id and owners.setdefault(row.sourced_id, row.username) != row.username:
            fields.wrong(f"rows[{place}].sourced_id", f"is the id of {owners[row.sourced_id]}")
        if fields.count >= WRONG_ROWS_MAX:
            break
    fields.done()


def _check_row(fields: Fields, at: str, row: RosterRow, user: User | None) -> None:
    fields.username(f"{at}.username", row.username)
    fields.line(f"{at}.display_name", row.display_name, DISPLAY_NAME_MAX)
    fields.line(f"{at}.sourced_id", row.sourced_id, SOURCED_ID_MAX, optional=True)
    if row.role not in ROLES:
        fields.wrong(f"{at}.role", f"must be {ROLES_IN_WORDS}")
    elif user is not None and user.role != row.role:
        fields.wrong(f"{at}.role", f"{row.username} is {_ROLE_NAMES[user.role]}; a role is not changed")
