"""The composition root: a place, the core, the commands, the cluster and what is remembered, put together."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.adapters.console import ConsoleAdapter, JsonPrinter, Output, PipedLines, PromptLines, TextPrinter
from bot.adapters.script import ScriptAdapter, Transcript
from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient, LmsError
from bot.client.grpc_client import GrpcLmsClient
from bot.commands import Calendar, build_registry
from bot.config import Config
from bot.core import guard
from bot.core.adapter import Adapter
from bot.core.chat import Chat, Session
from bot.core.command import Registry
from bot.core.completion import Completer, Suggestion
from bot.core.conversation import ChatConversation
from bot.core.engine import Engine
from bot.core.model import Incoming, Role
from bot.core.reader import reading_as
from bot.notify import Notifier
from bot.store import BotStore
from bot.telegram_settings import TelegramSettings

STORE_FILE = "bot.db"
ALBUMS_FILE = "albums.db"
GREETING = "/start"
SAME_QUESTION = ""  # an empty message has the question under way asked again
NOBODY = "you"


@dataclass(frozen=True, slots=True)
class Classroom:
    """The cluster as the bot reaches it, and the commands over it."""

    client: LmsClient
    registry: Registry
    awaited: AwaitedAnswers
    calendar: Calendar


@asynccontextmanager
async def classroom(config: Config) -> AsyncIterator[Classroom]:
    client = GrpcLmsClient(config.nodes)
    try:
        calendar = Calendar(lambda: datetime.now(UTC), config.time_zone)
        awaited = AwaitedAnswers()
        yield Classroom(client, build_registry(client, calendar, awaited), awaited, calendar)
    finally:
        await client.close()


async def converse(
    adapter: Adapter, room: Classroom, store: BotStore, *, speakers_only: bool = False
) -> None:
    """Until the adapter's place closes; what `adapter.run` raises is raised.

    With `speakers_only`, what happens is told to those alone who speak here: a terminal is not read by all
    who ever signed in at one, and a notice told there would never be told where they are.
    """
    notifier = Notifier(room.client, adapter, store, room.awaited, room.calendar)
    engine = Engine(adapter, room.registry, store, time.time, notifier.session_changed)

    async def hear(incoming: Incoming) -> None:
        notifier.attend(incoming.chat)
        await engine.handle(incoming)

    if not speakers_only:
        notifier.start()
    running = asyncio.create_task(adapter.run(hear))
    try:
        await asyncio.shield(running)
    finally:
        # While the place is still open: a notice under way is finished there.
        await notifier.stop()
        running.cancel()
        await asyncio.wait({running})


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    user: str
    """Who speaks; empty for nobody yet."""
    password: str
    """Signs the user in beforehand; empty to leave that to them."""
    strict: bool
    """Ends at the first refusal, with status 1."""
    plain: bool
    """No colours."""
    json: bool
    """One JSON object a reply; then nobody is prompted."""
    language: str
    """Spoken to a person at the prompt who has chosen no other: a POSIX locale or an IETF tag."""


async def run_console(config: Config, state: Path, options: ConsoleOptions) -> int:
    """Returns the exit status: 1 when `strict` and something was refused, or when nobody read the replies.

    Raises LmsError when the user cannot be signed in, StoreUnreadable.
    """
    chat = options.user or NOBODY
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not options.json
    styled = interactive and not options.plain
    language = options.language if interactive else ""
    output = Output(None)
    store = BotStore(state / STORE_FILE, ConsoleAdapter.name)
    try:
        async with classroom(config) as room:
            if options.user and options.password:
                await sign_in(room.client, store, chat, options.user, options.password)
            completer = Completer(room.registry, time.monotonic)

            async def completions(chat: str, line: str) -> Sequence[Suggestion]:
                state = store.load(chat)
                conversation = ChatConversation(adapter, Incoming(adapter.name, chat, ""), state)
                with reading_as(state):
                    return await completer.suggestions(conversation, line)

            def languages(chat: str) -> Sequence[str]:
                state = store.load(chat)
                return state.settings.language, state.language

            adapter = ConsoleAdapter(
                chat,
                PromptLines(state / "history", partial(guard.may_hold_secret, room.registry), styled)
                if interactive
                else PipedLines(sys.stdin.buffer),
                JsonPrinter(output) if options.json else TextPrinter(output, styled),
                state / "downloads",
                strict=options.strict,
                opening=opening(store.load(chat)),
                completions=completions,
                language=language,
                languages=languages,
            )
            await converse(adapter, room, store, speakers_only=True)
            return 1 if output.gone or (options.strict and adapter.refused) else 0
    finally:
        store.close()


def opening(chat: Chat) -> str:
    """What is said first for a person at a terminal: a dialogue that a former run began goes on."""
    return GREETING if chat.dialogue is None else SAME_QUESTION


async def run_script(config: Config, state: Path, transcripts: Sequence[Transcript]) -> None:
    """Raises TranscriptFailed, TranscriptError, StoreUnreadable."""
    store = BotStore(state / STORE_FILE, ScriptAdapter.name)
    try:
        async with classroom(config) as room:
            await converse(ScriptAdapter(transcripts, state / "downloads", _tell), room, store)
    finally:
        store.close()


async def run_telegram(config: Config, state: Path, settings: TelegramSettings) -> None:
    """Until it is cancelled. Raises bot.adapters.telegram.CannotStart, StoreUnreadable."""
    # Whoever chats in a terminal need not have Telegram's library.
    from bot.adapters.telegram import Receiving, SqliteShelf, TelegramAdapter, Webhook  # noqa: PLC0415

    with ExitStack() as opened:
        store = BotStore(state / STORE_FILE, TelegramAdapter.name)
        opened.callback(store.close)
        receiving: Receiving | None = None
        if settings.webhook_url:
            shelf = SqliteShelf(state / ALBUMS_FILE)
            opened.callback(shelf.close)
            receiving = Webhook(settings.webhook_url, settings.listen_host, settings.listen_port, shelf)
        async with classroom(config) as room:
            adapter = TelegramAdapter(
                settings.token, settings.base_url or None, menus(room.registry), store, receiving
            )
            await converse(adapter, room, store)


async def sign_in(client: LmsClient, store: BotStore, chat: str, username: str, password: str) -> None:
    """See that the chat is signed in, with the session it has if that still holds. Raises LmsError."""
    known = store.load(chat)
    if known.session is not None and known.session.username == username:
        try:
            await client.account(known.session.token)
        except LmsError as error:
            if error.code != "UNAUTHENTICATED":
                raise
        else:
            return
    session = await client.login(username, password)
    role = Role(session.user.role)
    own = Session(session.token, session.user.username, role, session.cursor)
    store.save(chat, replace(known, session=own))


def menus(registry: Registry) -> Callable[[Role], list[tuple[str, str]]]:
    """In the language spoken when it is asked for."""
    return lambda role: [(command.name, str(command.summary)) for command in registry.for_role(role)]


def _tell(line: str) -> None:
    print(line, flush=True)
