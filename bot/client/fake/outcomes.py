"""Exactly once: what each request of each person came to, refusals too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from bot.client.api import LmsError
from bot.client.fake.refusals import invalid

T = TypeVar("T")


class Outcomes:
    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[tuple[object, ...], object]] = {}

    def once(self, username: str, request_id: str, asked: tuple[object, ...], act: Callable[[], T]) -> T:
        """What `act` comes to, or came to the first time. `asked` is all that the person asked for.

        Raises LmsError: what `act` raises; REQUEST_ID_REUSED when the id was first used for something else.
        """
        if not 8 <= len(request_id) <= 64:
            raise invalid("request_id", f"must be 8 to 64 characters, you sent {len(request_id)}")
        key = (username, request_id)
        if key not in self._kept:
            try:
                self._kept[key] = (asked, act())
            except LmsError as refusal:
                self._kept[key] = (asked, refusal)
        first, outcome = self._kept[key]
        if first != asked:
            message = "This request id was used for something else."
            raise LmsError("INVALID_ARGUMENT", "REQUEST_ID_REUSED", message)
        if isinstance(outcome, LmsError):
            raise outcome
        return cast(T, outcome)
