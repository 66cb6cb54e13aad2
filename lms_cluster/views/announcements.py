"""Announcements."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.instants import instant_ms
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage.models.course import Announcement
from storage.models.people import User


def find(search: Search) -> list[Item]:
    query = (
        Announcement.select(Announcement, User).join(User).order_by(Announcement.number).limit(search.limit)
    )
    if search.keys is not None:
        query = query.where(Announcement.number.in_(search.keys))
    if search.after is not None:
        query = query.where(Announcement.number > search.after)
    if search.filter.HasField("since"):
        query = query.where(Announcement.announced_ms >= (instant_ms(search.filter.since) or 0))
    return [items.announcement(row, row.author.display_name) for row in query]
