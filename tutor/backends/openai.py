"""A model behind an OpenAI-compatible server (vLLM, llama.cpp, Ollama): POST /v1/chat/completions, streamed.

Nothing that the server says is believed: its replies are bounded in bytes, characters and time, and what is
wrong is told by kind, never in the server's words, which might repeat the key.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from tutor.backends.event_stream import Malformed, deltas
from tutor.backends.failure import RETRY_SECONDS, ServerAway, ServerFailed, ServerStumbled
from tutor.chat_prompt import MAX_NEW_TOKENS, messages
from tutor.reading import Asked, Likelihoods
from tutor.stop import Stop

KEY_VARIABLE = "HOMEROOM_TUTOR_API_KEY"

MAX_REPLY_CHARS = 2_000
"""What comes after is not waited for."""
MAX_REPLY_BYTES = 1024 * 1024
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""Until the first or the next piece: a large model in a long queue takes its time."""
REPLY_SECONDS = 55.0
"""All of a reply, with what was tried before it."""
LOOK_SECONDS = 0.1
"""How soon a stop is noticed."""
PAUSES_SECONDS = (0.25, 1.0)
"""Before the second attempt and the last. Where the server names a longer time, whoever asks is told it."""
RETRY_SECONDS_MAX = 300.0

_T = TypeVar("_T")


class ServerUnusable(Exception):
    """The address or the key is nothing that a server could be asked with."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    reply: float = REPLY_SECONDS


class OpenAIBackend:
    """Stateless but for its address: any thread may use it, and each question has a connection of its own."""

    def __init__(self, base_url: str, model: str, key: str = "", timeouts: Timeouts = Timeouts()) -> None:
        """`base_url`: with or without its /v1. Raises ServerUnusable."""
        self._base = _checked(base_url)
        self._model = model
        self._timeouts = timeouts
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ServerUnusable(f"{KEY_VARIABLE} holds characters that no key has")
        self._headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {key}"} if key else {})}

    @property
    def name(self) -> str:
        return self._model

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Likelihoods]:
        """Every sentence is as likely as the others: such servers tell no likelihood of a given text."""
        stop.check()
        return [Likelihoods((0.0,) * len(each.evidence), 0.0, 1) for each in asked]

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        """The whole reply as one piece, up to MAX_REPLY_CHARS. Raises ServerAway and ServerStumbled, and
        Stopped within LOOK_SECONDS of a stop, the connection closed."""
        asked = {
            "model": self._model,
            "messages": messages(query, passages),
            "temperature": 0,
            "max_tokens": MAX_NEW_TOKENS,
            "stream": True,
        }
        yield asyncio.run(_until_told(stop, self._attempts(asked)))

    def ask_models(self, stop: Stop) -> None:
        """GET /v1/models, once. Raises ServerAway, ServerStumbled and Stopped."""
        asyncio.run(_until_told(stop, self._within(self._models())))

    async def _models(self) -> None:
        async with self._client() as client, client.stream("GET", "/v1/models") as response:
            self._accept(response)

    async def _attempts(self, asked: dict[str, Any]) -> str:
        return await self._within(self._retried(asked))

    async def _within(self, work: Coroutine[Any, Any, _T]) -> _T:
        try:
            async with asyncio.timeout(self._timeouts.reply):
                return await work
        except TimeoutError:
            raise ServerAway("the model's server takes too long over its reply") from None
        except httpx.TimeoutException as error:
            raise ServerAway(f"the model's server does not answer ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise ServerAway(f"the model's server cannot be reached ({type(error).__name__})") from None

    async def _retried(self, asked: dict[str, Any]) -> str:
        """What may be over in a moment is tried again."""
        for pause in PAUSES_SECONDS:
            try:
                return await self._reply(asked)
            except httpx.TransportError as error:
                if isinstance(error, httpx.ReadTimeout):
                    raise
            except ServerFailed as failed:
                if not failed.passing:
                    raise
            await asyncio.sleep(pause)
        return await self._reply(asked)

    async def _reply(self, asked: dict[str, Any]) -> str:
        async with (
            self._client() as client,
            client.stream("POST", "/v1/chat/completions", json=asked) as response,
        ):
            self._accept(response)
            kind = response.headers.get("Content-Type", "")
            if not kind.startswith("text/event-stream") or "Content-Encoding" in response.headers:
                raise ServerStumbled("the model's server did not stream its reply")
            return await _text(response)

    def _client(self) -> httpx.AsyncClient:
        """Of its own for each reply; it goes nowhere but where it was told to."""
        timeout = httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect)
        return httpx.AsyncClient(
            base_url=self._base,
            headers=self._headers,
            timeout=timeout,
            trust_env=False,
            follow_redirects=False,
        )

    def _accept(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == 200:
            return
        said = f"the model's server refuses (HTTP {status})"
        match status:
            case 401 | 403:
                raise ServerAway(f"{said}: is {KEY_VARIABLE} the right key?")
            case 404:
                raise ServerAway(f"{said}: it has no model {self._model!r}, or its address is wrong")
            case 429 | 502 | 503 | 504:
                seconds = _retry_after(response)
                passing = seconds is None or seconds <= PAUSES_SECONDS[-1]
                raise ServerAway(f"{said}: it is busy or starting", seconds or RETRY_SECONDS, passing)
            case _ if 300 <= status < 400:
                raise ServerAway(f"{said}: it is at another address now")
        raise ServerStumbled(said, passing=status >= 500)


async def _text(response: httpx.Response) -> str:
    """Of the deltas, up to MAX_REPLY_CHARS."""
    pieces: list[str] = []
    room = MAX_REPLY_CHARS
    try:
        async with aclosing(deltas(_bounded(response))) as streamed:
            async for piece in streamed:
                pieces.append(piece[:room])
                room -= len(pieces[-1])
                if not room:
                    break
    except Malformed as error:
        raise ServerStumbled(f"the model's server streams what cannot be read: {error}") from None
    except EOFError:
        raise ServerAway("the model's server broke off in the middle of its reply", passing=True) from None
    return "".join(pieces)


async def _bounded(response: httpx.Response) -> AsyncGenerator[bytes]:
    room = MAX_REPLY_BYTES
    async for chunk in response.aiter_raw():
        room -= len(chunk)
        if room < 0:
            raise Malformed("it is too long")
        yield chunk


async def _until_told(stop: Stop, work: Coroutine[Any, Any, _T]) -> _T:
    """Raises Stopped, and then the work has been cancelled and has ended."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            stop.check()
            await asyncio.wait({task}, timeout=LOOK_SECONDS)
    finally:
        task.cancel()
        await asyncio.wait({task})
    return task.result()


def _retry_after(response: httpx.Response) -> float | None:
    """In seconds; None where the server says nothing, or a date."""
    said = response.headers.get("Retry-After", "").strip()
    return min(float(said[:9]), RETRY_SECONDS_MAX) if said.isascii() and said.isdigit() else None


def _checked(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise ServerUnusable("--base-url must be like http://127.0.0.1:8000")
    if "@" in parts.netloc:
        raise ServerUnusable(f"--base-url must hold no name or password; put a key into {KEY_VARIABLE}")
    return base_url.rstrip("/").removesuffix("/v1")
