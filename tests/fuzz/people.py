"""Who says what next: a command, an answer, a tap, a file, a reply, or noise."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from random import Random

from bot.core.chat import Dialogue
from bot.core.command import Command
from bot.core.model import FileRef, Incoming, Role
from tests.fuzz import sheets
from tests.fuzz.fragments import fragment
from tests.fuzz.grammar import Grammar
from tests.fuzz.room import CHATS, EDSGERS, GROUP, Place, Room, Seen
from tests.world import PEOPLE

SHOWN_MAX = 200
MEDIA_TYPES = ("text/markdown", "text/csv", "application/pdf", "application/octet-stream", "", "x/\n")
LANGUAGES = ("", "", "", "en", "de", "de-AT", "hi", "../de", "x" * 300)


class People:
    """Draws from `random`; learns from what was replied which buttons there are."""

    def __init__(self, random: Random, room: Room) -> None:
        self._random = random
        self._room = room
        self._grammar = Grammar(random, room.registry)
        self._shown: deque[tuple[str, str]] = deque(maxlen=SHOWN_MAX)
        """The chat and data of buttons, the newest last."""
        self._said = 0

    async def next(self) -> Incoming:
        random = self._random
        incoming = self._addressed(random.choice((*CHATS, "root", "grace")))
        dialogue = self._room.store.load(incoming.chat).dialogue
        kind = random.random()
        if dialogue is not None and kind < 0.6:
            return await self._answer(incoming, dialogue)
        if kind < 0.68:
            return await self._call(incoming)
        if kind < 0.8:
            return self._tap(incoming)
        if kind < 0.9:
            return await self._send_file(incoming)
        return replace(incoming, text=self._grammar.noise())

    def learn(self, seen: Seen) -> None:
        for reply in seen.replies:
            for row in reply.buttons:
                self._shown.extend((seen.incoming.chat, button.data) for button in row)

    def _addressed(self, chat: str) -> Incoming:
        self._said += 1
        # Delivered again now and then, under an id that was there before.
        number = self._said if self._random.random() < 0.98 else self._random.randint(1, self._said)
        reply_to = f"m{self._random.randint(1, self._said * 2)}" if self._random.random() < 0.1 else ""
        language = self._random.choice(LANGUAGES)
        return Incoming(
            Place.name,
            chat,
            f"{number}",
            message=f"said {number}",
            reply_to=reply_to,
            private=chat != GROUP,
            language=language,
        )

    async def _call(self, incoming: Incoming) -> Incoming:
        command = self._grammar.command(self._room.conversation(incoming).role)
        line = await self._grammar.line(command, self._room.conversation(incoming))
        if self._random.random() < 0.4:
            line = self._grammar.mutated(line)
        return replace(incoming, text=line)

    async def _answer(self, incoming: Incoming, dialogue: Dialogue) -> Incoming:
        """To what is being asked, or not quite."""
        random = self._random
        command = self._room.registry.commands[dialogue.command]
        arg = next((each for each in command.args if each.name == dialogue.asking), None)
        if random.random() < 0.1:
            return replace(incoming, text=self._grammar.noise())
        if arg is None:
            return self._confirm(incoming, dialogue)
        if arg.secret:
            person = PEOPLE.get(dialogue.words.get("username", incoming.chat))
            known = person.password if person is not None else "a long password"
            return replace(incoming, text=known if random.random() < 0.6 else fragment(random))
        if arg.files:
            if random.random() < 0.5:
                return replace(incoming, text=random.choice(("done", "Done", "fertig", "a text instead")))
            return replace(incoming, files=self._files(_likely(command.name)))
        value = await self._grammar.value(command, arg, self._room.conversation(incoming), dialogue.words)
        return replace(incoming, text=value if random.random() < 0.7 else self._grammar.mutated(value))

    def _confirm(self, incoming: Incoming, dialogue: Dialogue) -> Incoming:
        """A card waits: mostly it is confirmed, by tap or by word."""
        mine = [data for chat, data in self._shown if chat == incoming.chat and data.startswith("confirm:")]
        if mine and self._random.random() < 0.6:
            return replace(incoming, press=mine[-1])
        return replace(
            incoming, text=self._random.choice(("yes", "ok", "no", "cancel", "maybe", "ja", "y\u200b"))
        )

    def _tap(self, incoming: Incoming) -> Incoming:
        """One's own buttons, and with some cunning those of others."""
        chat = incoming.chat if self._random.random() < 0.75 else self._random.choice(CHATS)
        data = self._grammar.data([shown for owner, shown in self._shown if owner == chat][-40:])
        return replace(incoming, press=data or "grade")

    async def _send_file(self, incoming: Incoming) -> Incoming:
        caption, likely = "", ""
        if self._random.random() < 0.7:
            role = self._room.conversation(incoming).role
            command = self._taking_files(role)
            caption = await self._grammar.line(command, self._room.conversation(incoming))
            likely = _likely(command.name)
            if self._random.random() < 0.3:
                caption = self._grammar.mutated(caption)
        elif self._random.random() < 0.5:
            caption = self._grammar.text()
        return replace(incoming, text=caption, files=self._files(likely))

    def _taking_files(self, role: Role) -> Command:
        commands = self._room.registry.for_role(role)
        taking = [command for command in commands if any(arg.files for arg in command.args)]
        return self._random.choice(taking or commands)

    def _files(self, likely: str) -> tuple[FileRef, ...]:
        count = self._random.choice((1, 1, 1, 1, 2, 3, 11))
        return tuple(self._file(likely) for _ in range(count))

    def _file(self, likely: str) -> FileRef:
        """What its place says of a file need not be so."""
        random = self._random
        name = sheets.name(random, likely)
        content = sheets.content(random, name)
        handle = f"file {random.getrandbits(64):x}"
        if random.random() < 0.97:
            self._room.place.contents[handle] = content
        size = random.choice((len(content), len(content), len(content), 0, 1, 21 * 1024 * 1024, -1))
        return FileRef(name, random.choice(MEDIA_TYPES), size, handle)


def _likely(command: str) -> str:
    """The name of a file that one would send with it."""
    return "sheet.csv" if command.startswith("import") else ""


BEGUN = (
    ("grace", "/upload Quorums", "page.md"),
    ("grace", "/newassignment Essay 20 +7d", ""),
    ("grace", "/newassignment Clocks 10 +1d", ""),
    ("ada", "/submit A1 A quorum is a majority.", ""),
    ("edsger", f"/submit A1 {EDSGERS}.", ""),
    ("linus", "/submit A2", "essay.md"),
    ("grace", "/grade S1 18 Clear.", ""),
    ("grace", "/release A1", ""),
    ("edsger", "/ask instructor Is a term a period?", ""),
    ("ada", "/ask tutor What is a quorum?", ""),
    ("grace", "/announce No class on Friday.", ""),
)
"""What has happened in every room before the first case: who said what, with which file."""


async def furnish(room: Room) -> None:
    """Say what BEGUN says; whatever is asked is answered by the first button, or with a yes."""
    for number, (chat, line, name) in enumerate(BEGUN):
        files: tuple[FileRef, ...] = ()
        if name:
            room.place.contents[name] = b"# Quorums\n\nA quorum is a majority of the servers.\n"
            files = (FileRef(name, "text/markdown", len(room.place.contents[name]), name),)
        seen = await room.hear(Incoming(Place.name, chat, f"begun {number}", line, files))
        for again in range(5):
            if room.store.load(chat).dialogue is None:
                break
            buttons = [button for reply in seen.replies for row in reply.buttons for button in row]
            press, text = (buttons[0].data, "") if buttons else ("", "done")
            seen = await room.hear(Incoming(Place.name, chat, f"begun {number}.{again}", text, press=press))
        if any(reply.refused for reply in seen.replies):
            raise AssertionError(f"{line}: {[reply.text.plain for reply in seen.replies]}")
