"""How a line may go on: from the registry, with values from the classroom, never for long."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.console import directives
from bot.core import completion
from bot.core.chat import Chat, Session
from bot.core.command import Arg, Choice, Command, Conversation, Registry, Values
from bot.core.completion import Completer, Suggestion
from bot.core.conversation import ChatConversation
from bot.core.errors import Failure
from bot.core.language import Phrase
from bot.core.model import Incoming, Reply, Role
from bot.core.richtext import Text
from tests.bot.place import INSTRUCTOR, Chatting, Classroom, Place, registry


class Typing:
    """Somebody who is signed in, and types."""

    def __init__(self) -> None:
        self.classroom = Classroom()
        self.now = 100.0
        self.completer = Completer(registry(self.classroom), lambda: self.now)
        self.chat = Chat(session=Session("token", "grace", Role.INSTRUCTOR))

    async def found(self, line: str) -> list[Suggestion]:
        conversation = ChatConversation(Place(), Incoming("place", "c1", ""), self.chat)
        return await self.completer.suggestions(conversation, line)

    async def completed(self, line: str) -> list[str]:
        """The line as each suggestion would make it."""
        return [line[: len(line) - each.replaces] + each.text for each in await self.found(line)]


@pytest.fixture
def typing() -> Typing:
    return Typing()


async def test_the_commands_of_the_role_are_completed(typing: Typing) -> None:
    assert await typing.completed("/lo") == ["/login", "/logout"]
    assert await typing.completed("/GRA") == ["/grade"]
    assert await typing.found("/gra") == [Suggestion("/grade", 4, "grade")]
    assert await typing.completed("/sub") == []
    typing.chat = Chat()
    assert await typing.completed("/gra") == []
    assert await typing.completed("/grade ") == []


async def test_what_an_argument_may_be_now_is_offered_with_its_meaning(typing: Typing) -> None:
    assert await typing.found("/grade S1") == [Suggestion("S1", 2, "S1 by Ada")]
    assert await typing.completed("/grade ") == ["/grade S1", "/grade S2", "/grade feedback="]
    assert await typing.completed("/grade s2") == ["/grade S2"]
    assert await typing.completed("/grade submission=") == ["/grade submission=S1", "/grade submission=S2"]


async def test_names_of_arguments_are_offered_as_long_as_they_are_free(typing: Typing) -> None:
    assert await typing.completed("/grade S1 po") == ["/grade S1 points="]
    assert await typing.completed("/grade points=18 S1 f") == ["/grade points=18 S1 feedback="]
    assert await typing.completed("/grade points=18 po") == []


@pytest.mark.parametrize(
    "line", ["", "grade", "/grade S1 18 well do", '/grade "S1', "/help x", "/nope S", "/adduser bo pass"]
)
async def test_nothing_is_offered_where_anything_may_stand(typing: Typing, line: str) -> None:
    assert await typing.completed(line) == []


async def test_a_value_of_several_words_is_put_in_quotes(typing: Typing) -> None:
    async def topics(conversation: Conversation, values: Values) -> list[Choice]:
        return [Choice('Raft "in" one page', "a topic")]

    async def run(conversation: Conversation, values: Values) -> Reply:
        return Reply(Text())

    found = Registry()
    arg = Arg("topic", Phrase("Which?"), choices=topics)
    found.add([Command("topic", Phrase("t"), "/topic", run, INSTRUCTOR, (arg,))])
    typing.completer = Completer(found, lambda: 0.0)
    assert await typing.completed("/topic ra") == ['/topic "Raft \\"in\\" one page"']


async def test_an_answer_is_completed_too(typing: Typing, chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade")
    typing.chat = chatting.store.load("c1")
    assert await typing.completed("") == ["S1", "S2"]
    assert await typing.completed("s") == ["S1", "S2"]
    await chatting.say("/adduser bo")
    typing.chat = chatting.store.load("c1")
    assert await typing.completed("") == []


async def test_a_look_up_serves_for_a_while_and_for_one_person(typing: Typing) -> None:
    typing.classroom.failures = [Failure("UNAVAILABLE", "NO_QUORUM", "")]
    assert await typing.completed("/grade S") == []
    typing.now += completion.REMEMBERED_SECONDS - 1
    assert await typing.completed("/grade S") == []
    typing.now += 1
    assert await typing.completed("/grade S") == ["/grade S1", "/grade S2"]
    typing.classroom.failures = [Failure("UNAVAILABLE", "NO_QUORUM", "")]
    typing.chat = replace(typing.chat, session=Session("another", "alan", Role.INSTRUCTOR))
    assert await typing.completed("/grade S") == []


@pytest.mark.parametrize("failure", [Failure("INTERNAL", "", ""), ValueError("a defect")])
async def test_a_look_up_that_fails_offers_nothing(typing: Typing, failure: Exception) -> None:
    typing.classroom.failures = [failure]  # type: ignore[list-item]
    assert await typing.completed("/grade S") == []


async def test_a_look_up_that_takes_too_long_is_given_up(
    typing: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = asyncio.Event()

    async def never(conversation: Conversation, values: Values) -> list[Choice]:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        raise AssertionError

    monkeypatch.setattr(completion, "LOOK_UP_SECONDS_MAX", 0.0)
    command = typing.completer.registry.commands["grade"]
    first = replace(command.args[0], choices=never)
    typing.completer.registry.commands["grade"] = replace(command, args=(first, *command.args[1:]))
    assert await typing.completed("/grade S") == []
    assert given_up.is_set()


# --- the console's own lines ---


async def completed(line: str, *labels: str) -> list[str]:
    return [
        line[: len(line) - each.replaces] + each.text for each in await directives.suggestions(line, labels)
    ]


async def test_a_directive_is_completed() -> None:
    assert await completed(":fi") == [":file"]
    assert await completed(":") == [":as", ":file", ":press", ":reply", ":help", ":quit"]


async def test_a_button_is_completed_by_its_label() -> None:
    assert await completed(":press Op", "Open M1", "Open M2", "Done") == [":press Open M1", ":press Open M2"]


async def test_a_path_is_completed_with_quotes_where_it_needs_them(tmp_path: Path) -> None:
    for name in ("essay.md", "my essay.md", ".hidden", 'a"b'):
        (tmp_path / name).write_text("words")
    (tmp_path / "my work").mkdir()
    assert await completed(f":file {tmp_path}/es") == [f":file {tmp_path}/essay.md"]
    assert await completed(f":file {tmp_path}/my") == [
        f':file "{tmp_path}/my essay.md"',
        f':file "{tmp_path}/my work/',
    ]
    assert await completed(f':file "{tmp_path}/my e') == [f':file "{tmp_path}/my essay.md"']
    assert len(await completed(f":file {tmp_path}/")) == 3
    assert await completed(":file ~nobody-here/") == []
    assert await completed(f":file {tmp_path}/essay.md :file {tmp_path}/.h") == [
        f":file {tmp_path}/essay.md :file {tmp_path}/.hidden"
    ]
    assert await completed(f':reply "Q3" :file {tmp_path}/es') == [f':reply "Q3" :file {tmp_path}/essay.md']
    assert await completed(f":file {tmp_path}/essay.md a capt") == []
    assert await completed(":file /nowhere/at/all") == []
