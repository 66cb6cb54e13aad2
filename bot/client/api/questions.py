"""Questions, to the tutor or the instructors, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.client.api.outcomes import Page, Receipt
from bot.client.api.people import User


class Recipient(Enum):
    TUTOR = "tutor"
    INSTRUCTOR = "instructor"


class QueryState(Enum):
    PENDING = "pending"
    ANSWERED = "answered"
    RESOLVED = "resolved"


class Rating(Enum):
    HELPFUL = "helpful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Citation:
    material_id: str
    """Or a question's id, where an answer that is known already was quoted."""
    material_title: str
    place: str
    quote: str
    """Empty where a passage is meant, and nothing quoted."""
    heading: str = ""
    start: int = 0
    """Characters `start` to `end` of the material's text are the quote, or the passage meant; both are 0
    where that is not known."""
    end: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    author: str
    by_tutor: bool
    citations: tuple[Citation, ...]
    model: str
    abstained: bool
    generated: bool
    correction: bool = False
    """By an instructor, against the tutor's."""
    endorsed_by: str = ""
    """The instructor who vouches for the tutor's answer."""
    hint: bool = False
    """Says where the materials answer, and quotes nothing."""

    @property
    def only_points(self) -> bool:
        """The tutor's, and names a section at most."""
        return self.abstained or self.hint


@dataclass(frozen=True, slots=True)
class FollowUp:
    text: str
    """Empty where a question of the tutor's was handed to the instructors."""
    after_answers: int
    """How many answers stood before it."""
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    text: str
    recipient: Recipient
    """Whoever was asked first."""
    state: QueryState
    pseudonym: str
    answers: tuple[Answer, ...]
    asked_at: datetime
    follow_ups: tuple[FollowUp, ...] = ()
    private: bool = False
    published: bool = False
    """In the FAQ."""
    rating: Rating | None = None
    own: bool = False

    @property
    def tutor_answer(self) -> Answer | None:
        return next((answer for answer in self.answers if answer.by_tutor), None)

    @property
    def with_instructors(self) -> bool:
        """Asked of them, or handed to them since."""
        return self.recipient is Recipient.INSTRUCTOR or bool(self.follow_ups)


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What everybody can read in the FAQ."""

    id: str
    """The question's."""
    question: str
    answer: Answer


class QuestionCalls(Protocol):
    async def queries(
        self, token: str, *, pending: bool = False, page: str = "", words: str = ""
    ) -> Page[Query]: ...
    async def query(self, token: str, query_id: str) -> Query: ...
    async def faq(self, token: str, words: str = "", *, page: str = "") -> Page[KnownAnswer]:
        """With `words`, the best first."""
        ...

    async def known_answer(self, token: str, query_id: str) -> KnownAnswer: ...

    async def ask(
        self, token: str, request_id: str, text: str, recipient: Recipient, private: bool = False
    ) -> Receipt[Query]: ...
    async def follow_up(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]:
        """Without a text, a question of the tutor's is handed to the instructors."""
        ...

    async def resolve(self, token: str, request_id: str, query_id: str) -> Receipt[Query]: ...
    async def rate(self, token: str, request_id: str, query_id: str, rating: Rating) -> Receipt[Query]: ...
    async def answer(
        self, token: str, request_id: str, query_id: str, text: str, publish: bool = False
    ) -> Receipt[Query]:
        """Without a text, the newest answer of an instructor is published."""
        ...

    async def endorse(self, token: str, request_id: str, query_id: str) -> Receipt[Query]: ...
    async def correct(self, token: str, request_id: str, query_id: str, text: str) -> Receipt[Query]: ...
    async def reveal(self, token: str, request_id: str, query_id: str, reason: str) -> Receipt[User]: ...
