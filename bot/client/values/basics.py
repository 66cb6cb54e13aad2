"""What every kind of item is made of: moments and files."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from bot.client.api import File
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
    return File(message.sha256, message.name, message.media_type, message.size)
