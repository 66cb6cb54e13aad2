"""Which file of which item a viewer may have."""

from __future__ import annotations

from lms_cluster import ids
from lms_cluster.authority import Visibility, visibility
from lms_cluster.refusal import Code, Refused, Violation, invalid, no_such_item
from lms_cluster.viewer import Viewer
from lms_cluster.views import materials, submissions
from lms_cluster.views.search import Search
from protos.lms_pb2 import KIND_MATERIAL, KIND_SUBMISSION, File


def file_of(viewer: Viewer, item_id: str, sha256: str) -> File:
    """The file of a material or submission the viewer may see; `sha256` may be empty where there is one.

    Raises Refused: NO_SUCH_ITEM, WRONG_ROLE, INVALID_FIELD.
    """
    files = _files(viewer, item_id)
    if not sha256 and len(files) > 1:
        raise invalid([Violation("sha256", f"must name one of the {len(files)} files of {item_id}")])
    for file in files:
        if sha256 in {"", file.sha256}:
            return file
    raise Refused(Code.NOT_FOUND, "NO_SUCH_ITEM", f"{item_id} has no such file.")


def _files(viewer: Viewer, item_id: str) -> list[File]:
    number = ids.MATERIAL.number(item_id)
    if number is not None:
        own = visibility(KIND_MATERIAL, viewer.role) is Visibility.OWN
        found = materials.find(Search(viewer, own, keys=(number,)))
        if found:
            return [found[0].material.file]
        raise no_such_item(ids.MATERIAL.noun, item_id)
    number = ids.SUBMISSION.number(item_id)
    if number is not None:
        own = visibility(KIND_SUBMISSION, viewer.role) is Visibility.OWN
        found = submissions.find(Search(viewer, own, keys=(number,)))
        if found:
            return list(found[0].submission.files)
        raise no_such_item(ids.SUBMISSION.noun, item_id)
    raise no_such_item("file", item_id)
