"""People, how they come in, and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.client.api.outcomes import ImportCounts, Page, Receipt


@dataclass(frozen=True, slots=True)
class User:
    username: str
    display_name: str
    role: str
    """One of "student", "instructor", "administrator"."""
    disabled: bool = False
    without_password: bool = False
    sourced_id: str = ""
    """The person's id in the school's own system; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Session:
    token: str
    user: User
    cursor: str
    """For `watch`: what happens from its beginning on."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    username: str
    display_name: str
    role: str
    sourced_id: str = ""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """`code` is told once: a repetition of the call has an empty one."""

    username: str
    code: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Audit:
    """One act. `username` and `display_name` are empty where they would tell who asked a question, and
    of an act of whoever runs the servers."""

    index: int
    term: int
    username: str
    display_name: str
    deed: str
    object: str
    """An item's id, a username or a node's id; empty for an act on several, who stand in `detail`."""
    detail: str
    time: datetime
    by_operator: bool


class PeopleCalls(Protocol):
    async def login(self, username: str, password: str) -> Session: ...
    async def login_by_link(self, code: str) -> Session:
        """Uses up a one-time sign-in link. UNAUTHENTICATED with LINK_USED or LINK_EXPIRED."""
        ...

    async def logout(self, token: str) -> None: ...
    async def account(self, token: str) -> User: ...
    async def users(self, token: str, words: str = "", *, page: str = "") -> Page[User]: ...
    async def user(self, token: str, username: str) -> User: ...
    async def add_user(
        self, token: str, request_id: str, username: str, display_name: str, role: str, password: str
    ) -> Receipt[User]:
        """Without a password the person begins with a sign-in link."""
        ...

    async def import_roster(
        self, token: str, request_id: str, rows: Sequence[RosterRow], dry_run: bool
    ) -> Receipt[ImportCounts]:
        """All of them, or none."""
        ...

    async def make_links(
        self, token: str, request_id: str, usernames: Sequence[str]
    ) -> Receipt[tuple[LinkCode, ...]]:
        """A one-time sign-in link for each; an earlier one of theirs is void."""
        ...

    async def make_links_for_newcomers(self, token: str, request_id: str) -> Receipt[tuple[LinkCode, ...]]:
        """For everybody who has neither a password nor a session nor a link that is still good."""
        ...

    async def set_password(
        self, token: str, request_id: str, old_password: str, new_password: str
    ) -> Receipt[User]:
        """The caller's own; the old one is empty while there is none. Their other sessions end."""
        ...

    async def reset_password(self, token: str, request_id: str, username: str) -> Receipt[LinkCode]: ...
    async def set_disabled(
        self, token: str, request_id: str, username: str, disabled: bool
    ) -> Receipt[User]: ...
    async def audit(
        self,
        token: str,
        person: str = "",
        object_: str = "",
        since: datetime | None = None,
        *,
        by_operator: bool = False,
        page: str = "",
    ) -> Page[Audit]:
        """The newest first. `person` is whose act, `object_` what it was done to; none before `since`. With
        `by_operator` those of whoever runs the servers."""
        ...
