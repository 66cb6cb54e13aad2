"""What every kind of item is made of: moments and files."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from bot.client.api import File
from bot.core.richtext import turns
from protos import lms_pb2


def timestamp(moment: datetime) -> Timestamp:
    result = Timestamp()
    result.FromDatetime(moment.astimezone(UTC))
    return result


def moment(message: Timestamp) -> datetime:
    return message.ToDatetime(UTC)


def file_message(file: File) -> lms_pb2.File:
    return lms_pb2.File(sha256=file.sha256, name=file.name, media_type=file.media_type, size=file.size)


def file(message: lms_pb2.File) -> File:
    """Whoever handed it in need not have come through us: a name that turns the writing round would have a
    program read as a page."""
    name = "".join("_" if turns(character) else character for character in message.name)
    return File(message.sha256, name, message.media_type, message.size)
