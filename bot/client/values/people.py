"""People."""

from __future__ import annotations

from bot.client.api import User
from protos import lms_pb2

ROLES = {
    "student": lms_pb2.ROLE_STUDENT,
    "instructor": lms_pb2.ROLE_INSTRUCTOR,
    "administrator": lms_pb2.ROLE_ADMINISTRATOR,
}
_ROLE_NAMES = {number: name for name, number in ROLES.items()}


def user(message: lms_pb2.User) -> User:
    return User(message.username, message.display_name, _ROLE_NAMES.get(message.role, ""))
