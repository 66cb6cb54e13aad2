"""The oracle notices what it is there for: each thing that must hold, broken once."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from bot.adapters.console import rendering as console
from bot.adapters.telegram import rendering as telegram
from bot.client.api import LmsClient
from bot.core.command import EVERYONE, Command, Conversation, Registry, Values
from bot.core.errors import Failure
from bot.core.model import Button, Incoming, OutgoingFile, Reply
from bot.core.richtext import Style, Text, bold, plain
from tests.fuzz.oracle import violations
from tests.fuzz.people import furnish
from tests.fuzz.room import EDSGERS, Place, Room, Seen
from tests.world import PEOPLE


class Broken:
    """A room in which /broken does as it is told."""

    def __init__(self) -> None:
        self.client: LmsClient

    async def says(self, reply: Reply, to: str = "grace") -> list[str]:
        async def run(conversation: Conversation, values: Values) -> Reply:
            return reply

        return await self.found(run, to)

    async def raises(self, error: Exception) -> list[str]:
        async def run(conversation: Conversation, values: Values) -> Reply:
            raise error

        return await self.found(run)

    async def writes_and_refuses(self) -> list[str]:
        async def run(conversation: Conversation, values: Values) -> Reply:
            await self.client.announce(conversation.token, conversation.request_id, "Free ice cream.")
            raise Failure("FAILED_PRECONDITION", "CLOSED", "There is none.")

        return await self.found(run)

    async def found(self, run: Callable[..., object], to: str = "grace") -> list[str]:
        def with_broken(registry: Registry) -> Registry:
            registry.add([Command("broken", "break", "/broken", run, EVERYONE)])  # type: ignore[arg-type]
            return registry

        async with Room(with_broken) as room:
            self.client = room.classroom.client
            seen = await room.hear(Incoming(Place.name, to, "1", "/broken"))
            return list(violations(seen))


async def test_nothing_is_found_where_nothing_is_broken() -> None:
    text = plain("a < b & \x1b[2J\u202e ") + bold("c\n")
    assert await Broken().says(Reply(text, ((Button("x", "help"),),))) == []
    assert await Broken().raises(Failure("NOT_FOUND", "NO_SUCH_ITEM", "There is no A9.")) == []


async def test_what_is_raised_in_a_command_isfound() -> None:
    (found,) = await Broken().raises(ValueError("a defect"))
    assert "a defect" in found


async def test_what_the_person_reads_as_something_broke_isfound() -> None:
    (found,) = await Broken().raises(Failure("INTERNAL", "", "a defect"))
    assert "a defect" in found


async def test_a_refusal_that_has_written_isfound() -> None:
    (found,) = await Broken().writes_and_refuses()
    assert found == "refused, and yet other rows in event, announcement, audit"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(plain(" \n")),
        Reply(plain("x"), ((Button("x", "x" * 65),),)),
        Reply(plain("x"), ((Button(" ", "x"),),)),
        Reply(plain("x"), ((Button("x", ""),),)),
        Reply(plain("x"), files=(OutgoingFile(" ", "text/plain", b""),)),
        Reply(plain("lone \ud800")),
    ],
)
async def test_a_reply_that_cannot_be_shown_isfound(reply: Reply) -> None:
    assert await Broken().says(reply)


async def test_a_line_without_a_reply_isfound() -> None:
    assert list(violations(Seen(Incoming(Place.name, "ada", "1", "hello")))) == ["no reply"]


async def test_markup_that_somebody_typed_isfound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "escape", lambda words, quote: words)
    for typed in ("<b>bold</b>", "<a href='x'>a</a>", "&lt;", "</i>", "<u>x</u>"):
        assert await Broken().says(Reply(plain(typed))), typed


async def test_a_style_that_gets_lost_isfound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "_TAGS", {Style.ITALIC: "i"})
    assert await Broken().says(Reply(Text(bold("a").spans)))


async def test_what_a_terminal_would_obey_isfound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "tame", lambda words: words)
    for typed in ("\x1b[2J", "\x07", "\u202e", "\x9b"):
        assert await Broken().says(Reply(plain(typed))), typed


async def test_a_secret_in_a_reply_or_in_the_log_isfound() -> None:
    assert await Broken().says(Reply(plain(f"Your password: {PEOPLE['linus'].password}"))) == [
        "a password was shown"
    ]

    async def run(conversation: Conversation, values: Values) -> Reply:
        logging.getLogger("bot").info("signing in with %s", PEOPLE["ada"].password)
        return Reply(plain("Fine."))

    (found,) = await Broken().found(run)
    assert "a password in the log" in found


async def test_a_classmate_s_work_isfound() -> None:
    reply = Reply(plain(f"S2: {EDSGERS}."))
    assert await Broken().says(reply, to="ada") == ["a classmate's work was shown"]
    assert await Broken().says(reply, to="edsger") == await Broken().says(reply, to="grace") == []


async def test_every_room_begins_with_people_and_their_work() -> None:
    async with Room() as room:
        await furnish(room)
        (seen,) = [await room.hear(Incoming(Place.name, "ada", "1", "/grades"))]
        assert "18" in seen.replies[0].text.plain
