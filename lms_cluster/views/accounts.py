"""Accounts: the roster, and what signing in needs."""

from __future__ import annotations

from lms_cluster import items
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage.models.people import User


def find(search: Search) -> list[Item]:
    query = User.select().order_by(User.username).limit(search.limit)
    if search.own:
        query = query.where(User.username == search.viewer.username)
    if search.keys is not None:
        query = query.where(User.username.in_(search.keys))
    if search.after is not None:
        query = query.where(User.username > search.after)
    return [items.user(row) for row in query]


def count_users() -> int:
    return int(User.select().count())


def password_hash_of(username: str) -> str | None:
    """For signing in alone; None for an unknown user."""
    hash_: str | None = User.select(User.password_hash).where(User.username == username).scalar()
    return hash_
