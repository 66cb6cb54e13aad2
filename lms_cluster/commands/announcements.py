"""Announcements to the course."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.fields import TEXT_MAX, Fields
from protos.lms_pb2 import EVENT_KIND_ANNOUNCEMENT, NewAnnouncement, PostResponse
from storage.events import Audience
from storage.models.course import Announcement


def announce(data: NewAnnouncement, act: Act) -> PostResponse:
    fields = Fields()
    fields.text("text", data.text, TEXT_MAX)
    fields.done()
    announcement = Announcement.create(text=data.text, author=act.author.username, announced_ms=act.now_ms)
    id_ = ids.ANNOUNCEMENT.id(announcement.number)
    act.tell(EVENT_KIND_ANNOUNCEMENT, id_, Audience.COURSE, act.author.username)
    return act.accepted(items.announcement(announcement, act.author.display_name))
