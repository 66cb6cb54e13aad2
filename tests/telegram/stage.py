"""A transcript's stage in Telegram: every speaker is a person with a private chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.core.text.notices import NOTICE_MARK
from bot.player import Player, TranscriptFailed
from bot.transcript import Line, Press, ReplyTo, Said, SendFiles, shown
from tests.telegram.chatting import Chatting
from tests.telegram.people import Person
from tests.telegram.protocol import BotMessage, Json
from tests.telegram.server import BotApiServer


class TelegramStage:
    """Says each line through the server, and has the player hear what the bot said until it was handled."""

    def __init__(
        self, server: BotApiServer, chatting: Chatting, folder: Path, act: Callable[[str], Awaitable[None]]
    ) -> None:
        self._server = server
        self._chatting = chatting
        self._folder = folder
        self._act = act
        self._people: dict[str, Person] = {}
        self._heard: dict[str, int] = {}
        self.player = Player(self, print, patience_seconds=20)
        server.on_said = self._on_said

    async def say(self, speaker: str, said: Said) -> None:
        person = self._people.setdefault(speaker, Person(self._server, 2001 + len(self._people)))
        for update in self._do(person, said):
            await self._chatting.handled(update)
        self._hear(speaker, person)

    async def act(self, act: str) -> None:
        await self._act(act)

    def _do(self, person: Person, said: Said) -> list[Json]:
        """The updates that the bot gets: more than one for an album."""
        match said:
            case Press():
                return [self._tap(person, said)]
            case SendFiles():
                return self._send_files(person, said)
            case ReplyTo(content=Line() as line):
                index = said.meant(message.text for message in person.messages())
                if index is None:
                    raise TranscriptFailed(f"there is no message with {said.words or 'anything'} in it")
                return [person.say(line.text, person.messages()[index])]
            case ReplyTo():
                raise TranscriptFailed("nobody here replies with a file")
            case Line():
                return [person.say(said.text)]

    def _send_files(self, person: Person, said: SendFiles) -> list[Json]:
        album = f"album {said.paths}" if len(said.paths) > 1 else ""
        updates = []
        for number, path in enumerate(self._folder / path for path in said.paths):
            caption = said.caption if number == 0 else ""
            updates.append(person.send_file(path.name, path.read_bytes(), caption, album=album))
        return updates

    def _tap(self, person: Person, press: Press) -> Json:
        """By label the newest button that has it; by number one of the last reply's, never a notice's."""
        newest_first = [message for message in reversed(person.messages()) if message.rows]
        for message in newest_first:
            if press.button in message.labels:
                return person.tap(message, press.button)
        reply = next((message for message in newest_first if not _is_notice(message)), None)
        chosen = press.chosen(reply.labels) if reply is not None else None
        if reply is None or chosen is None:
            raise TranscriptFailed(f"there is no button {press.button}")
        return person.tap(reply, reply.labels[chosen])

    def _hear(self, speaker: str, person: Person) -> None:
        """Files without words belong to the reply before them."""
        start = self._heard.get(speaker, 0)
        new = person.messages()[start:]
        self._heard[speaker] = start + len(new)
        replies: list[list[BotMessage]] = []
        for message in new:
            if _is_notice(message):
                continue
            if message.file_name and not message.text and replies:
                replies[-1].append(message)
            else:
                replies.append([message])
        for reply in replies:
            files = [message.file_name for message in reply if message.file_name]
            self.player.hear(speaker, shown(reply[0].text, reply[0].labels, files))

    def _on_said(self, message: BotMessage) -> None:
        """A notice comes whenever it comes."""
        speaker = next((name for name, person in self._people.items() if person.chat == message.chat), None)
        if speaker is not None and _is_notice(message):
            self.player.hear(speaker, shown(message.text, message.labels))


def _is_notice(message: BotMessage) -> bool:
    return message.text.startswith(NOTICE_MARK)
