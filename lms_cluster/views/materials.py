"""Materials, by title, topic and text."""

from __future__ import annotations

from functools import reduce
from operator import and_

from peewee import Expression

from lms_cluster import items
from lms_cluster.views.search import Search
from protos.lms_pb2 import Item
from storage.models.course import Material, MaterialText
from storage.models.files import StoredFile
from storage.models.people import User
from storage.passages import materials_with, question_terms


def find(search: Search) -> list[Item]:
    """In full, a material comes with its text."""
    query = Material.select(Material, StoredFile, User).join(StoredFile).switch(Material).join(User)
    if search.since_ms:
        query = query.where(Material.published_ms >= search.since_ms)
    if search.filter.words:
        query = query.where(_about(search.filter.words))
    return [
        items.material(
            row, row.file.size, row.author.display_name, _text(row.number) if search.in_full else ""
        )
        for row in search.page(query, Material.number)
    ]


def _about(words: str) -> Expression:
    """All the telling words in the title or the topic, or in one passage of the text; where none is telling,
    the words as they stand in the title."""
    terms = question_terms(words)
    if not terms:
        return Material.title.contains(words.strip())
    named = reduce(and_, ((Material.title.contains(term) | Material.topic.contains(term)) for term in terms))
    return named | Material.number.in_(materials_with(terms))


def _text(material: int) -> str:
    text: str | None = (
        MaterialText.select(MaterialText.text).where(MaterialText.material == material).scalar()
    )
    return text or ""
