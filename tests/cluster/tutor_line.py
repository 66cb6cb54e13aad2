"""The nodes' line to the tutor, tapped: it tells when a question has passed, and then lets no answer back."""

from __future__ import annotations

import asyncio
import contextlib

CHUNK_BYTES = 64 * 1024
CONNECT_SECONDS = 2.0


class TutorLine:
    """Carries connections to the tutor at `host`:`port` while it is entered."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._words = b""
        self._asked = asyncio.Event()
        self._answers = asyncio.Event()
        self._answers.set()
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> TutorLine:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def hold_the_answer_to(self, words: bytes) -> None:
        """Returns when a question with these words has passed; from then on nothing comes back."""
        self._asked.clear()
        self._words = words
        await self._asked.wait()

    def release(self) -> None:
        self._answers.set()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._carry(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                tutor_reader, tutor_writer = await asyncio.open_connection(*self._target)
            writers.append(tutor_writer)
            there = asyncio.create_task(self._there(reader, tutor_writer))
            back = asyncio.create_task(self._back(tutor_reader, writer))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (there, back):
                    task.cancel()
                await asyncio.gather(there, back, return_exceptions=True)
        except (OSError, TimeoutError):
            return
        finally:
            for each in writers:
                each.close()
                with contextlib.suppress(OSError):
                    await each.wait_closed()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passed = b""
        while data := await reader.read(CHUNK_BYTES):
            passed = (passed + data)[-2 * CHUNK_BYTES :]
            if self._words and self._words in passed:
                self._words = b""
                self._answers.clear()
                writer.write(data)
                await writer.drain()
                self._asked.set()
                continue
            writer.write(data)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK_BYTES):
            await self._answers.wait()
            writer.write(data)
            await writer.drain()
