"""What the course tells and hands out: files, materials, announcements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.client.api.outcomes import Page, Receipt

UPLOAD_BYTES_MAX = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Material:
    id: str
    title: str
    topic: str
    file: File | None
    text: str
    published_at: datetime
    unquotable: bool = False
    """The tutor is not given its text."""


@dataclass(frozen=True, slots=True)
class Announcement:
    id: str
    text: str
    author: str
    announced_at: datetime


class CourseCalls(Protocol):
    async def materials(self, token: str, words: str = "", *, page: str = "") -> Page[Material]: ...
    async def material(self, token: str, material_id: str) -> Material: ...
    async def announcements(self, token: str, *, page: str = "") -> Page[Announcement]: ...
    async def announcement(self, token: str, announcement_id: str) -> Announcement: ...
    async def upload(self, token: str, name: str, media_type: str, content: bytes) -> File: ...
    async def download(self, token: str, item_id: str, sha256: str = "") -> tuple[File, bytes]: ...
    async def add_material(
        self,
        token: str,
        request_id: str,
        title: str,
        topic: str,
        file: File,
        silent: bool = False,
        unquotable: bool = False,
    ) -> Receipt[Material]:
        """`silent`: nobody is told."""
        ...

    async def mark_read(self, token: str, request_id: str, material_id: str) -> None: ...
    async def announce(self, token: str, request_id: str, text: str) -> Receipt[Announcement]: ...
