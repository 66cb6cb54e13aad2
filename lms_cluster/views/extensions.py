"""Extensions, every one that was granted: a student's own, or all of them for instructors."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage.models.coursework import Extension
from storage.models.people import User


def find(search: Search) -> list[Item]:
    student, author = User.alias(), User.alias()
    query = (
        Extension.select(Extension, student, author)
        .join(student, on=(Extension.student == student.username))
        .switch(Extension)
        .join(author, on=(Extension.author == author.username))
    )
    if search.own:
        query = query.where(Extension.student == search.viewer.username)
    if search.filter.student:
        query = query.where(Extension.student == search.filter.student)
    if search.filter.assignment_id:
        query = query.where(Extension.assignment == ids.ASSIGNMENT.number(search.filter.assignment_id))
    if search.since_ms:
        query = query.where(Extension.granted_ms >= search.since_ms)
    page = search.page(query, Extension.number)
    return [items.extension(row, row.student.display_name, row.author.display_name) for row in page]
