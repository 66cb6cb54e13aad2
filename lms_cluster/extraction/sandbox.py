"""The node's side of extraction: one short-lived process a file, that can be killed and cannot hurt the node.

Key decisions: the process gets a bare environment and nothing but the file; its answer is bounded; at most
two run at once and a few wait. A reading goes on when the post that wanted it has run out of time, and its
result is kept a little while, so that the post's retry finds it done.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from lms_cluster.extraction.formats import Format, format_named
from lms_cluster.extraction.section import TEXT_BYTES_MAX, Section, Unreadable

PROCESSES_MAX = 2
WAITING_MAX = 8
RESULTS_KEPT = 4
WALL_SECONDS_MAX = 30.0
ANSWER_BYTES_MAX = 4 * TEXT_BYTES_MAX
"""JSON may double the text by its escapes, and adds places; anything longer is no honest answer."""

ROOT = Path(__file__).resolve().parents[2]
CRASHED = "could not be read; it may be broken"
TOO_SLOW = "takes too long to read"


class ExtractorBusy(Exception):
    """Too many files are being read. Nothing was started; a later try may succeed."""


class Extractor:
    """Reads files in processes of their own. Belongs to one event loop."""

    def __init__(self, wall_seconds_max: float = WALL_SECONDS_MAX) -> None:
        self._wall_seconds_max = wall_seconds_max
        self._slots = asyncio.Semaphore(PROCESSES_MAX)
        self._readings: OrderedDict[tuple[Format, str], asyncio.Task[list[Section]]] = OrderedDict()

    async def sections(
        self, name: str, sha256: str, content: Callable[[], Awaitable[bytes]]
    ) -> list[Section]:
        """The text of the file called `name`; its content has this `sha256` and is fetched only when needed.

        Raises Unreadable and ExtractorBusy. Cancelling the caller leaves the reading to go on.
        """
        key = (format_named(name), sha256)
        if key in self._readings and _failed_beside_the_file(self._readings[key]):
            del self._readings[key]
        if key not in self._readings:
            self._forget_old_results()
            self._readings[key] = asyncio.create_task(self._read(key[0], content))
        self._readings.move_to_end(key)
        return await asyncio.shield(self._readings[key])

    async def close(self) -> None:
        """Kill what still runs."""
        for task in self._readings.values():
            task.cancel()
        await asyncio.gather(*self._readings.values(), return_exceptions=True)
        self._readings.clear()

    def _forget_old_results(self) -> None:
        done = [key for key, task in self._readings.items() if task.done()]
        if len(self._readings) - len(done) >= PROCESSES_MAX + WAITING_MAX:
            raise ExtractorBusy
        for key in done[: max(0, len(done) - RESULTS_KEPT + 1)]:
            task = self._readings.pop(key)
            task.cancelled() or task.exception()  # seen: nobody may have waited for it

    async def _read(self, format_: Format, content: Callable[[], Awaitable[bytes]]) -> list[Section]:
        async with self._slots:
            try:
                async with asyncio.timeout(self._wall_seconds_max):
                    answer = await _ask_process(format_, await content())
            except TimeoutError:
                raise Unreadable(TOO_SLOW) from None
        if "unreadable" in answer:
            raise Unreadable(str(answer["unreadable"]))
        return [Section(place, heading, text) for place, heading, text in answer["sections"]]


def _failed_beside_the_file(reading: asyncio.Task[list[Section]]) -> bool:
    """For want of a process or a disk, say: the next try may succeed."""
    if not reading.done():
        return False
    return reading.cancelled() or not isinstance(reading.exception(), Unreadable | None)


async def _ask_process(format_: Format, content: bytes) -> dict[str, list[list[str]]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-B", "-m", "lms_cluster.extraction", format_.value),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
    )
    try:
        _, raw = await asyncio.gather(_feed(process, content), _drain(process))
        status = await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if status < 0:
        raise Unreadable(TOO_SLOW)  # the kernel ended it at its CPU limit
    try:
        answer = json.loads(raw)
    except ValueError:
        raise Unreadable(CRASHED) from None
    if status != 0 or not isinstance(answer, dict):
        raise Unreadable(CRASHED)
    return answer


async def _feed(process: asyncio.subprocess.Process, content: bytes) -> None:
    stdin = cast(asyncio.StreamWriter, process.stdin)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(content)
        await stdin.drain()
        stdin.close()
        await stdin.wait_closed()


async def _drain(process: asyncio.subprocess.Process) -> bytes:
    stdout = cast(asyncio.StreamReader, process.stdout)
    answer = bytearray()
    while piece := await stdout.read(1 << 16):
        answer += piece
        if len(answer) > ANSWER_BYTES_MAX:
            raise Unreadable(CRASHED)
    return bytes(answer)
