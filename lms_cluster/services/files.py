"""Upload and Download: files of up to 20 MB, as chunks through the log, in bounded memory."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha256

from lms_cluster import views
from lms_cluster.deadline import Deadline
from lms_cluster.fields import Fields
from lms_cluster.overload import Admission, FairAdmission
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Code, Refused, Violation, invalid
from lms_cluster.stamp import stamped
from lms_cluster.unknown_fields import refuse_unknown_fields
from lms_cluster.viewer import viewer_of
from protos.command_pb2 import PutFile
from protos.lms_pb2 import (
    DownloadRequest,
    DownloadResponse,
    File,
    UploadHeader,
    UploadRequest,
    UploadResponse,
)
from storage.blobs import CHUNK_BYTES_MAX, FILE_BYTES_MAX, chunk, chunk_keys

CHUNKS_IN_FLIGHT = 4
UPLOADS_MAX = 16
UPLOADS_OF_ONE_MAX = 4
"""Whoever stalls on purpose keeps nobody else from handing in."""
BUSY = "Many files are being uploaded at the moment."
PART_SECONDS_MAX = 30.0
"""An upload whose sender says nothing for so long is given up."""


class Files:
    def __init__(self, proposer: Proposer, reader: Reader) -> None:
        self._proposer = proposer
        self._reader = reader
        self._uploads = Admission(UPLOADS_MAX, BUSY)
        self._of_one = FairAdmission(UPLOADS_OF_ONE_MAX, BUSY)

    async def upload(
        self, requests: AsyncIterator[UploadRequest], token_sha256: bytes, deadline: Deadline
    ) -> UploadResponse:
        """Returns once the whole file is durable on a majority. Raises Refused; chunks stored until then
        stay, are found again by the next try, and belong to nobody."""
        with self._uploads.admitted():
            viewer = await self._reader.viewer(token_sha256, deadline)
            with self._of_one.admitted(viewer.username):
                header = _checked(await _next_part(requests, deadline))
                keys = await self._store_chunks(header, requests, deadline)
                command = stamped(secrets.token_hex(16), token_sha256)
                command.put_file.CopyFrom(PutFile(sha256=header.sha256, size=header.size, chunk_sha256=keys))
                await self._proposer.propose(command, deadline)
        file = File(sha256=header.sha256, name=header.name, media_type=header.media_type, size=header.size)
        return UploadResponse(file=file)

    async def download(
        self, request: DownloadRequest, token_sha256: bytes, deadline: Deadline
    ) -> AsyncGenerator[DownloadResponse]:
        """The file's description, then its content. What the caller may not see is NO_SUCH_ITEM."""
        await self._reader.barrier(deadline)

        def find() -> tuple[File, list[bytes]]:
            file = views.file_of(
                viewer_of(token_sha256), request.item_id, request.sha256, self._reader.now_ms()
            )
            return file, chunk_keys(file.sha256)

        file, keys = await self._reader.read(find)
        yield DownloadResponse(file=file)
        for key in keys:
            yield DownloadResponse(chunk=await self._reader.read(partial(chunk, key)))

    async def _store_chunks(
        self, header: UploadHeader, requests: AsyncIterator[UploadRequest], deadline: Deadline
    ) -> list[bytes]:
        """Propose the content as it comes, a few chunks ahead of the last confirmed one."""
        whole = sha256()
        keys: list[bytes] = []
        window = asyncio.Semaphore(CHUNKS_IN_FLIGHT)
        async with _tasks() as stored:
            async for piece in _evenly_cut(header, requests, deadline):
                whole.update(piece)
                keys.append(sha256(piece).digest())
                await window.acquire()
                task = stored.create_task(self._store_chunk(keys[-1], piece, deadline))
                task.add_done_callback(lambda _: window.release())
        if whole.hexdigest() != header.sha256:
            raise invalid([Violation("sha256", "is not that of the content that came")])
        return keys

    async def _store_chunk(self, key: bytes, data: bytes, deadline: Deadline) -> None:
        if self._reader.read_now(lambda: views.holds_chunk(key)):
            return
        command = stamped(secrets.token_hex(16), b"")
        command.put_chunk.data = data
        await self._proposer.propose(command, deadline)


@asynccontextmanager
async def _tasks() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that fails with the first failure itself."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _next_part(requests: AsyncIterator[UploadRequest], deadline: Deadline) -> UploadRequest | None:
    """None at the end of the stream. Raises Refused for a sender that stalls."""
    try:
        async with asyncio.timeout(min(PART_SECONDS_MAX, deadline.remaining())):
            part = await anext(requests, None)
    except TimeoutError:
        message = "The upload stalled; nothing was saved."
        raise Refused(Code.UNAVAILABLE, "UPLOAD_STALLED", message) from None
    if part is not None:
        refuse_unknown_fields(part)
    return part


def _checked(first: UploadRequest | None) -> UploadHeader:
    """Raises Refused INVALID_FIELD, or TOO_LARGE with the limit named."""
    if first is None or first.WhichOneof("part") != "header":
        raise invalid([Violation("header", "must come first")])
    header = first.header
    if header.size > FILE_BYTES_MAX:
        message = f"{header.name} is larger than 20 MB, the most a file may have."
        violations = [Violation("file", f"must be at most 20 MB ({FILE_BYTES_MAX:,} bytes)")]
        raise Refused(Code.INVALID_ARGUMENT, "TOO_LARGE", message, violations)
    fields = Fields()
    fields.sha256("sha256", header.sha256)
    if not header.size:
        fields.wrong("file", "must not be empty")
    fields.done()
    return header


async def _evenly_cut(
    header: UploadHeader, requests: AsyncIterator[UploadRequest], deadline: Deadline
) -> AsyncIterator[bytes]:
    """The content in chunks of the largest size, however small its sender cut it.

    Raises Refused for a chunk too large, and as soon as there is more or in the end less than announced.
    """
    pending = bytearray()
    received = 0
    while part := await _next_part(requests, deadline):
        if part.WhichOneof("part") != "chunk":
            raise invalid([Violation("part", "must be a chunk, after the header")])
        if len(part.chunk) > CHUNK_BYTES_MAX:
            raise invalid([Violation("chunk", f"must be at most {CHUNK_BYTES_MAX:,} bytes")])
        received += len(part.chunk)
        if received > header.size:
            break
        pending += part.chunk
        if len(pending) >= CHUNK_BYTES_MAX:
            yield bytes(pending[:CHUNK_BYTES_MAX])
            del pending[:CHUNK_BYTES_MAX]
    if received != header.size:
        more = "more" if received > header.size else f"{received:,}"
        raise invalid([Violation("size", f"is {header.size:,} bytes, but {more} came")])
    if pending:
        yield bytes(pending)
