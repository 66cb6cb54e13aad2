"""Announcements."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage.models.course import Announcement
from storage.models.people import User


def find(search: Search) -> list[Item]:
    query = Announcement.select(Announcement, User).join(User)
    if search.since_ms:
        query = query.where(Announcement.announced_ms >= search.since_ms)
    page = search.page(query, Announcement.number)
    return [items.announcement(row, row.author.display_name) for row in page]
