"""The surroundings of some cases: people in a classroom, and what is observed of each thing they say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from zoneinfo import ZoneInfo

import structlog

from bot.awaited import AwaitedAnswers
from bot.client.api import LmsError
from bot.commands import Calendar, build_registry
from bot.core.adapter import Capabilities, FileUnavailable, Handler
from bot.core.chat import Session
from bot.core.command import Registry
from bot.core.conversation import ChatConversation
from bot.core.engine import Engine
from bot.core.model import FileRef, Incoming, Reply, Role, StreamedReply
from bot.core.richtext import Text
from bot.notify import Notifier
from bot.store import BotStore
from tests.dialogs.quoting_tutor import quoting_tutor
from tests.fuzz.state import State, Written
from tests.solo.classroom import SoloClassroom, seated
from tests.world import PEOPLE

BEGINNING = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
FILE_BYTES_MAX = 20 * 1024 * 1024
GROUP = "group"
"""A chat that several people read, where edsger is signed in."""
STRANGER = "stranger"
EDSGERS = "Edsger's own words"
"""Nobody but edsger and those who grade him may read them."""
CHATS = (*PEOPLE, STRANGER, GROUP)

Commands = Callable[[Registry], Registry]


@dataclass(slots=True)
class Seen:
    """What came of one thing said."""

    incoming: Incoming
    replies: list[Reply] = field(default_factory=list)
    """In the chat itself, notices apart."""
    notices: list[Reply] = field(default_factory=list)
    """Told meanwhile, anywhere."""
    pieces: list[Text] = field(default_factory=list)
    """Of replies that grew."""
    redelivered: bool = False
    """It was heard before."""
    troubles: list[str] = field(default_factory=list)
    """What the logs say at ERROR and above, and whatever they say with a secret in it."""
    role: Role = Role.ANYONE
    """Whose line it was."""
    before: Written = field(default_factory=Written)
    after: Written = field(default_factory=Written)
    """The state, as far as it was written at all."""


class Place:
    """An adapter that keeps what it is told to say."""

    name = "fuzz"
    capabilities = Capabilities(
        edits=True,
        deletes=True,
        buttons=True,
        text_units_max=4096,
        download_bytes_max=FILE_BYTES_MAX,
        upload_bytes_max=FILE_BYTES_MAX,
    )

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.contents: dict[str, bytes] = {}
        """Of files that people sent, by handle."""
        self._messages = 0

    async def run(self, handle: Handler) -> None:
        raise NotImplementedError

    async def send(self, chat: str, reply: Reply) -> tuple[str, ...]:
        self._messages += 1
        if self.seen is not None:
            mine = chat == self.seen.incoming.chat and not reply.text.plain.startswith("🔔")
            (self.seen.replies if mine else self.seen.notices).append(reply)
        return (f"m{self._messages}",)

    async def edit(self, chat: str, message: str, reply: Reply) -> None:
        await self.send(chat, reply)

    async def stream(self, chat: str, reply: StreamedReply) -> tuple[str, ...]:
        async for piece in reply.pieces:
            if self.seen is not None:
                self.seen.pieces.append(piece)
        return await self.send(chat, reply.final)

    async def delete(self, chat: str, message: str) -> None:
        """Nothing is shown, so nothing is taken back."""

    def sign_in_link(self, code: str) -> str:
        return f"/start {code}"

    async def fetch(self, file: FileRef) -> bytes:
        try:
            return self.contents[file.handle]
        except KeyError:
            raise FileUnavailable("That file is gone.") from None


class Room:
    """Open while it is entered. `commands` may add to the registry, for tests of what is noticed."""

    registry: Registry

    def __init__(self, commands: Commands = lambda registry: registry) -> None:
        self.now = BEGINNING
        self.place = Place()
        self._commands = commands
        self._troubles: list[str] = []
        self._numbers = 0

    async def __aenter__(self) -> Room:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="fuzz-")))
            stack.enter_context(listening(self._troubles))
            self.classroom: SoloClassroom = await stack.enter_async_context(
                seated(lambda: self.now, quoting_tutor)
            )
            awaited = AwaitedAnswers()
            calendar = Calendar(lambda: self.now, ZoneInfo("Europe/Berlin"))
            self.registry = self._commands(build_registry(self.classroom.client, calendar, awaited))
            self.store = BotStore(folder / "bot.db", Place.name)
            stack.callback(self.store.close)
            notifier = Notifier(self.classroom.client, self.place, self.store, awaited, calendar)
            stack.push_async_callback(notifier.stop)
            self._engine = Engine(self.place, self.registry, self.store, self._time, notifier.session_changed)
            self._state = State(self.classroom)
            for chat in CHATS:
                await self.sign_in(chat)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def sign_in(self, chat: str) -> None:
        """See that somebody is signed in there, the same person if that can be."""
        if chat == STRANGER or self.store.load(chat).session is not None:
            return
        person = PEOPLE["edsger" if chat == GROUP else chat]
        try:
            session = await self.classroom.client.login(person.username, person.password)
        except LmsError:
            # Disabled, or with another password: somebody new takes the place.
            self._numbers += 1
            username = f"{person.role}{self._numbers}"
            self.classroom.seat(username, username.capitalize(), person.role, person.password)
            session = await self.classroom.client.login(username, person.password)
        user = session.user
        known = self.store.load(chat)
        self.store.save(chat, replace(known, session=Session(session.token, user.username, Role(user.role))))

    async def hear(self, incoming: Incoming) -> Seen:
        """Say it, and observe."""
        chat = self.store.load(incoming.chat)
        seen = Seen(
            incoming,
            redelivered=incoming.request_id in chat.handled,
            role=chat.session.role if chat.session else Role.ANYONE,
            before=self._state.now(),
        )
        self._troubles.clear()
        self.place.seen = seen
        try:
            await self._engine.handle(incoming)
        except Exception as raised:
            seen.troubles.append(f"the engine raised {raised!r}")
        self.place.seen = None
        seen.troubles += self._troubles
        seen.after = self._state.now()
        return seen

    def conversation(self, incoming: Incoming) -> ChatConversation:
        return ChatConversation(self.place, incoming, self.store.load(incoming.chat))

    def _time(self) -> float:
        return self.now.timestamp()

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@contextmanager
def listening(troubles: list[str]) -> Iterator[None]:
    """Note what is logged at ERROR and above, here and in the services, and secrets at any level."""

    def listen(words: str, grave: bool) -> None:
        if grave:
            troubles.append(words)
        elif any(person.password in words for person in PEOPLE.values()):
            troubles.append(f"a password in the log: {words}")

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            listen(self.format(record), record.levelno >= logging.ERROR)

    def note(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        listen(f"{event}", method in {"error", "critical", "exception"})
        raise structlog.DropEvent

    listener = Listener()
    root = logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.INFO)
    former = structlog.get_config()
    structlog.configure(processors=[note])
    try:
        yield
    finally:
        structlog.configure(**former)
        root.setLevel(level)
        root.removeHandler(listener)
