"""Answers that a person waits for in a chat: shown there as they come, they need no notice as well."""

from __future__ import annotations

import time


class AwaitedAnswers:
    """Which questions are waited for where. What is put down lapses by itself, so none is muted for good."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], float] = {}

    def begin(self, chat: str, query_id: str, seconds: float) -> None:
        now = time.monotonic()
        self._until = {waited: until for waited, until in self._until.items() if until > now}
        self._until[chat, query_id] = now + seconds

    def end(self, chat: str, query_id: str) -> None:
        self._until.pop((chat, query_id), None)

    def waits(self, chat: str, query_id: str) -> bool:
        return self._until.get((chat, query_id), 0.0) > time.monotonic()
