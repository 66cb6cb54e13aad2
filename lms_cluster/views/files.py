"""Which file of which item a viewer may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lms_cluster import ids
from lms_cluster.authority import Visibility, visibility
from lms_cluster.ids import IdKind
from lms_cluster.refusal import Code, Refused, Violation, invalid, no_such_item
from lms_cluster.viewer import Viewer
from lms_cluster.views import assignments, grades, materials, submissions
from lms_cluster.views.search import Search
from protos.lms_pb2 import KIND_ASSIGNMENT, KIND_MATERIAL, KIND_SUBMISSION, File, Item, Kind

_HOLDERS: Mapping[Kind.ValueType, tuple[IdKind, Callable[[Search], list[Item]]]] = {
    KIND_MATERIAL: (ids.MATERIAL, materials.find),
    KIND_ASSIGNMENT: (ids.ASSIGNMENT, assignments.find),
    KIND_SUBMISSION: (ids.SUBMISSION, submissions.find),
}


def file_of(viewer: Viewer, item_id: str, sha256: str, now_ms: int) -> File:
    """The file of a material, of an assignment, or of a submission and the feedback on it, as the viewer may
    see it at `now_ms`; `sha256` may be empty where there is one.

    Raises Refused: NO_SUCH_ITEM, WRONG_ROLE, INVALID_FIELD.
    """
    files = _files(viewer, item_id, now_ms)
    if not sha256 and len(files) > 1:
        raise invalid([Violation("sha256", f"must name one of the {len(files)} files of {item_id}")])
    for file in files:
        if sha256 in {"", file.sha256}:
            return file
    raise Refused(Code.NOT_FOUND, "NO_SUCH_ITEM", f"{item_id} has no such file.")


def _files(viewer: Viewer, item_id: str, now_ms: int) -> list[File]:
    for kind, (id_kind, find) in _HOLDERS.items():
        number = id_kind.number(item_id)
        if number is None:
            continue
        own = visibility(kind, viewer.role) is Visibility.OWN
        search = Search(viewer, own, now_ms, keys=(number,))
        found = find(search)
        if not found:
            raise no_such_item(id_kind.noun, item_id)
        return _held(found[0], search)
    raise no_such_item("file", item_id)


def _held(item: Item, search: Search) -> list[File]:
    match item.WhichOneof("data"):
        case "material":
            return [item.material.file]
        case "assignment":
            return list(item.assignment.files)
        case _:
            feedback = [file for graded in grades.find(search) for file in graded.grade.files]
            return [*item.submission.files, *feedback]
