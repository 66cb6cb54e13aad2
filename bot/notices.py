"""What a person reads when something has happened: a headline, an excerpt, the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.client.api import (
    Announcement,
    Assignment,
    Event,
    EventKind,
    Extension,
    Grade,
    Material,
    Query,
    Regrade,
    Submission,
)
from bot.commands.answers import said
from bot.commands.dates import Calendar
from bot.commands.tutor_replies import hand_over
from bot.core.model import SEVERAL, Button, Reply
from bot.core.richtext import Span, Text, bold, join, lines, plain, quote
from bot.core.text import notices as text
from bot.core.text.phrases import open_item

EXCERPT_CHARACTERS_MAX = 300
DIGEST_BUTTONS_MAX = 10
DIGEST_INTERVAL = timedelta(days=1)

_TOPICS = {
    EventKind.MATERIAL_PUBLISHED: "materials",
    EventKind.ASSIGNMENT_PUBLISHED: "assignments",
    EventKind.ASSIGNMENT_OPENED: "assignments",
    EventKind.EXTENSION_GRANTED: "assignments",
    EventKind.GRADE_RELEASED: "grades",
    EventKind.REGRADE_REPLIED: "grades",
    EventKind.QUERY_ANSWERED: "answers",
    EventKind.ANSWER_REVIEWED: "answers",
    EventKind.TUTOR_DELAYED: "answers",
    EventKind.TUTOR_OFF: "answers",
    EventKind.ANNOUNCEMENT: "announcements",
    EventKind.DUE_SOON: "reminders",
    EventKind.SUBMISSION_RECEIVED: "submissions",
    EventKind.REGRADE_REQUESTED: "submissions",
    EventKind.QUERY_ASKED: "questions",
    EventKind.QUERY_FOLLOWED_UP: "questions",
    EventKind.ANSWER_DOUBTED: "questions",
}


@dataclass(frozen=True, slots=True)
class _Told:
    headline: str
    details: Text
    button: Button | None = None
    on_reply: str = ""


def notice(event: Event, calendar: Calendar) -> Reply | None:
    """None for an event that tells a person nothing. `calendar` is that of when it is read."""
    match event.item:
        case Query() as query:
            told = _of_question(event.kind, query)
        case Regrade() as regrade:
            told = _of_regrade(event.kind, regrade)
        case _:
            told = _of_course(event, calendar)
    if told is None:
        return None
    title = join((f"{text.NOTICE_MARK} ", bold(told.headline)))
    shown = lines(title, told.details) if told.details.plain else title
    return Reply(shown, ((told.button,),) if told.button is not None else (), on_reply=told.on_reply)


def _of_course(event: Event, calendar: Calendar) -> _Told | None:
    told: _Told | None = None
    match event.kind, event.item:
        case EventKind.MATERIAL_PUBLISHED, Material() as material:
            headline, opened = text.new_material(material.id), _open("materials", material.id)
            told = _Told(headline, plain(material.title), opened)
        case EventKind.ASSIGNMENT_PUBLISHED, Assignment() as assignment:
            told = _of_assignment(text.new_assignment(assignment.id), assignment, calendar)
        case EventKind.ASSIGNMENT_OPENED, Assignment() as assignment:
            told = _of_assignment(text.assignment_open(assignment.id), assignment, calendar)
        case EventKind.GRADE_RELEASED, Grade() as grade:
            headline = text.graded(grade.assignment_title, grade.score_hundredths, grade.points_max)
            button = Button(str(text.GRADES), f"grades:{grade.assignment_id}")
            told = _Told(headline, _excerpt(grade.feedback), button)
        case EventKind.ANNOUNCEMENT, Announcement() as announcement:
            told = _Told(text.announcement_by(announcement.author), plain(announcement.text))
        case EventKind.SUBMISSION_RECEIVED, Submission() as submission:
            headline = text.handed_in(submission.student_name, submission.id)
            details = plain(text.attempt_of(submission.assignment_id, submission.attempt, submission.late))
            told = _Told(headline, details, Button(str(text.GRADE), f"grade:{submission.id}"))
        case EventKind.EXTENSION_GRANTED, Extension() as extension:
            headline = text.due_date_changed(extension.assignment_id)
            details = plain(text.due(calendar.due(extension.due)))
            told = _Told(headline, details, _open("assignments", extension.assignment_id))
        # It may be heard of long afterwards, when somebody signs in again.
        case EventKind.DUE_SOON, Assignment() as assignment if _is_to_be_handed_in(assignment, calendar):
            details = lines(text.not_handed_in(assignment.title), text.due(calendar.due(assignment.due)))
            button = Button(str(text.HAND_IN), f"submit:{assignment.id}")
            told = _Told(text.due_soon(assignment.id), details, button)
    return told


def _is_to_be_handed_in(assignment: Assignment, calendar: Calendar) -> bool:
    return not assignment.submissions and assignment.due > calendar.now()


def _of_assignment(headline: str, assignment: Assignment, calendar: Calendar) -> _Told:
    worth = text.assignment_worth(assignment.title, assignment.points)
    details = lines(worth, text.due(calendar.due(assignment.due)))
    return _Told(headline, details, _open("assignments", assignment.id))


def _of_question(kind: EventKind | None, query: Query) -> _Told | None:
    opened, answer, follow_up = _open("questions", query.id), f"answer:{query.id}", f"followup:{query.id}"
    told: _Told | None = None
    match kind:
        case EventKind.QUERY_ASKED:
            button = Button(str(text.ANSWER), answer)
            told = _Told(text.asks(query.pseudonym, query.id), _excerpt(query.text), button, answer)
        case EventKind.QUERY_FOLLOWED_UP:
            words = query.follow_ups[-1].text if query.follow_ups else ""
            asks = text.asks_more if words else text.wants_instructor
            told = _Told(asks(query.pseudonym, query.id), _excerpt(words or query.text), opened, answer)
        case EventKind.ANSWER_DOUBTED:
            told = _Told(text.doubted(query.id), _excerpt(query.text), opened, answer)
        case EventKind.QUERY_ANSWERED:
            words = said(query.answers[-1]) if query.answers else ""
            told = _Told(text.answered(query.id), _excerpt(words), opened, follow_up)
        case EventKind.ANSWER_REVIEWED:
            corrections = [each for each in query.answers if each.correction]
            stands = corrections[-1] if corrections else query.tutor_answer
            told = _Told(text.reviewed(query.id), _excerpt(stands.text if stands else ""), opened, follow_up)
        case EventKind.TUTOR_DELAYED:
            told = _Told(text.tutor_unreachable(query.id), plain(str(text.TUTOR_DELAYED)), hand_over(query))
        case EventKind.TUTOR_OFF:
            told = _Told(text.tutor_turned_off(query.id), plain(str(text.TUTOR_OFF)), hand_over(query))
    return told


def _of_regrade(kind: EventKind | None, regrade: Regrade) -> _Told | None:
    opened = _open("regrades", regrade.id)
    told: _Told | None = None
    match kind:
        case EventKind.REGRADE_REQUESTED:
            headline = text.asks_for_regrade(regrade.student_name, regrade.assignment_id)
            on_reply = f"resolve:{regrade.id}:close=no"
            told = _Told(headline, _last_said(regrade, by_student=True), opened, on_reply)
        case EventKind.REGRADE_REPLIED:
            answered = text.regrade_closed if regrade.resolved else text.regrade_answered
            headline = answered(regrade.id, regrade.assignment_title)
            on_reply = "" if regrade.resolved else f"regrade:{regrade.assignment_id}"
            told = _Told(headline, _last_said(regrade, by_student=False), opened, on_reply)
    return told


def _last_said(regrade: Regrade, by_student: bool) -> Text:
    said = [each.text for each in regrade.messages if each.by_student == by_student]
    return _excerpt(said[-1]) if said else plain("")


def topic(event: Event) -> str:
    """Under which of `text.settings.TOPICS` it can be muted; empty for what tells nothing."""
    return _TOPICS[event.kind] if event.kind is not None else ""


def is_urgent(event: Event, now: datetime) -> bool:
    """What is due within a day, which a digest may tell too late."""
    if event.kind is EventKind.DUE_SOON:
        return True
    return isinstance(event.item, Assignment | Extension) and event.item.due - now <= DIGEST_INTERVAL


def digest(notices: Sequence[Reply]) -> Reply:
    """Many told as one. Each button stands once, and not more of them than a screen takes. A reply is
    meant for the one that can be replied to, where there is but one."""
    title = join((f"{text.NOTICE_MARK} ", bold(text.happened(len(notices)))))
    told = [_without_mark(reply.text) for reply in notices]
    rows = list(dict.fromkeys(row for reply in notices for row in reply.buttons))
    begun = {reply.on_reply for reply in notices if reply.on_reply}
    on_reply = begun.pop() if len(begun) == 1 else SEVERAL
    return Reply(join((title, *told), "\n\n"), tuple(rows[:DIGEST_BUTTONS_MAX]), on_reply=on_reply)


def _without_mark(told: Text) -> Text:
    mark, *rest = told.spans
    return Text((Span(mark.text.removeprefix(f"{text.NOTICE_MARK} "), mark.style), *rest))


def _open(command: str, item: str) -> Button:
    return Button(open_item(item), f"{command}:{item}")


def _excerpt(words: str) -> Text:
    return quote(words if len(words) <= EXCERPT_CHARACTERS_MAX else words[: EXCERPT_CHARACTERS_MAX - 1] + "…")
