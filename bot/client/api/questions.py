"""Questions, to the tutor or the instructors, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.client.api.outcomes import Page, Receipt


class Recipient(Enum):
    TUTOR = "tutor"
    INSTRUCTOR = "instructor"


@dataclass(frozen=True, slots=True)
class Citation:
    material_id: str
    material_title: str
    place: str
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    author: str
    by_tutor: bool
    citations: tuple[Citation, ...]
    model: str
    abstained: bool
    generated: bool


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    text: str
    recipient: Recipient
    answered: bool
    pseudonym: str
    answers: tuple[Answer, ...]
    asked_at: datetime


class QuestionCalls(Protocol):
    async def queries(self, token: str, pending: bool = False, page: str = "") -> Page[Query]: ...
    async def query(self, token: str, query_id: str) -> Query: ...
    async def ask(self, token: str, request_id: str, text: str, recipient: Recipient) -> Receipt[Query]: ...
    async def answer(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]: ...
