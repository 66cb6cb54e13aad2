"""Accounts: the roster, and what signing in needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from lms_cluster import items
from lms_cluster.views.search import Search
from protos.lms_pb2 import ROLE_ADMINISTRATOR, ROLE_INSTRUCTOR, ROLE_STUDENT, Item
from storage.models.people import LinkCode, Session, User

_ROLE_WORDS: Mapping[str, int] = {
    "student": ROLE_STUDENT,
    "students": ROLE_STUDENT,
    "instructor": ROLE_INSTRUCTOR,
    "instructors": ROLE_INSTRUCTOR,
    "administrator": ROLE_ADMINISTRATOR,
    "administrators": ROLE_ADMINISTRATOR,
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in is checked against."""

    password_hash: str
    disabled: bool


def find(search: Search) -> list[Item]:
    query = User.select().order_by(User.username)
    if search.own:
        query = query.where(User.username == search.viewer.username)
    if search.keys is not None:
        query = query.where(User.username.in_(search.keys))
    if search.after is not None:
        query = query.where(User.username > search.after)
    words = search.filter.words.casefold().split()
    if not words:
        query = query.limit(search.limit)
    return [items.user(row) for row in islice(_with_words(query, words), search.limit)]


def count_users() -> int:
    return int(User.select().count())


def credentials_of(username: str) -> Credentials | None:
    """For signing in alone; None for an unknown user."""
    user = User.get_or_none(User.username == username)
    return None if user is None else Credentials(user.password_hash, user.disabled)


def may_sign_in_by_link(code_sha256: bytes, token_sha256: bytes) -> bool:
    """Whether there is such a link, or such a session: of an earlier try of the sign-in that has used it up.
    Apply says the rest."""
    link = LinkCode.select().where(LinkCode.code_sha256 == code_sha256).exists()
    return bool(link or Session.select().where(Session.token_sha256 == token_sha256).exists())


def links_in_force(codes_sha256: list[bytes]) -> set[bytes]:
    """Those of the codes that nobody has used, and no newer one has replaced."""
    rows = LinkCode.select(LinkCode.code_sha256).where(LinkCode.code_sha256.in_(codes_sha256))
    return {bytes(row.code_sha256) for row in rows}


def _with_words(users: Iterable[User], words: list[str]) -> Iterator[User]:
    """Every word is a role's, or stands somewhere in the user name, the name or the school's id."""
    for user in users:
        text = f"{user.username}\n{user.display_name}\n{user.sourced_id}".casefold()
        if all(_ROLE_WORDS.get(word) == user.role or word in text for word in words):
            yield user
