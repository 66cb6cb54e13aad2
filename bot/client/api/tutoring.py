"""How the tutor may answer in this course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.client.api.outcomes import Receipt


class TutorPolicy(Enum):
    QUOTE = "quote"
    """Sentences of the materials."""
    HINT = "hint"
    """Where the answer stands, and no words of it."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Tutoring:
    policy: TutorPolicy
    author: str
    """Who has set it, by name; empty while nobody has."""
    set_at: datetime | None


class TutoringCalls(Protocol):
    async def tutoring(self, token: str) -> Tutoring: ...
    async def set_tutoring(self, token: str, request_id: str, policy: TutorPolicy) -> Receipt[Tutoring]:
        """Who waits for the tutor is told when it is turned off."""
        ...
