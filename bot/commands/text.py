"""Every sentence that the commands say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from bot.client.api import (
    Citation,
    Grade,
    Material,
    Progress,
    Query,
    Receipt,
    Recipient,
    Submission,
    User,
)
from bot.core.model import Role

T = TypeVar("T")

LABEL_CHARACTERS_MAX = 48

BUTTONS = {
    "adduser": "Add a person",
    "ask": "Ask a question",
    "assignments": "Assignments",
    "grades": "My grades",
    "help": "Help",
    "inbox": "Inbox",
    "login": "Sign in",
    "logout": "Sign out",
    "materials": "Materials",
    "pending": "To grade",
    "progress": "Progress",
    "questions": "Questions",
    "status": "Course servers",
    "submissions": "Submissions",
    "upload": "Upload a material",
    "users": "People",
}

# --- everywhere ---

EMPTY = "This must not be empty."
OPEN = "Open it"


def saved(receipt: Receipt[T]) -> str:
    return f"Saved on the cluster, entry {receipt.index}, term {receipt.term}."


def published(item_id: str, title: str) -> str:
    return f"Published {item_id}: {title}"


def item_label(item_id: str, title: str) -> str:
    return shortened(f"{item_id}: {title}")


def open_item(item_id: str) -> str:
    return f"Open {item_id}"


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def not_shown(count: int) -> list[str]:
    return [f"… and {count} more."] if count > 0 else []


def capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def shortened(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= LABEL_CHARACTERS_MAX else line[: LABEL_CHARACTERS_MAX - 1] + "…"


def beginning(words: str, characters_max: int) -> str:
    words = words.strip()
    return words if len(words) <= characters_max else words[:characters_max].rstrip() + " …"


def size(count: int) -> str:
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1024:.1f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def file_line(name: str, count: int) -> str:
    return f"{name}, {size(count)}" if count else name


def from_now(seconds: float, past: bool) -> str:
    minutes = int(seconds // 60)
    if minutes < 1:
        span = "less than a minute"
    elif minutes < 120:
        span = counted(minutes, "minute", "minutes")
    elif minutes < 48 * 60:
        span = counted(minutes // 60, "hour", "hours")
    else:
        span = counted(minutes // (24 * 60), "day", "days")
    return f"{span} ago" if past else f"in {span}"


# --- arguments ---

NOT_A_USERNAME = "A user name has 2 to 32 of a-z, 0-9, dot, underscore and hyphen."
NOT_A_RECIPIENT = "Choose tutor or instructor."
NOT_A_VERSION = "A version looks like v1."


def not_an_id(word: str, example: str) -> str:
    return f"“{shortened(word)}” is not an id; one looks like {example}."


def too_long(length: int, length_max: int) -> str:
    return f"must be at most {length_max} characters, you sent {length}."


def not_a_number(word: str) -> str:
    return f"“{shortened(word)}” is not a whole number."


def out_of_range(number: int, least: int, most: int) -> str:
    return f"must be {least} to {most}, you sent {number}."


def not_a_role(word: str) -> str:
    return f"“{shortened(word)}” is no role; choose student, instructor or administrator."


def password_too_short(least: int) -> str:
    return f"A password has at least {least} characters."


def due_prompt(zone: str) -> str:
    return f"When is it due ({zone})? For example 2026-11-30 18:00, fri 18:00 or +7d."


def due_not_understood(words: str) -> str:
    return f"I cannot read “{shortened(words)}” as a date. Write 2026-11-30 18:00, fri 18:00 or +7d."


def due_is_past(when: str) -> str:
    return f"{when} is past already."


# --- account ---

START_SUMMARY = "begin here"
HELP_SUMMARY = "what I understand"
HELP_PROMPT = "Which command?"
HELP_HEADLINE = "What I understand"
HELP_FOOTER = "/help and a command's name tell more about it."
USAGE = "Usage: "
EXAMPLE = "Example: "
FILES_USAGE = "files"
LOGIN_SUMMARY = "sign in"
LOGOUT_SUMMARY = "sign out"
WHOAMI_SUMMARY = "who is signed in here"
USERNAME_PROMPT = "What is your user name?"
PASSWORD_PROMPT = "What is your password?"  # noqa: S105 -- asks for one
WELCOME = "Welcome to Homeroom"
NOBODY = "Nobody is signed in here."
SIGNED_OUT = "Signed out."
SIGNED_OUT_DETAIL = "This session is over on every course server."

START_DETAILS = {
    Role.ANYONE: "The classroom in a chat. Sign in to begin: /login and your user name.",
    Role.STUDENT: "Read materials, hand in work, see your grades, ask the tutor or an instructor.",
    Role.INSTRUCTOR: "Publish materials and assignments, grade, release, answer, announce.",
    Role.ADMINISTRATOR: "Add people and look after the course servers.",
}


def no_help_for(name: str) -> str:
    return f"There is no command /{shortened(name)} for you. /help lists them."


def welcome_back(name: str) -> str:
    return f"Welcome, {name}"


def signed_in_as(username: str, role: str) -> str:
    return f"Signed in as {username}, {role}."


# --- cluster ---

STATUS_SUMMARY = "how the course servers are"


def cluster_headline(up: int, nodes: int, leads: bool) -> str:
    if not leads:
        return f"{up} of {nodes} course servers answer; they have no leader at the moment"
    return f"{up} of {nodes} course servers answer"


def node_up(node_id: str, role: str, term: int, applied: int) -> str:
    return f"{node_id}: {role}, term {term}, applied up to entry {applied}"


def node_down(node_id: str, error: str) -> str:
    return f"{node_id}: {error}"


def tutor_status(reachable: bool, model: str, waiting: int) -> str:
    state = f"The tutor is here ({model})" if reachable else "The tutor is away"
    return f"{state}; {counted(waiting, 'question waits', 'questions wait')} for it."


# --- people ---

ADDUSER_SUMMARY = "add a person to the course"
USERS_SUMMARY = "everyone in the course"
NEW_USERNAME_PROMPT = "What is the new user name?"
ROLE_PROMPT = "Which role?"
DISPLAY_NAME_PROMPT = "What is the person's full name?"
NEW_PASSWORD_PROMPT = "What is the password to begin with?"  # noqa: S105 -- asks for one
ADD_ANOTHER = "Add another"


def user_added(username: str, role: str) -> str:
    return f"Added {username} as {role}"


def user_line(user: User) -> str:
    return f"{user.username}: {user.display_name}, {user.role}"


# --- announcements ---

ANNOUNCE_SUMMARY = "tell everyone in the course"
ANNOUNCE_PROMPT = "What shall everyone read?"
ANNOUNCE_CARD = "Announce this to everyone in the course?"


def announced(item_id: str) -> str:
    return f"Announced {item_id} to everyone"


# --- materials ---

MATERIALS_SUMMARY = "list, search and open the course materials"
MATERIALS_PROMPT = "Which one, by its id or by words in it?"
UPLOAD_SUMMARY = "publish a material"
MATERIAL_TITLE_PROMPT = "What is its title? Otherwise the file's name is."
TOPIC_PROMPT = "What is its topic?"
MATERIAL_FILE_PROMPT = "Please send the file (md, txt, html, pdf, docx or pptx; at most 20 MB)."
UPLOAD_ANOTHER = "Upload another"


def nothing_found(words: str) -> str:
    return f"No material has “{shortened(words)}” in it." if words else "There are no materials yet."


def materials_found(count: int, words: str) -> str:
    found = counted(count, "material", "materials")
    return f"{found} with “{shortened(words)}”" if words else found


def material_line(material: Material) -> str:
    details = [material.topic] if material.topic else []
    if material.file is not None:
        details.append(size(material.file.size))
    return f"{material.id}: {material.title}" + (f" ({', '.join(details)})" if details else "")


def material_details(material: Material, published_at: str) -> list[str]:
    details = [f"Topic: {material.topic}"] if material.topic else []
    if material.file is not None:
        details.append(file_line(material.file.name, material.file.size))
    return [*details, f"Published {published_at}"]


# --- assignments ---

ASSIGNMENTS_SUMMARY = "what there is to do, and by when"
NEWASSIGNMENT_SUMMARY = "set an assignment"
WHICH_ASSIGNMENT = "Which assignment?"
ASSIGNMENT_TITLE_PROMPT = "What is its title?"
POINTS_MAX_PROMPT = "How many points is it worth?"
INSTRUCTIONS_PROMPT = "What is to be done?"
NO_INSTRUCTIONS = "Without instructions."
NO_ASSIGNMENTS = "There are no assignments yet."
HAND_IN = "Hand in"
HAND_IN_AGAIN = "Hand in again"


def new_assignment(title: str) -> str:
    return f"Publish the assignment “{title}”?"


def points_and_due(points: int, due: str) -> str:
    return f"{counted(points, 'point', 'points')}, due {due}"


def assignment_line(assignment_id: str, title: str, due: str, state: str) -> str:
    return f"{assignment_id}: {title}, due {due}; {state}"


def handed_in_by(students: int) -> str:
    return f"handed in by {counted(students, 'student', 'students')}"


def own_attempts(attempts: int) -> str:
    return f"handed in, attempt {attempts}" if attempts else "not handed in yet"


def graded(points: int, points_max: int) -> str:
    return f"graded {points} / {points_max}"


def no_such_assignment(assignment_id: str, others: list[str]) -> str:
    hint = f"There are: {', '.join(others)}." if others else NO_ASSIGNMENTS
    return f"There is no assignment {assignment_id}. {hint}"


# --- submissions ---

SUBMIT_SUMMARY = "hand in your work"
SUBMISSIONS_SUMMARY = "every attempt handed in"
WHICH_SUBMISSION = "Which submission?"
WHICH_FILE = "Which of its files, by number?"
WORK_TEXT_PROMPT = "Your work, as text."
WORK_PROMPT = "Send your work: files, or a text. Choose Done after the last file."
NOTHING_TO_HAND_IN = "There is nothing to hand in: send a text or a file."
NO_SUBMISSIONS = "Nothing was handed in yet."
THE_TEXT = "text"


def hand_in_card(assignment_id: str, title: str, attempt: int) -> str:
    return f"Hand in {assignment_id}: {title}, attempt {attempt}?"


def due_or_late(due: str, late: bool) -> str:
    return f"LATE: it was due {due}" if late else f"Due {due}"


def handed_in(submission_id: str, assignment_id: str, attempt: int) -> str:
    return f"Handed in {submission_id}: attempt {attempt} of {assignment_id}"


def when_handed_in(when: str, late: bool) -> str:
    return f"Handed in {when}{', LATE' if late else ''}"


def receipt_line(name: str, count: int, sha256: str) -> str:
    return f"{file_line(name, count)}, SHA-256 {sha256}"


def submission_headline(submission: Submission) -> str:
    whose = f"{submission.student_name}, attempt {submission.attempt}"
    return shortened(f"{submission.id}: {submission.assignment_id}, {whose}")


def submission_line(submission: Submission, when: str) -> str:
    marks = [mark for mark, true in (("LATE", submission.late), ("graded", submission.graded)) if true]
    return ", ".join([submission_headline(submission), when, *marks])


def grade_item(submission_id: str) -> str:
    return f"Grade {submission_id}"


def file_of(submission_id: str, name: str) -> str:
    return f"{submission_id}: {name}"


def no_such_file(submission_id: str, count: int) -> str:
    return f"{submission_id} has {counted(count, 'file', 'files')}."


# --- grades ---

PENDING_SUMMARY = "what waits to be graded"
GRADE_SUMMARY = "grade a submission, as a draft"
RELEASE_SUMMARY = "publish an assignment's draft grades"
GRADES_SUMMARY = "your grades and feedback"
PROGRESS_SUMMARY = "what is read, handed in and graded"
POINTS_PROMPT = "How many points?"
FEEDBACK_PROMPT = "What do you say to the student?"
REPLACES_PROMPT = "Replace that grade? (/cancel leaves it as it is.)"
NOTHING_TO_GRADE = "Nothing waits to be graded."
NOT_YET_RELEASED = "A draft: the student does not see it before it is released."
NO_GRADES = "No grade was released to you yet."
FEEDBACK = "Feedback"
OWN_PROGRESS = "Your progress"


def points(grade: Grade) -> str:
    return f"{grade.points} / {grade.points_max}"


def grade_line(grade: Grade) -> str:
    return f"{grade.assignment_id}: {grade.assignment_title}, {points(grade)} ({grade.id})"


def grade_detail(grade: Grade, drafts: bool) -> str:
    state = f", by {grade.grader}, {'released' if grade.released else 'draft'}" if drafts else ""
    return f"Grade: {points(grade)}{state}"


def grade_saved(grade: Grade) -> str:
    return f"Graded {grade.id} of {grade.student_name}: {points(grade)}"


def feedback_detail(feedback: str) -> list[str]:
    return [f"{FEEDBACK}: {feedback}"] if feedback else []


def release_item(drafts: int, assignment_id: str) -> str:
    return f"Release {counted(drafts, 'grade', 'grades')} of {assignment_id}"


def drafts_waiting(drafts: Mapping[str, int]) -> list[str]:
    return [
        f"{counted(count, 'draft grade', 'draft grades')} of {assignment_id} not released yet."
        for assignment_id, count in sorted(drafts.items())
    ]


def released(count: int, assignment_id: str) -> str:
    if not count:
        return f"{assignment_id} has no draft grades; nothing was released"
    return f"Released {counted(count, 'grade', 'grades')} of {assignment_id}"


def someone_else_graded(current: Grade) -> str:
    return f"{current.grader} has given {current.id} {points(current)}."


def replace_grade(current: Grade) -> str:
    return f"Replace {points(current)} by {current.grader}"


def total(own: int, most: int) -> str:
    return f"{own} of {most} points so far"


def own_progress(progress: Progress) -> list[str]:
    return [
        f"Read {progress.materials_read} of {counted(progress.materials, 'material', 'materials')}",
        f"Handed in {progress.assignments_submitted} of "
        f"{counted(progress.assignments, 'assignment', 'assignments')}",
        f"Graded {progress.assignments_graded}: {progress.points} of "
        f"{counted(progress.points_max, 'point', 'points')}",
    ]


def progress_line(progress: Progress) -> str:
    return (
        f"{progress.student_name}: read {progress.materials_read}/{progress.materials}, "
        f"handed in {progress.assignments_submitted}/{progress.assignments}, "
        f"{progress.points}/{progress.points_max} points"
    )


# --- questions ---

ASK_SUMMARY = "ask the tutor or an instructor"
QUESTIONS_SUMMARY = "questions and their answers"
INBOX_SUMMARY = "questions that wait for an instructor"
ANSWER_SUMMARY = "answer a question"
TO_WHOM = "Whom do you ask: the tutor (at once, from the materials) or an instructor?"
QUESTION_PROMPT = "What is your question?"
WHICH_QUESTION = "Which question?"
ANSWER_PROMPT = "What is your answer?"
ANONYMOUS = "Nobody sees who asked. You will be told when it is answered."
NO_QUESTIONS = "No questions yet."
INBOX_EMPTY = "No question waits for an answer."
NOT_YET_ANSWERED = "Not answered yet."
ASK_INSTRUCTOR = "Ask an instructor"
RECIPIENTS = {Recipient.TUTOR: "The tutor", Recipient.INSTRUCTOR: "An instructor"}

TUTOR_QUOTES = "From the tutor, a program that quotes the course materials:"
TUTOR_GENERATED = "From the tutor, a program that wrote this itself; it may be wrong:"
TUTOR_ABSTAINS = "From the tutor, a program that only quotes the course materials:"


def asked_instructor(query_id: str) -> str:
    return f"Asked the instructors: {query_id}"


def asked_tutor(query_id: str) -> str:
    return f"Asked the tutor: {query_id}"


def tutor_away(query_id: str) -> str:
    return f"The tutor is away; your question {query_id} is kept and will be answered when it returns."


def tutor_slow(query_id: str) -> str:
    return f"The tutor is still at your question {query_id}; you will be told when it is answered."


def answered(query_id: str) -> str:
    return f"Answered {query_id}"


def answer_item(query_id: str) -> str:
    return f"Answer {query_id}"


def answer_from(author: str) -> str:
    return f"From {author}:"


def source(citation: Citation) -> str:
    return f"{citation.material_id}, {citation.place}" if citation.place else citation.material_id


def sources(named: Iterable[str]) -> str:
    return f"Sources: {'; '.join(named)}"


def question_line(query: Query, when: str) -> str:
    state = "answered" if query.answered else "waiting"
    return f"{item_label(query.id, query.text)} ({when}, {state})"


def question_headline(query: Query, when: str) -> str:
    to_whom = "the tutor" if query.recipient is Recipient.TUTOR else "the instructors"
    return f"{query.id}: {query.pseudonym} to {to_whom}, {when}"
