"""A place to chat in that only records, and a small classroom of commands to say there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from bot.core.adapter import Capabilities, ChatGone, FileUnavailable, Handler
from bot.core.chat import Session
from bot.core.command import EVERYONE, Arg, BadValue, Choice, Command, Conversation, Registry, Values
from bot.core.engine import Engine
from bot.core.errors import Failure
from bot.core.language import Phrase
from bot.core.model import Button, FileRef, Incoming, Reply, Role, StreamedReply
from bot.core.richtext import plain
from bot.store import BotStore
from bot.transcript import shown

FILE_BYTES_MAX = 20 * 1024 * 1024
STUDENT = frozenset({Role.STUDENT})
INSTRUCTOR = frozenset({Role.INSTRUCTOR})


class Place:
    """An adapter that keeps what it is told to say."""

    name = "place"
    capabilities = Capabilities(
        edits=True,
        deletes=True,
        buttons=True,
        text_units_max=4096,
        download_bytes_max=FILE_BYTES_MAX,
        upload_bytes_max=FILE_BYTES_MAX,
    )

    def __init__(self) -> None:
        self.said: list[tuple[str, Reply]] = []
        self.deleted: list[str] = []
        self.gone = False
        self.lost: set[str] = set()
        """Names of files that cannot be had any more."""

    async def run(self, handle: Handler) -> None:
        raise NotImplementedError

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        if self.gone:
            raise ChatGone
        self.said.append((chat, reply))
        return (str(len(self.said)),)

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        raise NotImplementedError

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        async for _ in reply.pieces:
            pass
        return await self.send(chat, reply.final)

    async def delete(self, chat: str, message: str) -> None:
        self.deleted.append(message)

    async def fetch(self, file: FileRef) -> bytes:
        if file.name in self.lost:
            raise FileUnavailable(f"{file.name} is lost. Please send it again.")
        return b"content of " + file.name.encode()

    def sign_in_link(self, code: str) -> str:
        return f"/start {code}"


@dataclass
class Classroom:
    """What the commands below do: they record the acts, and fail when told to."""

    acts: list[tuple[str, str]] = field(default_factory=list)
    """(request id, act), each act once however often it is asked for."""
    failures: list[Failure] = field(default_factory=list)
    """Raised by the next calls, first to last, before they act."""

    def act(self, conversation: Conversation, what: str) -> Reply:
        if self.failures:
            raise self.failures.pop(0)
        if (conversation.request_id, what) not in self.acts:
            self.acts.append((conversation.request_id, what))
        return Reply(plain(f"Done: {what}"))

    @property
    def done(self) -> list[str]:
        return [what for _, what in self.acts]


def code(word: str) -> str:
    if len(word) < 4:
        raise BadValue("A code has at least 4 characters.")
    return word


def registry(classroom: Classroom) -> Registry:
    """/login, /start, /logout, /help, /cancel, and of a classroom what the tests of the core need."""

    async def login(conversation: Conversation, values: Values) -> Reply:
        if values["password"] != f"password of {values['username']}":
            raise Failure("UNAUTHENTICATED", "BAD_CREDENTIALS", "no")
        role = Role.INSTRUCTOR if values["username"] == "grace" else Role.STUDENT
        conversation.sign_in(f"token of {values['username']}", values["username"], role)
        return Reply(plain(f"Welcome, {values['username']}."))

    async def start(conversation: Conversation, values: Values) -> Reply:
        if values["code"] is None:
            return Reply(plain("Hello."))
        if values["code"] != "code-of-ada":
            reason = "LINK_EXPIRED" if values["code"] == "too-old" else "LINK_USED"
            raise Failure("UNAUTHENTICATED", reason, f"This link says {reason}.")
        conversation.sign_in("token of ada", "ada", Role.STUDENT)
        return Reply(plain("Welcome, ada."))

    async def logout(conversation: Conversation, values: Values) -> Reply:
        conversation.sign_out()
        return Reply(plain("Signed out."))

    def does(name: str) -> Callable[[Conversation, Values], Awaitable[Reply]]:
        async def run(conversation: Conversation, values: Values) -> Reply:
            if name != "help":
                _ = conversation.token
            for value in values.values():
                for file in value if isinstance(value, tuple) else ():
                    await conversation.fetch(file)
            return classroom.act(conversation, " ".join([name, *(_word(one) for one in values.values())]))

        return run

    async def submissions(conversation: Conversation, values: Values) -> list[Choice]:
        if classroom.failures:
            raise classroom.failures.pop(0)
        return [Choice("S1", "S1 by Ada"), Choice("S2", "S2 by Linus")]

    async def show(conversation: Conversation, values: Values) -> Reply:
        shown = classroom.act(conversation, f"show {values['submission']}")
        return replace(shown, on_reply=f"feedback:{values['submission']}")

    async def careful(conversation: Conversation, values: Values) -> Reply | None:
        return Reply(plain("Is that kind?")) if "bad" in values["text"] else None

    async def card(conversation: Conversation, values: Values) -> Reply:
        return Reply(plain(f"Submit {values['assignment']} with {len(values['files'])} files?"))

    async def is_open(conversation: Conversation, value: str) -> None:
        if value == "A9":
            raise BadValue("A9 is closed.")

    found = Registry()
    found.add(
        [
            Command(
                "login",
                Phrase("sign in"),
                "/login ada",
                login,
                EVERYONE,
                (
                    Arg("username", Phrase("Who are you?")),
                    Arg("password", Phrase("Your password?"), secret=True),
                ),
                private=True,
            ),
            Command(
                "start",
                Phrase("begin"),
                "/start",
                start,
                EVERYONE,
                (Arg("code", Phrase("Which code?"), parse=code, required=False, secret=True, inline=True),),
            ),
            Command("logout", Phrase("sign out"), "/logout", logout, EVERYONE),
            Command("help", Phrase("help"), "/help", does("help"), EVERYONE),
            Command("cancel", Phrase("leave"), "/cancel", does("cancel"), EVERYONE),
            Command(
                "grade",
                Phrase("grade"),
                "/grade S1 18 good",
                does("grade"),
                INSTRUCTOR,
                (
                    Arg("submission", Phrase("Which submission?"), choices=submissions),
                    Arg("points", Phrase("How many points?"), parse=points),
                    Arg("feedback", Phrase("What feedback?"), required=False, rest=True),
                ),
            ),
            Command(
                "show",
                Phrase("show"),
                "/show S1",
                show,
                INSTRUCTOR,
                (Arg("submission", Phrase("Which submission?"), parse=submission, required=False),),
                aside=True,
            ),
            Command(
                "feedback",
                Phrase("feedback"),
                "/feedback S1 good",
                does("feedback"),
                INSTRUCTOR,
                (
                    Arg("submission", Phrase("Which submission?")),
                    Arg("text", Phrase("What feedback?"), rest=True),
                ),
                confirm=careful,
                confirm_label=Phrase("Say it"),
            ),
            Command(
                "submit",
                Phrase("submit"),
                "/submit A1",
                does("submit"),
                STUDENT,
                (
                    Arg("assignment", Phrase("Which assignment?"), check=is_open),
                    Arg("text", Phrase("Your text?"), required=False, rest=True),
                    Arg("files", Phrase("Send files, then Done."), required=False, files=True, files_max=3),
                ),
                confirm=card,
                lists=("help", "adduser"),
            ),
            Command(
                "remark",
                Phrase("remark"),
                "/remark S1 good",
                does("remark"),
                INSTRUCTOR,
                (
                    Arg("submission", Phrase("Which submission?")),
                    Arg("text", Phrase("What remark?"), required=False, rest=True),
                    Arg("files", Phrase("Send files."), required=False, files=True, unasked=True),
                ),
            ),
            Command(
                "upload",
                Phrase("upload"),
                '/upload "A title"',
                does("upload"),
                INSTRUCTOR,
                (
                    Arg("title", Phrase("Which title?"), required=False),
                    Arg("file", Phrase("Send the file."), files=True, files_max=1),
                ),
            ),
            Command(
                "adduser",
                Phrase("add"),
                "/adduser bo",
                does("adduser"),
                INSTRUCTOR,
                (
                    Arg("username", Phrase("Which name?")),
                    Arg("password", Phrase("Which password?"), parse=new_password, secret=True),
                ),
            ),
        ]
    )
    return found


def submission(word: str) -> str:
    if not word.startswith("S"):
        raise BadValue(f"“{word}” is no submission.")
    return word


def points(word: str) -> int:
    if not word.isdigit():
        raise BadValue(f"“{word}” is not a number.")
    return int(word)


def new_password(word: str) -> str:
    if len(word) < 8:
        raise BadValue("That is too short.")
    return word


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return "+".join(file.name for file in value) or "no files"
    return str(value)


class Chatting:
    """A chat with the engine. What it says returns what the bot replied, as `transcript.shown` gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.classroom = Classroom()
        self.now = 1_000_000.0
        self.numbers = count(1)
        self.sessions: list[tuple[str, Session | None]] = []
        self.restart()

    def restart(self) -> None:
        """A new bot process over the same state."""
        self.place = Place()
        self.store = BotStore(self.folder / "bot.db", "place")
        self.engine = Engine(
            self.place,
            registry(self.classroom),
            self.store,
            lambda: self.now,
            lambda chat, session: self.sessions.append((chat, session)),
        )

    async def hear(self, incoming: Incoming) -> list[Reply]:
        before = len(self.place.said)
        await self.engine.handle(incoming)
        return [reply for _, reply in self.place.said[before:]]

    def incoming(self, text: str = "", *names: str, chat: str = "c1", private: bool = True) -> Incoming:
        number = str(next(self.numbers))
        files = tuple(FileRef(name, "text/plain", 10, name) for name in names)
        return Incoming("place", chat, number, text, files, message=f"message {number}", private=private)

    async def say(self, text: str = "", *names: str, chat: str = "c1", private: bool = True) -> list[str]:
        return as_shown(await self.hear(self.incoming(text, *names, chat=chat, private=private)))

    async def press(self, label: str, chat: str = "c1") -> list[str]:
        """Press the newest button with this label."""
        data = self.button(label).data
        return as_shown(await self.hear(Incoming("place", chat, str(next(self.numbers)), press=data)))

    def button(self, label: str) -> Button:
        for _, reply in reversed(self.place.said):
            for row in reply.buttons:
                for button in row:
                    if button.label == label:
                        return button
        raise AssertionError(f"no button {label}")

    async def sign_in(self, username: str, chat: str = "c1") -> None:
        await self.say(f"/login {username}", chat=chat)
        assert await self.say(f"password of {username}", chat=chat) == [f"Welcome, {username}."]


def as_shown(replies: list[Reply]) -> list[str]:
    return [
        shown(
            reply.text.plain,
            (button.label for row in reply.buttons for button in row),
            (file.name for file in reply.files),
        )
        for reply in replies
    ]
