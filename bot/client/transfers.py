"""Files in and out of the cluster: chunked, digested, refused here when no node would take them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

from bot.client.api import UPLOAD_BYTES_MAX, File, LmsError
from bot.client.values.basics import file as file_value
from protos import lms_pb2

CHUNK_BYTES = 256 * 1024


def describe(name: str, media_type: str, content: bytes) -> File:
    """Raises LmsError when the content is empty or above UPLOAD_BYTES_MAX, before anything is sent."""
    if not content:
        why = f"{name} is empty."
        raise LmsError("INVALID_ARGUMENT", "INVALID_FIELD", why, {"file": why})
    if len(content) > UPLOAD_BYTES_MAX:
        why = f"{name} is larger than 20 MB, the most a file may have."
        raise LmsError("INVALID_ARGUMENT", "TOO_LARGE", why, {"file": why})
    return File(hashlib.sha256(content).hexdigest(), name, media_type, len(content))


async def upload_parts(file: File, content: bytes) -> AsyncIterator[lms_pb2.UploadRequest]:
    header = lms_pb2.UploadHeader(
        name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256
    )
    yield lms_pb2.UploadRequest(header=header)
    for start in range(0, len(content), CHUNK_BYTES):
        yield lms_pb2.UploadRequest(chunk=content[start : start + CHUNK_BYTES])


async def collect(parts: AsyncIterator[lms_pb2.DownloadResponse]) -> tuple[File, bytes]:
    """Raises LmsError when what arrived is not what was announced."""
    file: File | None = None
    content = bytearray()
    async for part in parts:
        if part.WhichOneof("part") == "file":
            file = file_value(part.file)
        else:
            content += part.chunk
        if file is None or len(content) > min(file.size, UPLOAD_BYTES_MAX):
            raise _damaged()
    if file is None or hashlib.sha256(content).hexdigest() != file.sha256:
        raise _damaged()
    return file, bytes(content)


def _damaged() -> LmsError:
    return LmsError("DATA_LOSS", "INTERNAL", "The file arrived damaged; nothing of it was kept.")
