"""How the tutor may answer: one item, for everybody."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage.models.course import Tutoring
from storage.models.people import User


def find(search: Search) -> list[Item]:
    row = Tutoring.select(Tutoring, User).join(User).first()
    item = items.tutoring(row, "" if row is None else row.author.display_name)
    wanted = search.keys is None or item.id in search.keys
    beyond = isinstance(search.after, str) and search.after >= item.id
    return [item] if wanted and not beyond else []
