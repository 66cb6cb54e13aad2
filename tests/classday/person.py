"""Somebody of the class, who chats: says a line, confirms a card, and reads what comes."""

from __future__ import annotations

from itertools import count

from bot.core.model import Incoming, Reply, Role
from bot.core.text import dialogue as text
from tests.classday.place import Place, buttons_of
from tests.classday.school_bot import SchoolBot

CHECKS_MAX = 20


class Unexpected(Exception):
    """The conversation went another way than it should; the message tells where and what came."""


class Person:
    def __init__(self, username: str, name: str, role: Role, place: Place) -> None:
        self.username = username
        self.name = name
        self.role = role
        self._place = place
        self._numbers = count(1)
        self.bot: SchoolBot | None = None

    async def say(self, line: str, *files: tuple[str, bytes]) -> Reply:
        """The last reply to a line, said with files."""
        offered = tuple(self._place.offer(name, content) for name, content in files)
        return await self._hear(self._incoming(text=line, files=offered))

    async def do(self, line: str, *files: tuple[str, bytes]) -> Reply:
        """Say it, finish with the files, confirm the card: the reply of an act that was done.

        Raises Unexpected when it was refused.
        """
        reply = await self.say(line, *files)
        for answer in ("done:", "confirm:"):
            taps = [button for button in buttons_of(reply).values() if button.data.startswith(answer)]
            if taps:
                reply = await self._hear(self._incoming(press=taps[0].data))
        if reply.refused:
            raise Unexpected(f"{self.username} said {line!r} and was refused: {reply.text.plain}")
        return reply

    async def _hear(self, incoming: Incoming) -> Reply:
        """What cannot be confirmed is checked until it is: the class goes on while nodes die."""
        reply = await self._heard(incoming)
        for _ in range(CHECKS_MAX):
            again = next(
                (label for label in (str(text.CHECK_NOW), str(text.TRY_AGAIN)) if label in buttons_of(reply)),
                None,
            )
            if again is None:
                return reply
            reply = await self._heard(self._incoming(press=buttons_of(reply)[again].data))
        raise Unexpected(f"{self.username} asked {CHECKS_MAX} times and knows nothing: {reply.text.plain}")

    async def _heard(self, incoming: Incoming) -> Reply:
        if self.bot is None:
            raise RuntimeError("there is no bot to speak to")
        before = len(self._place.replies[self.username])
        await self.bot.hear(incoming)
        replies = self._place.replies[self.username][before:]
        if not replies:
            raise Unexpected(f"{self.username} got no answer to {incoming.text or incoming.press!r}")
        return replies[-1]

    def _incoming(self, text: str = "", files: tuple[object, ...] = (), press: str = "") -> Incoming:
        number = next(self._numbers)
        return Incoming(
            self._place.name,
            self.username,
            f"{self.username}-{number}",
            text,
            files,  # type: ignore[arg-type]
            press,
            message=str(number),
        )
