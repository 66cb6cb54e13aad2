"""What people and services may read. Every function here is called inside `classroom.reading()`."""

from __future__ import annotations

from lms_cluster.viewer import Viewer, viewer_of
from lms_cluster.views.accounts import (
    Credentials,
    count_users,
    credentials_of,
    links_in_force,
    may_sign_in_by_link,
)
from lms_cluster.views.feed import events_after, latest_cursor
from lms_cluster.views.files import file_of
from lms_cluster.views.get import get
from lms_cluster.views.tutoring import (
    PendingQuery,
    count_pending_tutor_queries,
    passages_for,
    pending_tutor_queries,
)
from storage.blobs import file_exists, holds_chunk

__all__ = [
    "Credentials",
    "PendingQuery",
    "Viewer",
    "count_pending_tutor_queries",
    "count_users",
    "credentials_of",
    "events_after",
    "file_exists",
    "file_of",
    "get",
    "holds_chunk",
    "latest_cursor",
    "links_in_force",
    "may_sign_in_by_link",
    "passages_for",
    "pending_tutor_queries",
    "viewer_of",
]
