"""Who reads: the language and the time zone in which a chat is spoken to, while one message is heard or one
notice is told. Tasks begun meanwhile inherit both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

from bot.core.chat import Chat
from bot.core.language import speak, speaking

_zone_name: ContextVar[str] = ContextVar("zone", default="")


@contextmanager
def reading_as(chat: Chat) -> Iterator[None]:
    """Speak as this chat has been set, until the block ends."""
    token = _zone_name.set(chat.settings.time_zone)
    try:
        with speaking(chat.settings.language, chat.language):
            yield
    finally:
        _zone_name.reset(token)


def read_on_as(chat: Chat) -> None:
    """Its settings have changed: go on by them."""
    _zone_name.set(chat.settings.time_zone)
    speak(chat.settings.language, chat.language)


class ReaderZone:
    """The name of the reader's time zone, as a value of a sentence that is not said yet."""

    def __init__(self, course: ZoneInfo) -> None:
        self._course = course

    def __str__(self) -> str:
        return time_zone(self._course).key


def time_zone(course: ZoneInfo) -> ZoneInfo:
    """The reader's own; the course's where none is set."""
    name = _zone_name.get()
    return ZoneInfo(name) if name else course
