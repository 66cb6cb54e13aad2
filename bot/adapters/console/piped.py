"""Lines from a pipe or a file: no prompts, one command a line, a password on the line after its question."""

from __future__ import annotations

import asyncio
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from bot.adapters.console.lines import Complete, EndOfInput

# More than the core reads in one message: a longer line is cut here and refused there.
LINE_BYTES_MAX = 64 * 1024


class PipedLines:
    """Reads in a thread of its own, which does not keep the process alive: a pipe may stay open for ever."""

    interactive = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    async def read(self, chat: str, secret: bool, complete: Complete) -> str:
        loop = asyncio.get_running_loop()
        line: asyncio.Future[bytes] = loop.create_future()

        def deliver(found: bytes) -> None:
            if not line.done():
                line.set_result(found)

        def read() -> None:
            found = self._read_line()
            if not loop.is_closed():
                loop.call_soon_threadsafe(deliver, found)

        with _unechoed(self._stream, secret):
            threading.Thread(target=read, daemon=True, name="console input").start()
            found = await line
        if not found:
            raise EndOfInput
        # Undecodable bytes become surrogates, which the core refuses with a sentence.
        return found.decode("utf-8", "surrogateescape").rstrip("\r\n")

    def _read_line(self) -> bytes:
        """The next line with its end; empty at the end of input."""
        line = self._stream.readline(LINE_BYTES_MAX)
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = self._stream.readline(LINE_BYTES_MAX)
        return line


@contextmanager
def _unechoed(stream: BinaryIO, secret: bool) -> Iterator[None]:
    """Where somebody types after all, because only the output goes to a file, a password is not shown."""
    if not (secret and stream.isatty()):
        yield
        return
    terminal = stream.fileno()
    before = termios.tcgetattr(terminal)
    hidden = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(terminal, termios.TCSADRAIN, hidden)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
