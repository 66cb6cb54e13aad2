"""The text in a stream of server-sent events as chat completions come: one `data:` line an event.

WHATWG HTML, section 9.2 "Server-sent events"; events of one line are all that such servers send.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator

MAX_LINE_BYTES = 64 * 1024
DONE = b"[DONE]"


class Malformed(Exception):
    """What came is no stream of chat completions. The message quotes nothing of it."""


async def deltas(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str]:
    """The pieces of text, none empty. Raises Malformed, and EOFError where the stream ends too early."""
    async for data in _data(chunks):
        if data == DONE:
            return
        piece, finished = _choice(data)
        if piece:
            yield piece
        if finished:
            return
    raise EOFError


async def _data(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The lines' data; comments, other fields and blank lines are left out."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).replace(b"\r\n", b"\n").split(b"\n")
        if len(rest) > MAX_LINE_BYTES or any(len(line) > MAX_LINE_BYTES for line in lines):
            raise Malformed("a line is too long")
        for line in lines:
            if line.startswith(b"data:"):
                yield line.removeprefix(b"data:").strip()


def _choice(data: bytes) -> tuple[str, bool]:
    """The text that an event brings, and whether it is the last."""
    try:
        event = json.loads(data)
        if "error" in event:
            raise Malformed("it tells of an error")
        choices = event["choices"]
        if not choices:  # a summary of what was used
            return "", False
        piece = choices[0].get("delta", {}).get("content") or ""
        finished = choices[0].get("finish_reason") is not None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise Malformed("an event is no chat completion") from None
    if not isinstance(piece, str):
        raise Malformed("a piece is no text")
    # Halves of characters, as escapes can hold them, fit no message.
    return piece.encode("utf-8", "replace").decode(), finished
