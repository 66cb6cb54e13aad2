"""Files arrive as chunks, become files, and are then named by posts."""

from __future__ import annotations

from collections.abc import Sequence

from lms_cluster.commands.act import Act
from lms_cluster.fields import Fields
from lms_cluster.refusal import Code, Refused, Violation, invalid, rule
from protos.command_pb2 import PutChunk, PutFile
from protos.lms_pb2 import File, PostResponse
from storage import blobs

FILES_MAX = 10
"""That one post names."""
NAME_MAX = 255
MEDIA_TYPE_MAX = 127


def put_chunk(data: PutChunk, act: Act) -> PostResponse:
    if not 0 < len(data.data) <= blobs.CHUNK_BYTES_MAX:
        expected = f"must be 1 to {blobs.CHUNK_BYTES_MAX:,} bytes"
        raise invalid([Violation("chunk", f"{expected}, you sent {len(data.data):,}")])
    blobs.put_chunk(data.data)
    return act.accepted()


def put_file(data: PutFile, act: Act) -> PostResponse:
    """Its chunks are there already. The node that received them has compared the whole with `sha256`."""
    if data.size > blobs.FILE_BYTES_MAX:
        raise Refused(Code.INVALID_ARGUMENT, "TOO_LARGE", "A file may have at most 20 MB.")
    fields = Fields()
    fields.sha256("sha256", data.sha256)
    if not data.size:
        fields.wrong("file", "must not be empty")
    if len(data.chunk_sha256) > blobs.CHUNKS_MAX:
        fields.wrong("file", f"must be cut into at most {blobs.CHUNKS_MAX:,} chunks")
    fields.done()
    sizes = blobs.chunk_sizes(data.chunk_sha256)
    if any(chunk not in sizes for chunk in data.chunk_sha256):
        raise rule("The file is not complete; upload it again.")
    if sum(sizes[chunk] for chunk in data.chunk_sha256) != data.size:
        raise rule("The file's size is not that of its chunks; upload it again.")
    blobs.put_file(data.sha256, data.size, data.chunk_sha256, act.author.username)
    return act.accepted()


def all_attached(files: Sequence[File], act: Act, fields: Fields) -> list[File]:
    """Those of a post's `files`, each as `attached`. Raises Refused INVALID_FIELD for all that is wrong with
    the post: at first without a look at the single files."""
    if len(files) > FILES_MAX:
        fields.wrong("files", f"must be at most {FILES_MAX}, you sent {len(files)}")
    fields.done()
    found = [attached(f"files[{place}]", file, act, fields) for place, file in enumerate(files)]
    fields.done()
    return found


def attached(field: str, file: File, act: Act, fields: Fields) -> File:
    """The file a post names, with the size it is stored with. Its author must have uploaded it: otherwise a
    digest overheard would be enough to read somebody else's work."""
    fields.line(f"{field}.name", file.name, NAME_MAX)
    if "/" in file.name or "\\" in file.name or file.name in {".", ".."}:
        fields.wrong(f"{field}.name", "must be a file name without a folder")
    fields.line(f"{field}.media_type", file.media_type, MEDIA_TYPE_MAX, optional=True)
    size = None
    if fields.sha256(f"{field}.sha256", file.sha256):
        size = blobs.size_owned(file.sha256, act.author.username)
        if size is None:
            fields.wrong(field, "must be a file that you have uploaded")
        elif file.size not in {0, size}:
            fields.wrong(f"{field}.size", f"must be {size}, you sent {file.size}")
    return File(sha256=file.sha256, name=file.name, media_type=file.media_type, size=size or 0)
