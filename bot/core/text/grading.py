"""What is said about grades: scores after lateness, rubrics, feedback, releases, requests to look again."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

# --- scores ---


def points_less_lateness(points: int, points_max: int, late_percent: int, deducted: int, score: int) -> str:
    """The last two in hundredths of a point."""
    return tr(
        "{points} / {points_max}, late ({percent} %) −{deducted} = {score}",
        points=points,
        points_max=points_max,
        percent=late_percent,
        deducted=phrases.in_points(deducted),
        score=phrases.in_points(score),
    )


def rubric_line(criterion: str, points: int, points_max: int | None) -> str:
    """`points_max` is None where it is not known."""
    earned = str(points) if points_max is None else f"{points} / {points_max}"
    return f"   {criterion}: {earned}"


# --- grading ---

REPLACES_PROMPT = Phrase("Overwrite? (/cancel leaves it as it is.)")
FEEDBACK_SUMMARY = Phrase("say something to a grade, or send a file with it")
FEEDBACK_OR_FILES_PROMPT = Phrase("Send your feedback: a text, or files. Choose Done after the last file.")
NO_FEEDBACK = Phrase("There is no feedback: send a text or a file.")
ADD_FEEDBACK = Phrase("Add feedback")


def points_prompt(points_max: int) -> str:
    return tr("How many points, 0 to {points_max}?", points_max=points_max)


def line_prompt(criterion: str, points_max: int, number: int, count: int) -> str:
    return tr(
        "{criterion}: how many points, 0 to {points_max}? ({number} of {count})",
        criterion=criterion,
        points_max=points_max,
        number=number,
        count=count,
    )


def marks_not_understood(word: str) -> str:
    return tr(
        "“{word}” is not a number of points; with a rubric write each line's, as 8,9 or clarity:8,proof:9.",
        word=phrases.shortened(word),
    )


def no_rubric(assignment_id: str) -> str:
    return tr("{assignment} has no rubric: give its points as one number.", assignment=assignment_id)


def rubric_is(assignment_id: str, lines: list[str]) -> str:
    return tr(
        "The rubric of {assignment} has these lines: {lines}. Give a score for each.",
        assignment=assignment_id,
        lines=", ".join(lines),
    )


def line_out_of_range(criterion: str, points_max: int, points: int) -> str:
    return tr(
        "{criterion} must be 0 to {points_max}, you sent {points}.",
        criterion=criterion,
        points_max=points_max,
        points=points,
    )


def changed_by(grader: str, when: str, points: str) -> str:
    return tr(
        "{grader} changed this grade at {when} (now {points}).", grader=grader, when=when, points=points
    )


def feedback_by(grader: str, when: str, feedback: str) -> str:
    return tr(
        "{grader} gave feedback at {when}: “{feedback}”.",
        grader=grader,
        when=when,
        feedback=phrases.shortened(feedback),
    )


def overwrite(points: str, grader: str) -> str:
    return tr("Overwrite {points} by {grader}", points=points, grader=grader)


def replace_feedback(grader: str) -> str:
    return phrases.shortened(tr("Replace the feedback of {grader}", grader=grader))


def next_to_grade(submission_id: str) -> str:
    return tr("Next: {submission}", submission=submission_id)


def feedback_saved(submission_id: str, student: str) -> str:
    return tr("Feedback on {submission} of {student}", submission=submission_id, student=student)


# --- releasing ---

RELEASE_WHAT = Phrase("Release the grades of which assignment, or of which submission?")
RELEASE_COUNT_PROMPT = Phrase("How many grades are to be released?")
RELEASE_LABEL = Phrase("Release")
TOLD_ON_RELEASE = Phrase("Each student is told, and sees points and feedback.")


def release_card(count: int, assignment: str) -> str:
    """`assignment` with its title."""
    return trn(
        count,
        "Release {count} grade of {assignment}?",
        "Release {count} grades of {assignment}?",
        assignment=assignment,
    )


def not_graded_yet(count: int) -> list[str]:
    if not count:
        return []
    return [trn(count, "{count} submission is not graded yet.", "{count} submissions are not graded yet.")]


def release_to(student: str) -> str:
    return phrases.shortened(tr("Release it to {student}", student=student))


def released_to(student: str, submission_id: str) -> str:
    return tr("Released the grade of {submission} to {student}", submission=submission_id, student=student)


def assignment_with_drafts(label: str, drafts: int) -> str:
    return trn(drafts, "{label} ({count} draft)", "{label} ({count} drafts)", label=label)


# --- a student's grades ---

ASK_FOR_REGRADE = Phrase("Ask to look again")
WHICH_GRADE = Phrase("Which assignment's grade?")


def no_grade_of(assignment_id: str) -> str:
    return tr("No grade of {assignment} was released to you yet.", assignment=assignment_id)


def total(score: int, points_max: int) -> str:
    """`score` in hundredths of a point."""
    return tr(
        "{points} of {points_max} points so far", points=phrases.in_points(score), points_max=points_max
    )


def graded_by(grader: str, when: str) -> str:
    return tr("Graded by {grader}, {when}", grader=grader, when=when)


# --- regrades ---

REGRADE_SUMMARY = Phrase("ask to have a grade looked at again")
REGRADES_SUMMARY = Phrase("requests to look at a grade again")
REASON_PROMPT = Phrase("Why should it be looked at again?")
REPLY_PROMPT = Phrase("What do you say to it?")
WHICH_REGRADE = Phrase("Which request?")
CLOSE_PROMPT = Phrase("Close it with this: yes or no?")
INSTRUCTORS_CLOSE = Phrase("Only instructors close a request to look at a grade again.")
SAY_SOMETHING = Phrase("Say something, or close it.")
NO_REGRADES = Phrase("Nobody asks to have a grade looked at again.")
NO_OWN_REGRADES = Phrase("You have not asked to have a grade looked at again.")
INSTRUCTORS_ARE_TOLD = Phrase("The instructors are told. You are told when they answer.")
CLOSE = Phrase("Close it")
REPLY = Phrase("Answer")
ADD_A_REASON = Phrase("Add something")


def regrade_requested(regrade_id: str, assignment: str) -> str:
    return tr("Asked to look again at {assignment}: {regrade}", assignment=assignment, regrade=regrade_id)


def reason_added(regrade_id: str, assignment: str) -> str:
    return tr("Added to {regrade} about {assignment}", assignment=assignment, regrade=regrade_id)


def regrade_requests(count: int) -> str:
    return trn(count, "{count} request to look again", "{count} requests to look again")


def regrade_line(regrade_id: str, assignment_id: str, student: str, when: str, resolved: bool) -> str:
    values = {"regrade": regrade_id, "assignment": assignment_id, "student": student, "when": when}
    if resolved:
        return tr("{regrade}: {assignment}, {student}, {when}, closed", **values)
    return tr("{regrade}: {assignment}, {student}, {when}, open", **values)


def regrade_headline(regrade_id: str, assignment: str, student: str, resolved: bool) -> str:
    values = {"regrade": regrade_id, "assignment": assignment, "student": student}
    if resolved:
        return tr("{regrade}: {student} about {assignment}, closed", **values)
    return tr("{regrade}: {student} about {assignment}, open", **values)


def said_by(author: str, when: str) -> str:
    return tr("{author}, {when}:", author=author, when=when)


def regrade_answered(regrade_id: str, student: str) -> str:
    return tr("Answered {regrade} of {student}", regrade=regrade_id, student=student)


def regrade_closed(regrade_id: str, student: str) -> str:
    return tr("Closed {regrade} of {student}", regrade=regrade_id, student=student)
