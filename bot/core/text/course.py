"""What is said about materials."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

MATERIALS_SUMMARY = Phrase("list, search and open the course materials")
MATERIALS_PROMPT = Phrase("Which one, by its id or by words in it?")
UPLOAD_SUMMARY = Phrase("publish a material")
MATERIAL_TITLE_PROMPT = Phrase("What is its title? Otherwise the file's name is.")
TOPIC_PROMPT = Phrase("What is its topic?")
MATERIAL_FILE_PROMPT = Phrase("Please send the file (md, txt, html, pdf, docx or pptx; at most 20 MB).")
NOTIFY_PROMPT = Phrase("Shall the students be told of it?")
TUTOR_PROMPT = Phrase("May the tutor quote it? Say no to a solution.")
UNQUOTABLE = Phrase("The tutor never sees or quotes it.")
NOTIFY = Phrase("Publish and notify")
SILENT = Phrase("Publish silently")
UPLOAD_ANOTHER = Phrase("Upload another")
NO_MATERIALS = Phrase("There are no materials yet.")


def nothing_found(words: str) -> str:
    if not words:
        return str(NO_MATERIALS)
    return tr("No material has “{words}” in it.", words=phrases.shortened(words))


def materials_found(count: int, words: str) -> str:
    if not words:
        return phrases.materials(count)
    return trn(
        count,
        "{count} material with “{words}”",
        "{count} materials with “{words}”",
        words=phrases.shortened(words),
    )


def material_line(material_id: str, title: str, details: list[str]) -> str:
    """`details` are its topic and size, as far as it has them."""
    return f"{material_id}: {title}" + (f" ({', '.join(details)})" if details else "")


def topic(name: str) -> str:
    return tr("Topic: {topic}", topic=name)


def published_at(when: str) -> str:
    return tr("Published {when}", when=when)


def published_silently(material_id: str, title: str) -> str:
    return tr("Published {item}: {title}; nobody was told", item=material_id, title=title)
