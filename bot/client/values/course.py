"""Materials and announcements."""

from __future__ import annotations

from bot.client.api import Announcement, Material
from bot.client.values.basics import file, moment
from protos import lms_pb2


def material(item: lms_pb2.Item) -> Material:
    message = item.material
    return Material(
        id=item.id,
        title=message.title,
        topic=message.topic,
        file=file(message.file) if message.HasField("file") else None,
        text=message.text,
        published_at=moment(message.published_at),
        unquotable=message.unquotable,
    )


def announcement(item: lms_pb2.Item) -> Announcement:
    message = item.announcement
    return Announcement(item.id, message.text, message.author, moment(message.announced_at))
