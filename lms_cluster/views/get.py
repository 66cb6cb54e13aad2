"""Get: by kind, who may see it, which filters it knows, where its items are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from lms_cluster import ids
from lms_cluster.authority import Visibility, visibility
from lms_cluster.fields import QUESTION_MAX, Fields
from lms_cluster.ids import IdKind
from lms_cluster.refusal import no_such_item
from lms_cluster.viewer import Viewer
from lms_cluster.views import (
    accounts,
    announcements,
    assignments,
    audit,
    extensions,
    faq,
    grades,
    materials,
    progress,
    queries,
    regrades,
    statistics,
    submissions,
    tutor_policies,
)
from lms_cluster.views.pages import next_token, place_of
from lms_cluster.views.search import Key, Search
from protos.lms_pb2 import (
    KIND_ACCOUNT,
    KIND_ANNOUNCEMENT,
    KIND_ASSIGNMENT,
    KIND_AUDIT,
    KIND_EXTENSION,
    KIND_FAQ,
    KIND_GRADE,
    KIND_MATERIAL,
    KIND_PROGRESS,
    KIND_QUERY,
    KIND_REGRADE,
    KIND_STATISTICS,
    KIND_SUBMISSION,
    KIND_TUTORING,
    KIND_USER,
    GetRequest,
    GetResponse,
    Item,
    Kind,
)
from storage.progress import applied_index

PAGE_SIZE_MAX = 100
PAGE_SIZE_DEFAULT = 50
PAGE_BYTES_MAX = 2 * 1024 * 1024
"""A page ends early beyond this, so that a hundred long texts stay within one message."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the items of a kind are. `ids` is None where a username is the id."""

    find: Callable[[Search], list[Item]]
    noun: str
    ids: IdKind | None
    filters: frozenset[str]

    def key(self, id_: str) -> Key | None:
        return id_ if self.ids is None else self.ids.number(id_)


def _numbered(find: Callable[[Search], list[Item]], kind: IdKind, *filters: str) -> Shelf:
    return Shelf(find, kind.noun, kind, frozenset(filters))


def _named(find: Callable[[Search], list[Item]], noun: str, *filters: str) -> Shelf:
    return Shelf(find, noun, None, frozenset(filters))


SHELVES: Mapping[Kind.ValueType, Shelf] = {
    KIND_MATERIAL: _numbered(materials.find, ids.MATERIAL, "words", "since"),
    KIND_ASSIGNMENT: _numbered(assignments.find, ids.ASSIGNMENT, "since"),
    KIND_SUBMISSION: _numbered(
        submissions.find, ids.SUBMISSION, "student", "assignment_id", "pending", "since"
    ),
    KIND_EXTENSION: _numbered(extensions.find, ids.EXTENSION, "student", "assignment_id", "since"),
    KIND_GRADE: Shelf(grades.find, "grade", ids.SUBMISSION, frozenset({"student", "assignment_id", "since"})),
    KIND_REGRADE: _numbered(regrades.find, ids.REGRADE, "student", "assignment_id", "pending", "since"),
    KIND_STATISTICS: Shelf(statistics.find, "assignment", ids.ASSIGNMENT, frozenset({"assignment_id"})),
    KIND_QUERY: _numbered(queries.find, ids.QUERY, "words", "pending", "since"),
    KIND_FAQ: _numbered(faq.find, ids.QUERY, "words", "since"),
    KIND_TUTORING: _named(tutor_policies.find, "tutor's policy"),
    KIND_ANNOUNCEMENT: _numbered(announcements.find, ids.ANNOUNCEMENT, "since"),
    KIND_USER: _named(accounts.find, "user", "words"),
    KIND_PROGRESS: _named(progress.find, "student", "student"),
    KIND_ACCOUNT: _named(accounts.find, "user"),
    KIND_AUDIT: _numbered(audit.find, ids.AUDIT, "person", "object", "operator", "since"),
}


def get(request: GetRequest, viewer: Viewer, now_ms: int) -> GetResponse:
    """One item, or a page of them as `viewer` may see them at `now_ms`: in the order of their ids, or, of
    the FAQ where words are searched for, the best first, and of audit records the newest.

    Fills items, next_page_token and applied_index; the caller sets `stale`. Raises Refused: UNKNOWN_KIND,
    WRONG_ROLE, INVALID_FIELD, NO_SUCH_ITEM.
    """
    own = visibility(request.kind, viewer.role) is Visibility.OWN
    shelf = SHELVES[request.kind]
    _check(request, shelf)
    response = GetResponse(applied_index=applied_index())
    if request.id:
        response.items.append(_one(request.id, shelf, Search(viewer, own, now_ms)))
        return response
    limit = request.page_size or PAGE_SIZE_DEFAULT
    search = Search(viewer, own, now_ms, after=place_of(request), limit=limit + 1, filter=request.filter)
    found = shelf.find(search)
    page = _fitting(found[:limit])
    response.items.extend(page)
    if len(page) < len(found):
        last = shelf.key(page[-1].id)
        response.next_page_token = next_token(request, last if last is not None else page[-1].id)
    return response


def _one(id_: str, shelf: Shelf, search: Search) -> Item:
    key = shelf.key(id_)
    found = [] if key is None else shelf.find(replace(search, keys=(key,), in_full=True))
    if not found:
        raise no_such_item(shelf.noun, id_)
    return found[0]


def _check(request: GetRequest, shelf: Shelf) -> None:
    fields = Fields()
    if request.page_size > PAGE_SIZE_MAX:
        fields.wrong("page_size", f"must be 0 to {PAGE_SIZE_MAX}, you sent {request.page_size}")
    fields.text("filter.words", request.filter.words, QUESTION_MAX, optional=True)
    for descriptor, _ in request.filter.ListFields():
        if descriptor.name not in shelf.filters:
            fields.wrong(f"filter.{descriptor.name}", "does not apply to this kind")
    fields.done()


def _fitting(items: list[Item]) -> list[Item]:
    """As many as fit a message, and one at least."""
    size = 0
    sizes = []
    for item in items:
        size += item.ByteSize()
        sizes.append(size)
    kept = len(list(takewhile(lambda total: total <= PAGE_BYTES_MAX, sizes)))
    return items[: max(kept, 1)]
