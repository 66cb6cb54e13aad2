"""How a line may go on: commands, the values that an argument can have now, the names of arguments.

It is all in the registry. Values are looked up in the classroom, so they are bounded: one look-up a while for
one argument, none longer than a moment; a classroom that does not answer completes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.core import parse
from bot.core.command import Arg, BadValue, Choice, Command, Registry, Values
from bot.core.conversation import ChatConversation
from bot.core.errors import Failure
from bot.core.parse import BadLine, Call

log = logging.getLogger(__name__)

SUGGESTIONS_MAX = 50
LOOK_UP_SECONDS_MAX = 1.5
REMEMBERED_SECONDS = 10.0
REMEMBERED_MAX = 32

_KEY = re.compile(r"([a-z_]+)=")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` replaces the last `replaces` characters of the line."""

    text: str
    replaces: int
    meaning: str


@dataclass(frozen=True, slots=True)
class _Found:
    choices: Sequence[Choice]
    until: float


@dataclass(slots=True)
class Completer:
    """`clock` gives seconds that only grow."""

    registry: Registry
    clock: Callable[[], float]
    _found: dict[tuple[str, ...], _Found] = field(default_factory=dict)

    async def suggestions(self, conversation: ChatConversation, line: str) -> list[Suggestion]:
        """How `line` may go on at its end, the likeliest first; nothing is said and nothing is raised."""
        called = parse.call(line)
        if called is not None and (called.body or line[-1].isspace()):
            found = await self._arguments(conversation, called)
        elif line.startswith("/"):
            found = self._commands(conversation, line)
        else:
            found = await self._answers(conversation, line)
        return found[:SUGGESTIONS_MAX]

    def _commands(self, conversation: ChatConversation, line: str) -> list[Suggestion]:
        return [
            Suggestion(f"/{command.name}", len(line), str(command.summary))
            for command in self.registry.for_role(conversation.role)
            if f"/{command.name}".startswith(line.lower())
        ]

    async def _answers(self, conversation: ChatConversation, line: str) -> list[Suggestion]:
        """To the question that the dialogue under way asks."""
        dialogue = conversation.chat.dialogue
        command = self.registry.commands.get(dialogue.command) if dialogue is not None else None
        if dialogue is None or command is None:
            return []
        arg = next((arg for arg in command.args if arg.name == dialogue.asking), None)
        if arg is None or arg.secret:
            return []
        choices = await self._choices(conversation, command, arg, dialogue.words)
        return _beginning(line, choices, written=str)

    async def _arguments(self, conversation: ChatConversation, called: Call) -> list[Suggestion]:
        command = self.registry.commands.get(called.name)
        if command is None or conversation.role not in command.roles:
            return []
        before, word = _last_word(called.body)
        try:
            given = parse.arguments(before, command.args)
        except BadLine:
            return []
        typed = [arg for arg in command.args if not (arg.secret or arg.files)]
        if given.surplus or any(arg.rest and arg.name in given.words for arg in typed):
            return []
        free = [arg for arg in typed if arg.name not in given.words]
        key = _KEY.match(word)
        named = next((arg for arg in free if key is not None and arg.name == key[1]), None)
        if named is not None and key is not None:
            choices = await self._choices(conversation, command, named, given.words)
            return _beginning(word[key.end() :], choices)
        found: list[Suggestion] = []
        for arg in _next(free):
            found += _beginning(word, await self._choices(conversation, command, arg, given.words))
        return found + [
            Suggestion(f"{arg.name}=", len(word), str(arg.prompt))
            for arg in free
            if arg.name.startswith(word) and (word or not arg.required)
        ]

    async def _choices(
        self, conversation: ChatConversation, command: Command, arg: Arg, words: dict[str, str]
    ) -> Sequence[Choice]:
        """What the argument may be; empty when that cannot be known."""
        if arg.choices is None:
            return ()
        token = conversation.chat.session.token if conversation.chat.session else ""
        key = (token, command.name, arg.name, *(f"{name}={word}" for name, word in sorted(words.items())))
        now = self.clock()
        known = self._found.pop(key, None)
        if known is None or known.until <= now:
            known = _Found(await _look_up(conversation, command, arg, words), now + REMEMBERED_SECONDS)
        self._found[key] = known
        while len(self._found) > REMEMBERED_MAX:
            del self._found[next(iter(self._found))]
        return known.choices


async def _look_up(
    conversation: ChatConversation, command: Command, arg: Arg, words: dict[str, str]
) -> Sequence[Choice]:
    if arg.choices is None:
        return ()
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS_MAX):
            return await arg.choices(conversation, _values(command, words))
    except (BadValue, Failure, TimeoutError) as why:
        log.info("nothing to choose for %s of /%s: %s", arg.name, command.name, type(why).__name__)
    except Exception:
        # Whoever types on is not told of it: the command itself will say what is wrong.
        log.info("choices for %s of /%s broke", arg.name, command.name, exc_info=True)
    return ()


def _values(command: Command, words: dict[str, str]) -> Values:
    """What was given so far; None for what was not, or cannot be used."""

    def value(arg: Arg) -> object:
        if arg.files:
            return ()
        if arg.name not in words:
            return None
        try:
            return arg.parse(words[arg.name])
        except BadValue:
            return None

    return {arg.name: value(arg) for arg in command.args}


def _next(free: Iterable[Arg]) -> list[Arg]:
    """Whose the next word may be: the first argument's, and the one's after each that yields."""
    found: list[Arg] = []
    for arg in free:
        if arg.named:
            continue
        found.append(arg)
        if not arg.yields:
            break
    return found


def _last_word(body: str) -> tuple[str, str]:
    """What stands before the word being typed, and that word, perhaps empty."""
    start = len(body)
    while start > 0 and not body[start - 1].isspace():
        start -= 1
    return body[:start], body[start:]


def _as_word(value: str) -> str:
    return parse.quoted(value) if not value or any(character.isspace() for character in value) else value


def _beginning(
    word: str, choices: Iterable[Choice], written: Callable[[str], str] = _as_word
) -> list[Suggestion]:
    return [
        Suggestion(written(choice.value), len(word), choice.label)
        for choice in choices
        if choice.value.lower().startswith(word.lower())
    ]
