"""A terminal with a process in it: what its owner types, and what its screen shows."""

from __future__ import annotations

import asyncio
import codecs
import fcntl
import os
import struct
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.bot.screen import Screen

PATIENCE_SECONDS = 30
WHERE = "\x1b[6n"

# The leader of a session gets its terminal by opening it; then Ctrl-C is a signal. A `preexec_fn` would fork
# in the middle of gRPC's threads.
_PROGRAM = """
import os, runpy
os.close(os.open(os.ttyname(0), os.O_RDWR))
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


class TerminalProcess:
    """`python -m bot WORDS` in a pseudo-terminal; `stdout` is a file that takes its replies instead."""

    def __init__(
        self,
        *words: str,
        rows: int = 24,
        columns: int = 80,
        stdout: Path | None = None,
        locale: str = "C.UTF-8",
    ) -> None:
        self._words = words
        self._locale = locale
        self._size = rows, columns
        self._stdout = stdout
        self._more = asyncio.Event()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._unfinished = ""
        self.screen = Screen(rows, columns)
        self.written = ""
        """Everything that the terminal was told, to the letter."""

    async def __aenter__(self) -> TerminalProcess:
        self._ours, self._theirs = os.openpty()
        self.resize(*self._size)
        asyncio.get_running_loop().add_reader(self._ours, self._hear)
        stdout = self._theirs if self._stdout is None else os.open(self._stdout, os.O_CREAT | os.O_WRONLY)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _PROGRAM,
            *self._words,
            stdin=self._theirs,
            stdout=stdout,
            stderr=self._theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm", "LC_ALL": self._locale},
        )
        if self._stdout is not None:
            os.close(stdout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        asyncio.get_running_loop().remove_reader(self._ours)
        os.close(self._ours)
        os.close(self._theirs)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def resize(self, rows: int, columns: int) -> None:
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def until(self, holds: Callable[[list[str]], bool]) -> None:
        """Wait until it holds for the lines of the screen, those that scrolled off before them."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not holds(self.screen.lines):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError("the screen shows\n" + "\n".join(self.screen.lines)) from None

    async def shows(self, words: str) -> None:
        await self.until(lambda lines: any(words in line for line in lines))

    async def prompts(self, line: str) -> None:
        """Wait until the line is the last one."""
        await self.until(lambda lines: bool(lines) and lines[-1] == line)

    async def ends(self) -> int:
        """Its exit status."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._process.wait()

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows by itself what is typed, as it does outside of such programs."""
        return bool(int(termios.tcgetattr(self._theirs)[3]) & termios.ECHO)

    def _hear(self) -> None:
        words = self._decoder.decode(os.read(self._ours, 65536))
        self.written += words
        pieces = (self._unfinished + words).split(WHERE)
        for number, piece in enumerate(pieces, start=1):
            self._unfinished = self.screen.write(piece)
            if number < len(pieces):
                row, column = self.screen.cursor
                self.type(f"\x1b[{row};{column}R")
        self._more.set()
