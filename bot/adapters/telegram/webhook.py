"""Being sent updates: an HTTP server that answers 200 only when an update was handled.

Telegram sends one update of a chat at a time and, until it is answered, that one again. TLS is a reverse
proxy's: it passes on what is sent to the public URL, and this listens behind it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from hmac import compare_digest
from types import TracebackType
from typing import Any, NoReturn, Protocol

from telegram import Bot, Update
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from bot.adapters.telegram.attempts import attempt
from bot.adapters.telegram.fairness import UPDATES_MAX
from bot.adapters.telegram.receiving import ALLOWED_UPDATES, read_update

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- its name, not its value
# How many updates Telegram may send at once; each waits until it is handled.
TELEGRAM_CONNECTIONS_MAX = 100
# When more wait for what takes long, nobody else could be heard.
HELD_MAX = 80
# Some more, so that a connection that is going away keeps nobody out.
CONNECTIONS_MAX = 128
BODY_BYTES_MAX = 1024 * 1024
BODY_SECONDS = 30.0
IDLE_SECONDS = 600.0
RETRY_AFTER_SECONDS = 1
CLOSE_SECONDS = 2.0


class AlbumShelf(Protocol):
    """Where parts of albums wait for each other; what is kept is there after a crash."""

    def keep(self, update_id: int, written: str) -> None: ...

    def kept(self) -> list[str]:
        """The oldest first."""
        ...

    def forget(self, update_id: int) -> None: ...


class Webhook:
    """A Receiving.

    Of an album Telegram would not send the second part before the first is answered: a part is answered as
    soon as it is kept on the shelf, and is taken from there after a crash.
    """

    def __init__(self, url: str, host: str, port: int, shelf: AlbumShelf) -> None:
        """Telegram is told to send to a place below `url` that nobody else knows; `url` must lead to here.

        That place is another one at every start, and so is what proves that it is Telegram who sends.
        """
        self._url = url.rstrip("/")
        self._host = host
        self._port = port
        self._shelf = shelf
        self._path = secrets.token_urlsafe(24)
        self._secret = secrets.token_urlsafe(32)
        self._server = _BoundedServer(
            Application([(r".*", _Handler, {"webhook": self})], log_function=_unlogged),
            max_body_size=BODY_BYTES_MAX,
            max_buffer_size=2 * BODY_BYTES_MAX,
            body_timeout=BODY_SECONDS,
            idle_connection_timeout=IDLE_SECONDS,
        )
        self._bot: Bot | None = None
        self._queue: asyncio.Queue[Any] | None = None
        """None while updates are turned away."""
        self._received: dict[int, asyncio.Future[bool]] = {}
        """Whether it was handled, of every update that is worked on."""
        self._shelved: set[int] = set()
        self._answering: set[asyncio.Task[Any]] = set()

    async def open(self, bot: Bot, queue: asyncio.Queue[Any]) -> None:
        self._bot, self._queue = bot, queue
        for kept in self._shelf.kept():
            update = self.read(kept.encode())
            if update is not None:
                self._shelved.add(update.update_id)
                self._receive(update, queue).set_result(True)
        try:
            self._server.add_sockets(bind_sockets(self._port, self._host))
        except OSError as error:
            raise OSError(f"cannot listen on {self._host} port {self._port}: {error.strerror}") from error
        try:
            await attempt(
                lambda: bot.set_webhook(
                    f"{self._url}/{self._path}",
                    max_connections=TELEGRAM_CONNECTIONS_MAX,
                    allowed_updates=ALLOWED_UPDATES,
                    secret_token=self._secret,
                )
            )
        except BaseException:
            self._server.stop()
            raise
        log.info("updates sent to %s must reach %s port %d", self._url, self._host, self._port)

    async def run(self) -> NoReturn:
        try:
            while True:
                await asyncio.Event().wait()
        finally:
            # Whatever comes from now on is for the next run.
            self._queue = None

    def handled(self, update_id: int) -> None:
        if update_id in self._shelved:
            self._shelved.remove(update_id)
            self._shelf.forget(update_id)
        received = self._received.pop(update_id, None)
        if received is not None and not received.done():
            received.set_result(True)

    async def close(self) -> None:
        self._queue = None
        self._server.stop()
        for received in self._received.values():
            if not received.done():
                received.set_result(False)
        if self._answering:
            await asyncio.wait(self._answering, timeout=CLOSE_SECONDS)
        await self._server.close_all_connections()

    # --- what the handler asks ---

    def admits(self, path: str, secret: str) -> bool:
        """In constant time."""
        known = compare_digest(path.rpartition("/")[2].encode(), self._path.encode())
        return compare_digest(secret.encode(), self._secret.encode()) and known

    def read(self, body: bytes) -> Update | None:
        """None when it is no update that we know how to read."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            document = None
        assert self._bot is not None  # noqa: S101 - nobody calls before it is open
        return read_update(document, self._bot)

    async def hear(self, update: Update, body: bytes) -> bool:
        """Whether the update was handled, or is kept."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        received = self._received.get(update.update_id)
        if self._queue is None or (received is None and len(self._received) >= UPDATES_MAX):
            return False
        album = update.message is not None and update.message.media_group_id
        if album and update.update_id not in self._shelved:
            self._shelf.keep(update.update_id, body.decode())
            self._shelved.add(update.update_id)
        received = received or self._receive(update, self._queue)
        if album and not received.done():
            received.set_result(True)
        return await asyncio.shield(received)

    def _receive(self, update: Update, queue: asyncio.Queue[Any]) -> asyncio.Future[bool]:
        received: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._received[update.update_id] = received
        queue.put_nowait(update)
        held = [each for each in self._received.values() if not each.done()]
        if len(held) > HELD_MAX:
            log.warning("%d updates take long; the oldest is confirmed before its end", HELD_MAX)
            held[0].set_result(True)
        return received


class _Handler(RequestHandler):
    """Says nothing about itself to whoever does not know path and secret; logs neither."""

    def initialize(self, webhook: Webhook) -> None:
        self._webhook = webhook

    def set_default_headers(self) -> None:
        self.clear_header("Server")

    async def post(self) -> None:
        if not self._webhook.admits(self.request.path, self.request.headers.get(SECRET_HEADER, "")):
            self.set_status(404)
            return
        update = self._webhook.read(self.request.body)
        # One that cannot be read would be no better when it came again, and its chat would wait behind it.
        if update is not None and not await self._webhook.hear(update, self.request.body):
            self.set_header("Retry-After", str(RETRY_AFTER_SECONDS))
            self.set_status(503)
        await self.finish()

    async def get(self) -> None:
        self.set_status(404)

    head = delete = patch = put = options = get

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Without the request line, which holds the path."""
        if not isinstance(value, StreamClosedError):
            log.error("a request to the webhook broke: %r", value)


class _BoundedServer(HTTPServer):
    def initialize(self, *args: Any, **kwargs: Any) -> None:
        super().initialize(*args, **kwargs)
        self._open = 0

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if self._open >= CONNECTIONS_MAX:
            stream.close()
            return
        self._open += 1
        super().handle_stream(stream, address)

    def on_close(self, server_conn: object) -> None:
        self._open -= 1
        super().on_close(server_conn)


def _unlogged(handler: RequestHandler) -> None:
    """An access log would hold the path."""
