"""What a command is: its words, who may say it, and what it needs. One registry feeds help, menus, completion, docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.core.model import Button, FileRef, Incoming, Reply, Role, StreamedReply


class BadValue(ValueError):
    """An argument cannot be used; the message says why, in a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value offered as a button."""

    value: str
    label: str


class Conversation(Protocol):
    """What a command sees of its surroundings while it runs."""

    @property
    def incoming(self) -> Incoming: ...

    @property
    def token(self) -> str:
        """Raises NotSignedIn when the chat has no session."""
        ...

    @property
    def username(self) -> str: ...

    @property
    def role(self) -> Role: ...

    async def fetch(self, file: FileRef) -> bytes: ...

    async def say(self, reply: Reply | StreamedReply) -> None:
        """Say something before the command returns its reply."""
        ...

    def sign_in(self, token: str, username: str, role: Role) -> None: ...

    def sign_out(self) -> None: ...


Values = Mapping[str, Any]
Parse = Callable[[str], Any]
Choices = Callable[[Conversation, Values], Awaitable[list[Choice]]]
Run = Callable[[Conversation, Values], Awaitable[Reply | StreamedReply]]


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument. `parse` turns what was typed into a value, or raises BadValue."""

    name: str
    prompt: str
    """The question asked when it is missing."""
    parse: Parse = str
    required: bool = True
    rest: bool = False
    """Takes the rest of the line, spaces and all."""
    secret: bool = False
    """A password: never taken from the command line, never kept, its message deleted."""
    files: bool = False
    """Filled with the files sent (a tuple of FileRef) instead of words, until the person says done."""
    choices: Choices | None = None
    """Buttons to offer when it is asked for; shown when there are one to eight."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    summary: str
    example: str
    run: Run
    roles: frozenset[Role]
    args: tuple[Arg, ...] = ()
    private: bool = False
    """Refused in a chat that several people read."""
    confirm: Callable[[Conversation, Values], Awaitable[Reply]] | None = None
    """A card shown before `run`, with Confirm and Cancel buttons added by the engine."""


EVERYONE = frozenset(Role)


@dataclass(slots=True)
class Registry:
    commands: dict[str, Command] = field(default_factory=dict)

    def add(self, commands: Iterable[Command]) -> None:
        for command in commands:
            if command.name in self.commands:
                raise ValueError(f"two commands are named {command.name}")
            self.commands[command.name] = command

    def for_role(self, role: Role) -> list[Command]:
        """In the order they were added."""
        return [command for command in self.commands.values() if role in command.roles]


__all__ = ["EVERYONE", "Arg", "BadValue", "Button", "Choice", "Command", "Conversation", "Registry", "Run", "Values"]
