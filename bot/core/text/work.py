"""What is said about work handed in, and its grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.language import Phrase, tr, trn

# --- submissions ---

SUBMIT_SUMMARY = Phrase("hand in your work")
SUBMISSIONS_SUMMARY = Phrase("every attempt handed in")
HAND_IN_AGAIN = Phrase("Hand in again")
WHICH_SUBMISSION = Phrase("Which submission?")
WORK_TEXT_PROMPT = Phrase("Your work, as text.")
WORK_PROMPT = Phrase("Send your work: files, or a text. Choose Done after the last file.")
NOTHING_TO_HAND_IN = Phrase("There is nothing to hand in: send a text or a file.")
NO_SUBMISSIONS = Phrase("Nothing was handed in yet.")


def hand_in_card(assignment_id: str, title: str, attempt: int, attempts_max: int) -> str:
    """`attempts_max` is 0 when there may be any number."""
    if attempts_max:
        return tr(
            "Hand in {assignment}: {title}, attempt {attempt} of {attempts_max}?",
            assignment=assignment_id,
            title=title,
            attempt=attempt,
            attempts_max=attempts_max,
        )
    return tr(
        "Hand in {assignment}: {title}, attempt {attempt}?",
        assignment=assignment_id,
        title=title,
        attempt=attempt,
    )


def due_or_late(due: str, late: bool) -> str:
    return tr("LATE: it was due {due}", due=due) if late else tr("Due {due}", due=due)


def handed_in(submission_id: str, assignment_id: str, attempt: int) -> str:
    return tr(
        "Handed in {submission}: attempt {attempt} of {assignment}",
        submission=submission_id,
        attempt=attempt,
        assignment=assignment_id,
    )


def when_handed_in(when: str, late: bool) -> str:
    return tr("Handed in {when}, LATE", when=when) if late else tr("Handed in {when}", when=when)


def late_share(percent: int, how_late: str = "") -> str:
    if not how_late:
        return tr("Lateness takes up to {percent} % of the points", percent=percent)
    return tr("{how_late}: up to {percent} % of the points off", how_late=how_late, percent=percent)


def receipt(submission_id: str, sha256: str, index: int, term: int) -> str:
    """What `lmsctl receipt verify` takes."""
    return tr(
        "Receipt: {submission}, SHA-256 {sha256}, entry {index}, term {term}",
        submission=submission_id,
        sha256=sha256,
        index=index,
        term=term,
    )


def same_as_own_attempt(name: str, attempt: int, submission_id: str) -> str:
    return tr(
        "Note: {name} is the same file as in your attempt {attempt} ({submission}).",
        name=name,
        attempt=attempt,
        submission=submission_id,
    )


def same_as_own_work(name: str, submission_id: str, assignment_id: str) -> str:
    return tr(
        "Note: {name} is the same file as in your {submission} for {assignment}.",
        name=name,
        submission=submission_id,
        assignment=assignment_id,
    )


def same_files(submission_ids: Sequence[str]) -> str:
    return tr("The same file is in {submissions}", submissions=", ".join(submission_ids))


def submission_headline(submission_id: str, assignment_id: str, student: str, attempt: int) -> str:
    return tr(
        "{submission}: {assignment}, {student}, attempt {attempt}",
        submission=submission_id,
        assignment=assignment_id,
        student=student,
        attempt=attempt,
    )


def submission_line(headline: str, when: str, late: bool, graded: bool) -> str:
    marks = ([tr("LATE")] if late else []) + ([tr("graded")] if graded else [])
    return ", ".join([headline, when, *marks])


def grade_item(submission_id: str) -> str:
    return tr("Grade {submission}", submission=submission_id)


# --- grades ---

PENDING_SUMMARY = Phrase("what waits to be graded")
GRADE_SUMMARY = Phrase("grade a submission, as a draft")
RELEASE_SUMMARY = Phrase("publish an assignment's draft grades")
GRADES_SUMMARY = Phrase("your grades and feedback")
PROGRESS_SUMMARY = Phrase("what is read, handed in and graded")
POINTS_PROMPT = Phrase("How many points?")
FEEDBACK_PROMPT = Phrase("What do you say to the student?")
NOTHING_TO_GRADE = Phrase("Nothing waits to be graded.")
NOT_YET_RELEASED = Phrase("A draft: the student does not see it before it is released.")
NO_GRADES = Phrase("No grade was released to you yet.")
OWN_PROGRESS = Phrase("Your progress")
READ = Phrase("Read")
HANDED_IN = Phrase("Handed in")
GRADED = Phrase("Graded")
POINTS = Phrase("Points")
FEEDBACK = Phrase("Feedback:")
"""Stands before the feedback itself."""


def points_of(points: int, points_max: int) -> str:
    return f"{points} / {points_max}"


def grade_line(assignment_id: str, title: str, points: str, submission_id: str) -> str:
    return f"{assignment_id}: {title}, {points} ({submission_id})"


def grade_detail(points: str) -> str:
    return tr("Grade: {points}", points=points)


def grade_detail_for_instructors(points: str, grader: str, released: bool) -> str:
    if released:
        return tr("Grade: {points}, by {grader}, released", points=points, grader=grader)
    return tr("Grade: {points}, by {grader}, draft", points=points, grader=grader)


def grade_saved(submission_id: str, student: str, points: str) -> str:
    return tr(
        "Graded {submission} of {student}: {points}", submission=submission_id, student=student, points=points
    )


def submissions_to_grade(count: int) -> str:
    return trn(count, "{count} submission to grade", "{count} submissions to grade")


def release_item(drafts: int, assignment_id: str) -> str:
    return trn(
        drafts,
        "Release {count} grade of {assignment}",
        "Release {count} grades of {assignment}",
        assignment=assignment_id,
    )


def release_all(assignment_id: str) -> str:
    return tr("Release the grades of {assignment}", assignment=assignment_id)


def drafts_waiting(drafts: Mapping[str, int]) -> list[str]:
    return [
        trn(
            count,
            "{count} draft grade of {assignment} not released yet.",
            "{count} draft grades of {assignment} not released yet.",
            assignment=assignment_id,
        )
        for assignment_id, count in drafts.items()
    ]


def released(count: int, assignment_id: str) -> str:
    if not count:
        return tr("{assignment} has no draft grades; nothing was released", assignment=assignment_id)
    return trn(
        count,
        "Released {count} grade of {assignment}",
        "Released {count} grades of {assignment}",
        assignment=assignment_id,
    )


def materials_read(read: int, materials: int) -> str:
    return trn(materials, "Read {read} of {count} material", "Read {read} of {count} materials", read=read)


def assignments_handed_in(handed_in: int, assignments: int) -> str:
    return trn(
        assignments,
        "Handed in {done} of {count} assignment",
        "Handed in {done} of {count} assignments",
        done=handed_in,
    )


def assignments_graded(graded: int, points: str, points_max: int) -> str:
    return trn(
        points_max,
        "Graded {graded}: {points} of {count} point",
        "Graded {graded}: {points} of {count} points",
        graded=graded,
        points=points,
    )


def progress_line(student: str, read: str, handed_in: str, points: str) -> str:
    """The last three as "2/3"."""
    return tr(
        "{student}: read {read}, handed in {handed_in}, {points} points",
        student=student,
        read=read,
        handed_in=handed_in,
        points=points,
    )
