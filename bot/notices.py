"""What a person reads when something has happened: a headline, an excerpt, the next step."""

from __future__ import annotations

from collections.abc import Sequence

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
from bot.core.richtext import Span, Text, bold, join, lines, plain, quote
from bot.core.text import notices as text
from bot.core.text.phrases import open_item

EXCERPT_CHARACTERS_MAX = 300
DIGEST_BUTTONS_MAX = 10

_TOPICS = {
    EventKind.MATERIAL_PUBLISHED: "materials",
    EventKind.ASSIGNMENT_PUBLISHED: "assignments",
    EventKind.EXTENSION_GRANTED: "assignments",
    EventKind.GRADE_RELEASED: "grades",
    EventKind.REGRADE_REPLIED: "grades",
    EventKind.QUERY_ANSWERED: "answers",
    EventKind.ANSWER_REVIEWED: "answers",
    EventKind.TUTOR_DELAYED: "answers",
    EventKind.ANNOUNCEMENT: "announcements",
    EventKind.DUE_SOON: "reminders",
    EventKind.SUBMISSION_RECEIVED: "submissions",
    EventKind.REGRADE_REQUESTED: "submissions",
    EventKind.QUERY_ASKED: "questions",
    EventKind.QUERY_FOLLOWED_UP: "questions",
    EventKind.ANSWER_DOUBTED: "questions",
}


def notice(event: Event) -> Reply | None:
    """None for an event that tells a person nothing."""
    button: Button | None = None
    on_reply = ""
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
            button, on_reply = Button(str(text.ANSWER), f"answer:{query.id}"), f"answer:{query.id}"
        case EventKind.QUERY_FOLLOWED_UP, Query() as query:
            words = query.follow_ups[-1].text if query.follow_ups else ""
            asks = text.asks_more if words else text.wants_instructor
            headline, details = asks(query.pseudonym, query.id), _excerpt(words or query.text)
            button, on_reply = _open("questions", query.id), f"answer:{query.id}"
        case EventKind.ANSWER_DOUBTED, Query() as query:
            headline, details = text.doubted(query.id), _excerpt(query.text)
            button, on_reply = _open("questions", query.id), f"answer:{query.id}"
        case EventKind.QUERY_ANSWERED, Query() as query:
            headline = text.answered(query.id)
            details = _excerpt(query.answers[-1].text if query.answers else "")
            button, on_reply = _open("questions", query.id), f"followup:{query.id}"
        case EventKind.ANSWER_REVIEWED, Query() as query:
            corrections = [answer for answer in query.answers if answer.correction]
            stands = corrections[-1] if corrections else query.tutor_answer
            headline, details = text.reviewed(query.id), _excerpt(stands.text if stands else "")
            button, on_reply = _open("questions", query.id), f"followup:{query.id}"
        case EventKind.ANNOUNCEMENT, Announcement() as announcement:
            headline, details = text.announcement_by(announcement.author), plain(announcement.text)
        case EventKind.SUBMISSION_RECEIVED, Submission() as submission:
            headline = text.handed_in(submission.student_name, submission.id)
            details = plain(text.attempt_of(submission.assignment_id, submission.attempt, submission.late))
            button = Button(str(text.GRADE), f"grade:{submission.id}")
        case EventKind.TUTOR_DELAYED, Query() as query:
            headline, details = text.tutor_unreachable(query.id), plain(text.TUTOR_DELAYED)
            button = _open("questions", query.id)
        case EventKind.DUE_SOON, Assignment() as assignment:
            headline = text.due_soon(assignment.id)
            details = plain(text.not_handed_in(assignment.title))
            button = Button(str(text.HAND_IN), f"submit:{assignment.id}")
        case _:
            return None
    title = join((f"{text.NOTICE_MARK} ", bold(headline)))
    shown = lines(title, details) if details.plain else title
    return Reply(shown, ((button,),) if button is not None else (), on_reply=on_reply)


def topic(event: Event) -> str:
    """Under which of `text.settings.TOPICS` it can be muted; empty for what tells nothing."""
    return _TOPICS[event.kind] if event.kind is not None else ""


def is_reminder(event: Event) -> bool:
    """What a digest would tell too late."""
    return event.kind is EventKind.DUE_SOON


def digest(notices: Sequence[Reply]) -> Reply:
    """Many told as one. Each button stands once, and not more of them than a screen takes."""
    title = join((f"{text.NOTICE_MARK} ", bold(text.happened(len(notices)))))
    told = [_without_mark(reply.text) for reply in notices]
    rows = list(dict.fromkeys(row for reply in notices for row in reply.buttons))
    return Reply(join((title, *told), "\n\n"), tuple(rows[:DIGEST_BUTTONS_MAX]))


def _without_mark(told: Text) -> Text:
    mark, *rest = told.spans
    return Text((Span(mark.text.removeprefix(f"{text.NOTICE_MARK} "), mark.style), *rest))


def _open(command: str, item: str) -> Button:
    return Button(open_item(item), f"{command}:{item}")


def _excerpt(words: str) -> Text:
    return quote(words if len(words) <= EXCERPT_CHARACTERS_MAX else words[: EXCERPT_CHARACTERS_MAX - 1] + "…")
