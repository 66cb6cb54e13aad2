"""Accounts and sessions."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.commands.act import Act
from lms_cluster.fields import DISPLAY_NAME_MAX, Fields
from lms_cluster.refusal import Code, Refused, rule
from protos.command_pb2 import AddFirstAdministrator, AddUser, CreateSession, EndSession
from protos.lms_pb2 import ROLE_ADMINISTRATOR, ROLE_INSTRUCTOR, ROLE_STUDENT, PostResponse, Role
from storage.models.people import Session, User


def create_session(data: CreateSession, act: Act) -> PostResponse:
    """The node has checked the password; the same token opens the same session again."""
    user = User.get_or_none(User.username == data.username)
    if user is None or len(data.token_sha256) != 32:
        raise Refused(Code.UNAUTHENTICATED, "BAD_CREDENTIALS", "Wrong username or password.")
    Session.insert(
        token_sha256=data.token_sha256, user=data.username, started_ms=act.now_ms
    ).on_conflict_ignore().execute()
    return act.accepted(items.user(user))


def end_session(_: EndSession, act: Act) -> PostResponse:
    Session.delete().where(Session.token_sha256 == act.token_sha256).execute()
    return act.accepted()


def add_user(data: AddUser, act: Act) -> PostResponse:
    user = _added(data.username, data.display_name, data.role, data.password_hash, act)
    return act.accepted(items.user(user))


def add_first_administrator(data: AddFirstAdministrator, act: Act) -> PostResponse:
    if User.select().exists():
        raise rule("This classroom already has users; an administrator can add more.")
    user = _added(data.username, data.display_name, ROLE_ADMINISTRATOR, data.password_hash, act)
    return act.accepted(items.user(user))


def _added(username: str, display_name: str, role: Role.ValueType, password_hash: str, act: Act) -> User:
    fields = Fields()
    fields.username("username", username)
    fields.line("display_name", display_name, DISPLAY_NAME_MAX)
    roles = (ROLE_STUDENT, ROLE_INSTRUCTOR, ROLE_ADMINISTRATOR)
    fields.one_of("role", role, roles, "student, instructor or administrator")
    if not password_hash.startswith("$argon2id$"):
        fields.wrong("password", "must not be empty")
    fields.done()
    if User.get_or_none(User.username == username) is not None:
        raise Refused(Code.ALREADY_EXISTS, "ALREADY_EXISTS", f"There is already a user {username}.")
    return User.create(
        username=username,
        display_name=display_name,
        role=role,
        password_hash=password_hash,
        created_ms=act.now_ms,
    )
