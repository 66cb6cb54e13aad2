"""People, and what they did."""

from __future__ import annotations

from bot.client.api import Audit, LinkCode, RosterRow, User
from bot.client.values.basics import moment
from protos import lms_pb2

ROLES = {
    "student": lms_pb2.ROLE_STUDENT,
    "instructor": lms_pb2.ROLE_INSTRUCTOR,
    "administrator": lms_pb2.ROLE_ADMINISTRATOR,
}
_ROLE_NAMES = {number: name for name, number in ROLES.items()}


def user(message: lms_pb2.User) -> User:
    return User(
        username=message.username,
        display_name=message.display_name,
        role=_ROLE_NAMES.get(message.role, ""),
        disabled=message.disabled,
        without_password=message.without_password,
        sourced_id=message.sourced_id,
    )


def roster_row(row: RosterRow) -> lms_pb2.RosterRow:
    return lms_pb2.RosterRow(
        username=row.username,
        display_name=row.display_name,
        role=ROLES[row.role],
        sourced_id=row.sourced_id,
    )


def link_code(message: lms_pb2.LinkCode) -> LinkCode:
    return LinkCode(message.username, message.code, moment(message.expires))


def audit(item: lms_pb2.Item) -> Audit:
    message = item.audit
    return Audit(
        index=message.index,
        term=message.term,
        username=message.username,
        display_name=message.display_name,
        deed=message.deed,
        object=message.object,
        detail=message.detail,
        time=moment(message.time),
        by_operator=message.operator,
    )
