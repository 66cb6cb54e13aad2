"""Accounts and sessions."""

from __future__ import annotations

import hashlib

from lms_cluster import items
from lms_cluster.commands import sign_in_links
from lms_cluster.commands.act import Act
from lms_cluster.fields import DISPLAY_NAME_MAX, Fields
from lms_cluster.refusal import Code, Refused, account_disabled, bad_credentials, no_such_item, rule
from protos.command_pb2 import AddFirstAdministrator, AddUser, CreateSession, EndSession
from protos.lms_pb2 import (
    ROLE_ADMINISTRATOR,
    ROLE_INSTRUCTOR,
    ROLE_STUDENT,
    NewDisabling,
    PostResponse,
    Role,
)
from storage.models.people import LinkCode, Session, User

ROLES = (ROLE_STUDENT, ROLE_INSTRUCTOR, ROLE_ADMINISTRATOR)
ROLES_IN_WORDS = "student, instructor or administrator"


def create_session(data: CreateSession, act: Act) -> PostResponse:
    """The node has checked the password, or the link is looked up here; the same token opens the same session
    again."""
    if len(data.token_sha256) != 32:
        raise bad_credentials()
    if data.link_code_sha256:
        user = sign_in_links.spend(data.link_code_sha256, data.token_sha256, act.now_ms)
    else:
        user = _with_password(data)
    if user.disabled:
        raise account_disabled()
    Session.insert(
        token_sha256=data.token_sha256, user=user.username, started_ms=act.now_ms
    ).on_conflict_ignore().execute()
    return act.accepted(items.user(user))


def end_session(_: EndSession, act: Act) -> PostResponse:
    Session.delete().where(Session.token_sha256 == act.token_sha256).execute()
    return act.accepted()


def end_sessions(username: str, but: bytes = b"") -> None:
    """All of the person's, or all but the one of the token with this digest."""
    Session.delete().where((Session.user == username) & (Session.token_sha256 != but)).execute()


def add_user(data: AddUser, act: Act) -> PostResponse:
    """Without a password the person begins with a sign-in link. The first release had none."""
    user = _added(data.username, data.display_name, data.role, data.password_hash, act, bool(act.version))
    return act.accepted(items.user(user))


def add_first_administrator(data: AddFirstAdministrator, act: Act) -> PostResponse:
    if User.select().exists():
        raise rule("This classroom already has users; an administrator can add more.")
    user = _added(data.username, data.display_name, ROLE_ADMINISTRATOR, data.password_hash, act, False)
    return act.accepted(items.user(user))


def set_disabled(data: NewDisabling, act: Act) -> PostResponse:
    """Who disables is enabled and does not disable themselves, so that one administrator always remains."""
    user = found(data.username)
    if data.disabled and user.username == act.author.username:
        raise rule("You cannot disable yourself; another administrator can.")
    user.disabled = data.disabled
    user.save()
    if data.disabled:
        end_sessions(user.username)
        LinkCode.delete().where(LinkCode.user == user.username).execute()
    act.detail = "disabled" if data.disabled else "enabled"
    return act.accepted(items.user(user))


def found(username: str) -> User:
    """Raises Refused NO_SUCH_ITEM."""
    user: User | None = User.get_or_none(User.username == username)
    if user is None:
        raise no_such_item("user", username)
    return user


def _with_password(data: CreateSession) -> User:
    """Raises Refused BAD_CREDENTIALS, also for who has got another password since the node checked it."""
    user: User | None = User.get_or_none(User.username == data.username)
    if user is None:
        raise bad_credentials()
    checked = data.password_hash_sha256
    if checked and checked != hashlib.sha256(user.password_hash.encode()).digest():
        raise bad_credentials()
    return user


def _added(
    username: str,
    display_name: str,
    role: Role.ValueType,
    password_hash: str,
    act: Act,
    may_lack_password: bool,
) -> User:
    fields = Fields()
    fields.username("username", username)
    fields.line("display_name", display_name, DISPLAY_NAME_MAX)
    fields.one_of("role", role, ROLES, ROLES_IN_WORDS)
    if not password_hash.startswith("$argon2id$") and (password_hash or not may_lack_password):
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
