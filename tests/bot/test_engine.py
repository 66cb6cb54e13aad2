"""Everything said is heard once, and one chat's messages in their order."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.chat import Chat
from bot.core.command import EVERYONE, Arg, Command, Conversation, Registry, Values
from bot.core.engine import WAITING_MAX, Engine
from bot.core.language import Phrase
from bot.core.model import FileRef, Incoming, Reply, Role
from bot.core.richtext import plain
from bot.store import BotStore
from tests.bot.place import Chatting, Place, as_shown


async def test_a_message_delivered_again_is_not_heard_again(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1")
    answer = chatting.incoming("18")
    assert as_shown(await chatting.hear(answer)) == ["Done: grade S1 18 None"]
    assert await chatting.hear(answer) == []
    chatting.restart()
    assert await chatting.hear(answer) == []


async def test_a_bot_that_dies_before_it_remembers_repeats_the_same_act(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1")
    answer = chatting.incoming("18")

    def die(chat: str, state: Chat) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(chatting.store, "save", die)
    with pytest.raises(KeyboardInterrupt):
        await chatting.engine.handle(answer)
    chatting.restart()
    assert as_shown(await chatting.hear(answer)) == ["Done: grade S1 18 None"]
    assert len(chatting.classroom.acts) == 1


async def test_an_album_of_which_a_part_comes_again_is_not_heard_again(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    album = replace(chatting.incoming("/submit A1", "1.md", "2.md"), parts=("p1", "p2"))
    assert await chatting.hear(album)
    part = replace(chatting.incoming("", "2.md"), request_id="p2")
    assert await chatting.hear(part) == []
    chatting.restart()
    assert await chatting.hear(replace(album, parts=("p1", "p2"))) == []


async def test_a_part_that_was_not_heard_with_the_others_is_heard(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.hear(replace(chatting.incoming("/submit A1", "1.md"), parts=("p1", "p2")))
    again = replace(chatting.incoming("/submit A1", "1.md", "3.md"), parts=("p1", "p2", "p3"))
    assert await chatting.hear(again)


async def test_two_lines_are_two_acts(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1 18")
    await chatting.say("/grade S1 18")
    assert len(chatting.classroom.acts) == 2


async def test_whoever_left_changes_nothing_for_what_was_done(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    chatting.place.gone = True
    incoming = chatting.incoming("/grade S1 18")
    await chatting.hear(incoming)
    assert chatting.classroom.done == ["grade S1 18 None"]
    assert incoming.request_id in chatting.store.load("c1").handled


async def test_who_is_signed_in_is_told_to_those_who_listen_and_shown_in_the_menu(chatting: Chatting) -> None:
    await chatting.say("/login grace")
    (welcome,) = await chatting.hear(chatting.incoming("password of grace"))
    (goodbye,) = await chatting.hear(chatting.incoming("/logout"))
    assert [(chat, session and session.username) for chat, session in chatting.sessions] == [
        ("c1", "grace"),
        ("c1", None),
    ]
    assert (welcome.menu, goodbye.menu) == (Role.INSTRUCTOR, Role.ANYONE)


class Slow:
    """An engine whose only command waits until it is let go."""

    def __init__(self, folder: Path) -> None:
        self.gates: dict[str, asyncio.Event] = {}
        self.heard: list[str] = []
        self.place = Place()
        registry = Registry()
        registry.add([Command("wait", Phrase("wait"), "", self._wait, EVERYONE, (Arg("word", Phrase("?")),))])
        self.engine = Engine(self.place, registry, BotStore(folder / "bot.db", "place"), lambda: 0.0)

    async def _wait(self, conversation: Conversation, values: Values) -> Reply:
        word = values["word"]
        self.heard.append(word)
        await self.gates.setdefault(word, asyncio.Event()).wait()
        return Reply(plain(word))

    def say(self, chat: str, word: str) -> asyncio.Task[None]:
        incoming = Incoming("place", chat, word, f"/wait {word}")
        return asyncio.create_task(self.engine.handle(incoming))

    def let_go(self, word: str) -> None:
        self.gates.setdefault(word, asyncio.Event()).set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 -- any condition, not one event
                await asyncio.sleep(0)


async def test_one_chat_is_answered_in_order_and_holds_up_no_other(tmp_path: Path) -> None:
    slow = Slow(tmp_path)
    tasks = [slow.say("c1", "first"), slow.say("c1", "second"), slow.say("c2", "other")]
    await slow.until(lambda: "other" in slow.heard)
    slow.let_go("other")
    await tasks[2]
    slow.let_go("second")
    slow.let_go("first")
    await asyncio.gather(*tasks)
    assert slow.heard == ["first", "other", "second"]
    assert as_shown([reply for _, reply in slow.place.said]) == ["other", "first", "second"]


async def test_whoever_says_too_much_at_once_is_told_so(tmp_path: Path) -> None:
    slow = Slow(tmp_path)
    words = [str(number) for number in range(WAITING_MAX)]
    tasks = [slow.say("c1", word) for word in words]
    await slow.until(lambda: slow.heard == ["0"])
    await slow.say("c1", "one more")
    assert as_shown([reply for _, reply in slow.place.said])[0].startswith("You are faster than I am")
    for word in words:
        slow.let_go(word)
    await asyncio.gather(*tasks)
    assert slow.heard == words


async def test_any_press_is_survived(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    for data in [
        "",
        ":",
        "pick",
        "pick:::",
        "repeat:",
        "done:x",
        "no:such",
        "grade:\x00",
        "\udc80",
        "x" * 9000,
    ]:
        replies = await chatting.hear(replace(chatting.incoming("x" if not data else ""), press=data))
        assert all(reply.refused for reply in replies)
    assert chatting.classroom.done == []


LINES = st.text(max_size=60) | st.sampled_from(
    [
        "/grade",
        "/grade S1 x",
        "/submit A1",
        "/cancel",
        "done",
        "yes",
        "no",
        "/login ada",
        "password of ada",
        '/x "',
    ]
)
PRESSES = st.text(max_size=80) | st.sampled_from(["grade:S1", "pick::0:S1", "done", "confirm:", "repeat:x:y"])


@given(st.lists(st.tuples(LINES, PRESSES, st.booleans()), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_nothing_that_is_said_or_pressed_breaks_anything(said: list[tuple[str, str, bool]]) -> None:
    async def say_it_all(folder: Path) -> None:
        chatting = Chatting(folder)
        await chatting.sign_in("grace")
        for line, press, presses in said:
            incoming = chatting.incoming(line, *(["a.md"] if line == "yes" else []))
            await chatting.hear(replace(incoming, text="", files=(), press=press) if presses else incoming)
        chatting.store.close()

    with tempfile.TemporaryDirectory() as folder, Complaints() as complaints:
        asyncio.run(say_it_all(Path(folder)))
    assert complaints.heard == []


class Complaints(logging.Handler):
    """What the core logs as its own fault."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def __enter__(self) -> Complaints:
        logging.getLogger("bot.core").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("bot.core").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@pytest.mark.parametrize("name", ["🔔 You have won.md", "\u200b🔔.md"])
async def test_a_reply_that_begins_with_what_somebody_typed_does_not_pass_for_a_notice(
    chatting: Chatting, name: str
) -> None:
    await chatting.sign_in("ada")
    large = FileRef(name, "", 21 * 1024 * 1024, "")
    (reply,) = await chatting.hear(replace(chatting.incoming("/submit A1 essay"), files=(large,)))
    assert reply.text.plain.startswith(f"» {name} is too large")
