"""What a command is: its words, who may say it, and what it needs.

One registry feeds the help, Telegram's menus, the console's completion and the command table in the docs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.core.language import Phrase, Words
from bot.core.model import FileRef, Incoming, Reply, Role, StreamedReply
from bot.core.settings import Settings


class BadValue(ValueError):
    """An argument cannot be used; the message says why, in a sentence for the person."""


class BadFiles(BadValue):
    """Of what was sent, or of its absence: files are asked for again."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value offered as a button."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """One of several answers that make up an argument."""

    prompt: Words
    keep: Callable[[str], str]
    """From the answer to all that was given of the argument so far, this answer with it; raises BadValue."""
    whole: bool = False
    """The argument after all, asked for in other words: no further piece is another question."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card, and what it was made from: `run` finds that in values[BASIS].

    So what was shown is what is done, to the letter, whatever the classroom has come to meanwhile. When the
    classroom says ABORTED to it, the card is made anew.
    """

    reply: Reply
    basis: str


BASIS = "basis"


class Conversation(Protocol):
    """What a command sees of its surroundings while it runs."""

    @property
    def incoming(self) -> Incoming: ...

    @property
    def request_id(self) -> str:
        """The id of this act, 32 hexadecimal characters: given to its write, a repeat cannot act twice.

        The same when the person's line is delivered again, and when an unconfirmed act is checked.
        A command that writes more than once appends its own suffix to each further write.
        """
        ...

    @property
    def token(self) -> str:
        """Raises NotSignedIn (bot.core.errors) when the chat has no session, as `username` does."""
        ...

    @property
    def username(self) -> str: ...

    @property
    def role(self) -> Role: ...

    @property
    def settings(self) -> Settings:
        """How this chat wants to be told of things."""
        ...

    def change_settings(self, settings: Settings) -> None:
        """From now on, with the reply to this very line."""
        ...

    async def fetch(self, file: FileRef) -> bytes: ...

    def sign_in_link(self, code: str) -> str:
        """What a person opens, or says, to come in with a one-time code (Adapter.sign_in_link)."""
        ...

    async def say(self, reply: Reply | StreamedReply) -> None:
        """Say something before the command returns its reply."""
        ...

    def sign_in(self, token: str, username: str, role: Role, since: str = "") -> None:
        """`since`: where the feed of events stands, so that nothing from now on is missed."""
        ...

    def sign_out(self) -> None: ...


Values = Mapping[str, Any]
Parse = Callable[[str], Any]
Choices = Callable[[Conversation, Values], Awaitable[list[Choice]]]
Parts = Callable[[Conversation, Values], Awaitable[Part | None]]
Check = Callable[[Conversation, Any], Awaitable[None]]
Run = Callable[[Conversation, Values], Awaitable[Reply | StreamedReply]]


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument. `parse` turns what was typed into a value, or raises BadValue."""

    name: str
    prompt: Phrase
    """The question asked when it is missing."""
    parse: Parse = str
    required: bool = True
    rest: bool = False
    """Takes the rest of the line, spaces and all."""
    yields: bool = False
    """A word that it cannot use is the next argument's, as in `/ask What is a term?`."""
    goes_on: Callable[[str], bool] | None = None
    """Whether the word behind its own is still part of it, as the time is in `/extend A1 ada fri 18:00`."""
    named: bool = False
    """Given as `name=value` alone, anywhere before the rest of the line; it takes no word by its place."""
    secret: bool = False
    """A password: never taken from the command line, never kept, its message deleted."""
    inline: bool = False
    """A secret that does stand on the line, as the one-time code of a link: the line is deleted, the secret
    is not kept, and nobody is asked for it."""
    files: bool = False
    """Filled with the files sent (a tuple of FileRef) instead of words, until the person says done.

    When it is optional it is asked for all the same, unless an optional text was given; and a text sent
    instead of a file fills the first optional `rest` argument. So `/submit A1 essay` needs no file.
    """
    files_max: int = 10
    """With the last file allowed, it is done."""
    unasked: bool = False
    """Of optional files: taken when they come with the command, and not asked for when none do."""
    canonical: Callable[[Any], str] | None = None
    """What to keep of a value between two messages, when the words typed mean another thing later ("+7d")."""
    choices: Choices | None = None
    """Buttons to offer when it is asked for; shown when there are one to eight.

    Raises BadValue when nothing can be chosen: that ends the dialogue.
    """
    parts: Parts | None = None
    """When it is asked for: what to ask next, given what there is of it so far; None when it is complete, or
    asked for as a whole."""
    check: Check | None = None
    """Looks whether the classroom takes this value as soon as it is given, before anybody sends files for
    nothing. Raises BadValue: it is asked for again. The command itself looks once more."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    summary: Phrase
    example: str
    run: Run
    roles: frozenset[Role]
    args: tuple[Arg, ...] = ()
    private: bool = False
    """Refused in a chat that several people read."""
    confirm: Callable[[Conversation, Values], Awaitable[Reply | Card | None]] | None = None
    """A card shown before `run`, with Confirm and Cancel buttons added by the engine; None: run at once."""
    confirm_label: Phrase | None = None
    """What the Confirm button says instead."""
    aside: bool = False
    """A look at something, which leaves what is under way as it is. It asks for nothing."""
    lists: tuple[str, ...] = ()
    """Commands that list what this one takes by its id: offered, as far as the person may say them, where
    there is nothing of that id. So whoever guesses learns no more than they could look up."""


EVERYONE = frozenset(Role)
SIGNED_IN = EVERYONE - {Role.ANYONE}
STUDENTS = frozenset({Role.STUDENT})
INSTRUCTORS = frozenset({Role.INSTRUCTOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(slots=True)
class Registry:
    commands: dict[str, Command] = field(default_factory=dict)

    def add(self, commands: Iterable[Command]) -> None:
        for command in commands:
            if command.name in self.commands:
                raise ValueError(f"two commands are named {command.name}")
            if command.aside and any(arg.required for arg in command.args):
                raise ValueError(f"/{command.name} would ask, and so end what is under way")
            self.commands[command.name] = command

    def for_role(self, role: Role) -> list[Command]:
        """In the order they were added."""
        return [command for command in self.commands.values() if role in command.roles]
