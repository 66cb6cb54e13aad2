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
from bot.core.text import notices as text
from bot.core.text.phrases import open_item

EXCERPT_CHARACTERS_MAX = 300


def notice(event: Event) -> Reply | None:
    """None for an event that tells a person nothing."""
    button: Button | None = None
    match event.kind, event.item:
        case EventKind.MATERIAL_PUBLISHED, Material() as material:
            headline, details = text.new_material(material.id), plain(material.title)
            button = _open("materials", material.id)
        case EventKind.ASSIGNMENT_PUBLISHED, Assignment() as assignment:
            headline = text.new_assignment(assignment.id)
            details = plain(text.assignment_worth(assignment.title, assignment.points))
            button = _open("assignments", assignment.id)
        case EventKind.GRADE_RELEASED, Grade() as grade:
            headline = text.graded(grade.assignment_title, grade.points, grade.points_max)
            details = _excerpt(grade.feedback)
            button = Button(str(text.GRADES), "grades")
        case EventKind.QUERY_ASKED, Query() as query:
            headline, details = text.asks(query.pseudonym, query.id), _excerpt(query.text)
            button = Button(str(text.ANSWER), f"answer:{query.id}")
        case EventKind.QUERY_ANSWERED, Query() as query:
            headline = text.answered(query.id)
            details = _excerpt(query.answers[-1].text if query.answers else "")
            button = _open("questions", query.id)
        case EventKind.ANNOUNCEMENT, Announcement() as announcement:
            headline, details = text.announcement_by(announcement.author), plain(announcement.text)
        case EventKind.SUBMISSION_RECEIVED, Submission() as submission:
            headline = text.handed_in(submission.student_name, submission.id)
            details = plain(text.attempt_of(submission.assignment_id, submission.attempt, submission.late))
            button = Button(str(text.GRADE), f"grade:{submission.id}")
        case EventKind.TUTOR_DELAYED, Query() as query:
            headline, details = text.tutor_unreachable(query.id), plain(text.TUTOR_DELAYED)
            button = _open("questions", query.id)
        case _:
            return None
    title = join((f"{text.NOTICE_MARK} ", bold(headline)))
    shown = lines(title, details) if details.plain else title
    return Reply(shown, ((button,),) if button is not None else ())


def _open(command: str, item: str) -> Button:
    return Button(open_item(item), f"{command}:{item}")


def _excerpt(words: str) -> Text:
    return quote(words if len(words) <= EXCERPT_CHARACTERS_MAX else words[: EXCERPT_CHARACTERS_MAX - 1] + "…")
