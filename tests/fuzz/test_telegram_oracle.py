"""What the fuzzing of Telegram would notice: each mistake is made once, to see that it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from bot.adapters.telegram import attempts, rendering, replies
from bot.core.command import EVERYONE, Command, Conversation, Registry, Values
from bot.core.errors import Failure
from bot.core.language import Phrase
from bot.core.model import Reply
from bot.core.richtext import Style, Text
from bot.store import BotStore
from tests.fuzz.telegram import compare, violations
from tests.fuzz.telegram_people import message_in
from tests.fuzz.telegram_room import CHATS, STRANGER, TelegramRoom

LINES = {CHATS["grace"]: "/help", CHATS["ada"]: "/help a<b", STRANGER: "/grades"}


async def found_of(room: TelegramRoom, lines: Mapping[int, str]) -> list[tuple[str, str]]:
    """After which updates, and what, when these lines are said at once."""
    seen = await room.hear([[message_in(room, chat, text=line)] for chat, line in lines.items()])
    return [(str(updates), what) for updates, what in violations(seen)]


def unescaped(text: Text) -> str:
    return "".join(f"<b>{span.text}</b>" if span.style is Style.BOLD else span.text for span in text.spans)


def unstyled(text: Text) -> str:
    return rendering.sendable(text.plain).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def forgetful(text: Text, units_max: int) -> list[Text]:
    return [Text(text.spans[:1])]


@pytest.mark.parametrize(
    ("place", "name", "mistake", "noticed"),
    [
        (attempts, "html", unescaped, "was refused"),
        (attempts, "html", unstyled, "other words are bold"),
        (replies, "split", forgetful, "Telegram shows other words"),
    ],
    ids=["not escaped", "not styled", "cut off"],
)
async def test_this_mistake_is_noticed(
    place: object,
    name: str,
    mistake: Callable[..., object],
    noticed: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with TelegramRoom() as room:
        assert await found_of(room, LINES) == []
        monkeypatch.setattr(place, name, mistake)
        found = await found_of(room, LINES)
    assert any(noticed in what for _, what in found)


async def test_a_refusal_that_has_written_is_found_among_those_who_write_rightly() -> None:
    async def announce_and_refuse(conversation: Conversation, values: Values) -> Reply:
        client = room.classroom.client
        await client.announce(conversation.token, conversation.request_id, "Free ice cream.")
        raise Failure("FAILED_PRECONDITION", "CLOSED", "There is none.")

    def with_broken(registry: Registry) -> Registry:
        broken = Command("broken", Phrase("break"), "/broken", announce_and_refuse, EVERYONE)
        registry.add([broken])
        return registry

    lines = {CHATS["ada"]: "/ask instructor Why?", CHATS["grace"]: "/broken", STRANGER: "/grades"}
    async with TelegramRoom(with_broken) as room:
        ((updates, what),) = await found_of(room, lines)
    assert "/broken" in updates
    assert what == "refused, and yet other rows in announcement, audit, event"


async def test_what_is_heard_again_when_it_comes_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    load = BotStore.load
    monkeypatch.setattr(BotStore, "load", lambda store, chat: replace(load(store, chat), handled=()))
    async with TelegramRoom() as room:
        things = [[message_in(room, CHATS["ada"], text="/grades")]]
        seen = await room.hear(things)
        assert list(violations(seen)) == []
        compare(seen, await room.hear(things, redelivered=True))
    ((_, what),) = violations(seen)
    assert "heard twice" in what
