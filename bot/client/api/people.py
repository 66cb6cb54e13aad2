"""People, and how they come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.client.api.outcomes import Page, Receipt


@dataclass(frozen=True, slots=True)
class User:
    username: str
    display_name: str
    role: str
    """One of "student", "instructor", "administrator"."""


@dataclass(frozen=True, slots=True)
class Session:
    token: str
    user: User


class PeopleCalls(Protocol):
    async def login(self, username: str, password: str) -> Session: ...
    async def logout(self, token: str) -> None: ...
    async def account(self, token: str) -> User: ...
    async def users(self, token: str, page: str = "") -> Page[User]: ...
    async def add_user(
        self, token: str, request_id: str, username: str, display_name: str, role: str, password: str
    ) -> Receipt[User]: ...
