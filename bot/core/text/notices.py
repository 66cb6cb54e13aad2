"""What people are told of: announcements, and what happened in the course."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

NOTICE_MARK = "🔔"
"""Begins every notice, so that eye and transcript tell what happened from what was asked for."""

# --- announcing ---

ANNOUNCE_SUMMARY = Phrase("tell everyone in the course")
ANNOUNCE_PROMPT = Phrase("What shall everyone read?")
ANNOUNCE_CARD = Phrase("Announce this to everyone in the course?")


ANNOUNCEMENTS_SUMMARY = Phrase("what was told to everyone, the newest first")
ANNOUNCEMENTS_PROMPT = Phrase("Which announcement, by its id?")
NO_ANNOUNCEMENTS = Phrase("There are no announcements yet.")


def announced(item_id: str) -> str:
    return tr("Announced {item} to everyone", item=item_id)


def recipients(people: int, students: int) -> str:
    """`students` are those among the people."""
    return trn(
        people,
        "It goes to {count} person (students: {students})",
        "It goes to {count} people (students: {students})",
        students=students,
    )


def announcements(count: int) -> str:
    return trn(count, "{count} announcement", "{count} announcements")


def announced_by(item_id: str, author: str, when: str) -> str:
    return tr("Announcement {item} by {author}, {when}", item=item_id, author=author, when=when)


# --- what happened ---

ANSWER = Phrase("Answer")
GRADE = Phrase("Grade")
GRADES = Phrase("Grades")
TUTOR_DELAYED = Phrase("It is kept and will be answered. An instructor can be asked meanwhile.")

TUTOR_OFF = Phrase("It is kept, in case the tutor is turned on again. An instructor can be asked meanwhile.")

HAND_IN = Phrase("Hand in")


def happened(count: int) -> str:
    return trn(count, "{count} thing has happened", "{count} things have happened")


def due_soon(assignment_id: str) -> str:
    return tr("{assignment} is due within a day", assignment=assignment_id)


def due_date_changed(assignment_id: str) -> str:
    return tr("Your due date for {assignment} has changed", assignment=assignment_id)


def due(when: str) -> str:
    return tr("Due {when}", when=when)


def not_handed_in(title: str) -> str:
    return tr("{title}: you have not handed it in yet.", title=title)


def new_material(material_id: str) -> str:
    return tr("New material {material}", material=material_id)


def new_assignment(assignment_id: str) -> str:
    return tr("New assignment {assignment}", assignment=assignment_id)


def assignment_open(assignment_id: str) -> str:
    return tr("Assignment {assignment} is open", assignment=assignment_id)


def assignment_worth(title: str, points: int) -> str:
    return trn(points, "{title}, {count} point", "{title}, {count} points", title=title)


def graded(title: str, score: int, points_max: int) -> str:
    """`score` after lateness, in hundredths of a point."""
    return tr(
        "{title} was graded: {points} of {points_max}",
        title=title,
        points=phrases.in_points(score),
        points_max=points_max,
    )


def asks_for_regrade(student: str, assignment_id: str) -> str:
    return tr("{student} asks to look again at {assignment}", student=student, assignment=assignment_id)


def regrade_answered(regrade_id: str, title: str) -> str:
    return tr("An answer to {regrade} about {title}", regrade=regrade_id, title=title)


def regrade_closed(regrade_id: str, title: str) -> str:
    return tr("{regrade} about {title} was closed", regrade=regrade_id, title=title)


def asks(pseudonym: str, query_id: str) -> str:
    return tr("{pseudonym} asks {query}", pseudonym=pseudonym, query=query_id)


def asks_more(pseudonym: str, query_id: str) -> str:
    return tr("{pseudonym} asks more about {query}", pseudonym=pseudonym, query=query_id)


def wants_instructor(pseudonym: str, query_id: str) -> str:
    return tr("{pseudonym} wants an instructor for {query}", pseudonym=pseudonym, query=query_id)


def doubted(query_id: str) -> str:
    return tr("The tutor's answer to {query} is said to be wrong", query=query_id)


def reviewed(query_id: str) -> str:
    return tr("Your question {query} was reviewed by an instructor", query=query_id)


def answered(query_id: str) -> str:
    return tr("Your question {query} was answered", query=query_id)


def announcement_by(author: str) -> str:
    return tr("Announcement by {author}", author=author)


def handed_in(student: str, submission_id: str) -> str:
    return tr("{student} handed in {submission}", student=student, submission=submission_id)


def attempt_of(assignment_id: str, attempt: int, late: bool) -> str:
    if late:
        return tr("{assignment}, attempt {attempt}, late", assignment=assignment_id, attempt=attempt)
    return tr("{assignment}, attempt {attempt}", assignment=assignment_id, attempt=attempt)


def tutor_unreachable(query_id: str) -> str:
    return tr("The tutor cannot be reached for {query}", query=query_id)


def tutor_turned_off(query_id: str) -> str:
    return tr("The tutor was turned off before it answered {query}", query=query_id)
