"""What is said about work handed in, and its grades."""

from __future__ import annotations

from collections.abc import Mapping

from bot.client.api import Grade, Progress, Submission
from bot.commands.text import phrases

# --- submissions ---

SUBMIT_SUMMARY = "hand in your work"
SUBMISSIONS_SUMMARY = "every attempt handed in"
HAND_IN_AGAIN = "Hand in again"
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
    return f"{phrases.file_line(name, count)}, SHA-256 {sha256}"


def submission_headline(submission: Submission) -> str:
    whose = f"{submission.student_name}, attempt {submission.attempt}"
    return phrases.shortened(f"{submission.id}: {submission.assignment_id}, {whose}")


def submission_line(submission: Submission, when: str) -> str:
    marks = [mark for mark, true in (("LATE", submission.late), ("graded", submission.graded)) if true]
    return ", ".join([submission_headline(submission), when, *marks])


def grade_item(submission_id: str) -> str:
    return f"Grade {submission_id}"


def file_of(submission_id: str, name: str) -> str:
    return f"{submission_id}: {name}"


def no_such_file(submission_id: str, count: int) -> str:
    return f"{submission_id} has {phrases.counted(count, 'file', 'files')}."


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
    return f"Release {phrases.counted(drafts, 'grade', 'grades')} of {assignment_id}"


def release_all(assignment_id: str) -> str:
    return f"Release the grades of {assignment_id}"


def drafts_waiting(drafts: Mapping[str, int]) -> list[str]:
    return [
        f"{phrases.counted(count, 'draft grade', 'draft grades')} of {assignment_id} not released yet."
        for assignment_id, count in sorted(drafts.items())
    ]


def released(count: int, assignment_id: str) -> str:
    if not count:
        return f"{assignment_id} has no draft grades; nothing was released"
    return f"Released {phrases.counted(count, 'grade', 'grades')} of {assignment_id}"


def graded_already(current: Grade) -> str:
    return f"{current.grader} has given {current.id} {points(current)}."


def replace_grade(current: Grade) -> str:
    return f"Replace {points(current)} by {current.grader}"


def total(own: int, most: int) -> str:
    return f"{own} of {most} points so far"


def own_progress(progress: Progress) -> list[str]:
    return [
        f"Read {progress.materials_read} of {phrases.counted(progress.materials, 'material', 'materials')}",
        f"Handed in {progress.assignments_submitted} of "
        f"{phrases.counted(progress.assignments, 'assignment', 'assignments')}",
        f"Graded {progress.assignments_graded}: {progress.points} of "
        f"{phrases.counted(progress.points_max, 'point', 'points')}",
    ]


def progress_line(progress: Progress) -> str:
    return (
        f"{progress.student_name}: read {progress.materials_read}/{progress.materials}, "
        f"handed in {progress.assignments_submitted}/{progress.assignments}, "
        f"{progress.points}/{progress.points_max} points"
    )
