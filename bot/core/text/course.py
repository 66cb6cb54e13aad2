"""What is said about materials and assignments."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

# --- materials ---

MATERIALS_SUMMARY = Phrase("list, search and open the course materials")
MATERIALS_PROMPT = Phrase("Which one, by its id or by words in it?")
UPLOAD_SUMMARY = Phrase("publish a material")
MATERIAL_TITLE_PROMPT = Phrase("What is its title? Otherwise the file's name is.")
TOPIC_PROMPT = Phrase("What is its topic?")
MATERIAL_FILE_PROMPT = Phrase("Please send the file (md, txt, html, pdf, docx or pptx; at most 20 MB).")
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


# --- assignments ---

ASSIGNMENTS_SUMMARY = Phrase("what there is to do, and by when")
NEWASSIGNMENT_SUMMARY = Phrase("set an assignment")
ASSIGNMENT_TITLE_PROMPT = Phrase("What is its title?")
POINTS_MAX_PROMPT = Phrase("How many points is it worth?")
INSTRUCTIONS_PROMPT = Phrase("What is to be done?")
NO_INSTRUCTIONS = Phrase("Without instructions.")
NO_ASSIGNMENTS = Phrase("There are no assignments yet.")
HAND_IN = Phrase("Hand in")


def new_assignment(title: str) -> str:
    return tr("Publish the assignment “{title}”?", title=title)


def points_and_due(points: int, due: str) -> str:
    return trn(points, "{count} point, due {due}", "{count} points, due {due}", due=due)


def assignment_line(assignment_id: str, title: str, due: str, state: str) -> str:
    return tr(
        "{assignment}: {title}, due {due}; {state}",
        assignment=assignment_id,
        title=title,
        due=due,
        state=state,
    )


def handed_in_by(students: int) -> str:
    return trn(students, "handed in by {count} student", "handed in by {count} students")


def own_attempts(attempts: int) -> str:
    return tr("handed in, attempt {attempt}", attempt=attempts) if attempts else tr("not handed in yet")


def graded(points: int, points_max: int) -> str:
    return tr("graded {points} / {points_max}", points=points, points_max=points_max)


def no_such_assignment(assignment_id: str, others: list[str]) -> str:
    if not others:
        return tr(
            "There is no assignment {assignment}. There are no assignments yet.", assignment=assignment_id
        )
    return tr(
        "There is no assignment {assignment}. There are: {others}.",
        assignment=assignment_id,
        others=", ".join(others),
    )
