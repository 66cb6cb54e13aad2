"""What a person reads when something has happened: a headline, an excerpt, the next step."""

from __future__ import annotations

from bot.client.api import (
    Announcement,
    Assignment,
    Event,
    EventKind,
    Grade,
    Material,
    Query,
    Submission,
)
from bot.core.model import Button, Reply
from bot.core.richtext import Text, bold, join, lines, plain, quote
from bot.core.text import NOTICE_MARK

EXCERPT_CHARACTERS_MAX = 300

TUTOR_DELAYED = "It is kept and will be answered. An instructor can be asked meanwhile."


def notice(event: Event) -> Reply | None:
    """None for an event that tells a person nothing."""
    button: Button | None = None
    match event.kind, event.item:
        case EventKind.MATERIAL_PUBLISHED, Material() as material:
            headline, details = f"New material {material.id}", plain(material.title)
            button = _open("materials", material.id)
        case EventKind.ASSIGNMENT_PUBLISHED, Assignment() as assignment:
            headline = f"New assignment {assignment.id}"
            details = plain(f"{assignment.title}, {assignment.points} points")
            button = _open("assignments", assignment.id)
        case EventKind.GRADE_RELEASED, Grade() as grade:
            headline = f"{grade.assignment_title} was graded: {grade.points} of {grade.points_max}"
            details = _excerpt(grade.feedback)
            button = Button("Grades", "grades")
        case EventKind.QUERY_ASKED, Query() as query:
            headline, details = f"{query.pseudonym} asks {query.id}", _excerpt(query.text)
            button = Button("Answer", f"answer:{query.id}")
        case EventKind.QUERY_ANSWERED, Query() as query:
            headline = f"Your question {query.id} was answered"
            details = _excerpt(query.answers[-1].text if query.answers else "")
            button = _open("questions", query.id)
        case EventKind.ANNOUNCEMENT, Announcement() as announcement:
            headline, details = f"Announcement by {announcement.author}", plain(announcement.text)
        case EventKind.SUBMISSION_RECEIVED, Submission() as submission:
            headline = f"{submission.student_name} handed in {submission.id}"
            late = ", late" if submission.late else ""
            details = plain(f"{submission.assignment_id}, attempt {submission.attempt}{late}")
            button = Button("Grade", f"grade:{submission.id}")
        case EventKind.TUTOR_DELAYED, Query() as query:
            headline, details = f"The tutor cannot be reached for {query.id}", plain(TUTOR_DELAYED)
            button = _open("questions", query.id)
        case _:
            return None
    title = join((f"{NOTICE_MARK} ", bold(headline)))
    text = lines(title, details) if details.plain else title
    return Reply(text, ((button,),) if button is not None else ())


def _open(command: str, item: str) -> Button:
    return Button(f"Open {item}", f"{command}:{item}")


def _excerpt(text: str) -> Text:
    return quote(text if len(text) <= EXCERPT_CHARACTERS_MAX else text[: EXCERPT_CHARACTERS_MAX - 1] + "…")
