"""What people did, the newest first: by whom, to what, and where in the log it stands."""

from __future__ import annotations

from peewee import fn

from lms_cluster import items
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage.models.people import OPERATOR, Audit, User


def find(search: Search) -> list[Item]:
    query = Audit.select().order_by(Audit.log_index.desc()).limit(search.limit)
    if search.keys is not None:
        query = query.where(Audit.log_index.in_(search.keys))
    if search.after is not None:
        query = query.where(Audit.log_index < search.after)
    wanted = search.filter
    if wanted.person:
        query = query.where(Audit.username == wanted.person)
    if wanted.operator:
        query = query.where(Audit.username == OPERATOR)
    if wanted.object:
        among = fn.INSTR(fn.PRINTF(", %s, ", Audit.detail), f", {wanted.object}, ")
        query = query.where((Audit.object == wanted.object) | ((Audit.object == "") & (among > 0)))
    if search.since_ms:
        query = query.where(Audit.time_ms >= search.since_ms)
    rows = list(query)
    authors = User.select().where(User.username.in_({row.username for row in rows}))
    names = {user.username: user.display_name for user in authors}
    return [items.audit(row, names.get(row.username, "")) for row in rows]
