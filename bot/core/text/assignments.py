"""What is said about assignments: when and how often work is taken, what lateness costs, extensions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

ASSIGNMENTS_SUMMARY = Phrase("what there is to do, and by when")
NEWASSIGNMENT_SUMMARY = Phrase("set an assignment")
EXTEND_SUMMARY = Phrase("give a student more time")
TITLE_PROMPT = Phrase("What is its title?")
POINTS_MAX_PROMPT = Phrase("How many points is it worth?")
INSTRUCTIONS_PROMPT = Phrase("What is to be done?")
INSTRUCTION_FILES_PROMPT = Phrase("What is to be done? Send a text, files, or both; then choose Done.")
OPENS_PROMPT = Phrase("When does it open? Before that, students see its dates alone.")
CUTOFF_PROMPT = Phrase("Until when is late work taken?")
ATTEMPTS_PROMPT = Phrase("How many attempts does a student have?")
LATE_PROMPT = Phrase("What does lateness cost? For example 10%/day, 5%/hour, 20%/week or 10%/12h.")
MINIMUM_PROMPT = Phrase("Below which share of the points does lateness alone take no grade? For example 40%.")
RUBRIC_PROMPT = Phrase("How is it graded? For example clarity:8,proof:12.")
STUDENT_PROMPT = Phrase("Which student, by user name?")

NO_INSTRUCTIONS = Phrase("Without instructions.")
NO_ASSIGNMENTS = Phrase("There are no assignments yet.")
NO_STUDENTS = Phrase("There are no students yet.")
NOTHING_OPEN = Phrase("No assignment takes work from you at the moment.")
HAND_IN = Phrase("Hand in")
GIVE_EXTENSION = Phrase("Give more time")
LATE_NOT_UNDERSTOOD = Phrase("Write what lateness costs as 10%/day, 5%/hour, 20%/week or 10%/12h.")
RUBRIC_NOT_UNDERSTOOD = Phrase("Write a rubric as clarity:8,proof:12: each criterion once, with its points.")
TOLD_WHEN_IT_OPENS = Phrase("Students are told when it opens.")
LATE_FOR_MINIMUM = Phrase("must be said for min= to mean something")
CLOSED_AND_MISSED = Phrase("closed, not handed in")
EXTENDED = Phrase("more time for you")


# --- lists and cards ---


def new_assignment(title: str) -> str:
    return tr("Publish the assignment “{title}”?", title=title)


def points_and_due(points: int, due: str) -> str:
    return trn(points, "{count} point, due {due}", "{count} points, due {due}", due=due)


def line(assignment_id: str, title: str, due: str, state: Sequence[str]) -> str:
    return tr(
        "{assignment}: {title}, due {due}; {state}",
        assignment=assignment_id,
        title=title,
        due=due,
        state=", ".join(state),
    )


def opening_line(assignment_id: str, title: str, opens: str) -> str:
    return tr("{assignment}: {title}, opens {opens}", assignment=assignment_id, title=title, opens=opens)


def handed_in_by(students: int) -> str:
    return trn(students, "handed in by {count} student", "handed in by {count} students")


def own_attempts(attempts: int, late: bool) -> str:
    if not attempts:
        return tr("not handed in yet")
    if late:
        return tr("handed in LATE, attempt {attempt}", attempt=attempts)
    return tr("handed in, attempt {attempt}", attempt=attempts)


def attempts_left(count: int) -> str:
    return trn(count, "{count} attempt left", "{count} attempts left")


def graded(points: str) -> str:
    """`points` as "18 / 20"."""
    return tr("graded {points}", points=points)


def shown_when_it_opens(when: str) -> str:
    return tr("What is to be done is shown when it opens: {when}", when=when)


def everybodys_due(when: str) -> str:
    return tr("You have more time: everybody else's work is due {when}", when=when)


def extension_line(student: str, when: str) -> str:
    return tr("{student} has until {when}", student=student, when=when)


# --- rules ---


def opens(when: str) -> str:
    return tr("Opens {when}", when=when)


def closes(when: str) -> str:
    return tr("Late work is taken until {when}", when=when)


def late_is_free(until: str) -> str:
    """`until` is empty where late work is taken without end."""
    if not until:
        return tr("Late work is taken, without deduction")
    return tr("Late work is taken until {when}, without deduction", when=until)


def has_closed(when: str) -> str:
    return tr("Late work was taken until {when}", when=when)


def closes_when_due() -> str:
    return tr("Late work is not taken")


def attempts_max(count: int) -> str:
    return trn(count, "{count} attempt", "{count} attempts")


def late_policy(percent: int, interval_minutes: int, minimum_percent: int) -> str:
    cost = _late_cost(percent, interval_minutes)
    if not minimum_percent:
        return cost
    return tr("{cost}, but to no less than {minimum} %", cost=cost, minimum=minimum_percent)


def _late_cost(percent: int, minutes: int) -> str:
    match minutes:
        case 60:
            return tr("Lateness costs {percent} % of the points for each hour begun", percent=percent)
        case 1440:
            return tr("Lateness costs {percent} % of the points for each day begun", percent=percent)
        case 10080:
            return tr("Lateness costs {percent} % of the points for each week begun", percent=percent)
        case _ if minutes % 60 == 0:
            return tr(
                "Lateness costs {percent} % of the points for each {hours} hours begun",
                percent=percent,
                hours=minutes // 60,
            )
        case _:
            return tr(
                "Lateness costs {percent} % of the points for each {minutes} minutes begun",
                percent=percent,
                minutes=minutes,
            )


def rubric(lines: Sequence[tuple[str, int]]) -> str:
    """`lines`: criteria and their points."""
    listed = ", ".join(f"{criterion} {points}" for criterion, points in lines)
    return tr("Graded by {rubric}", rubric=listed)


def how_late(percent: int, interval_minutes: int, begun: int) -> str:
    """ "2 days late, at 10 % a day": so many intervals have begun, each of which costs `percent`."""
    match interval_minutes:
        case 60:
            return trn(
                begun,
                "{count} hour late, at {percent} % an hour",
                "{count} hours late, at {percent} % an hour",
                percent=percent,
            )
        case 1440:
            return trn(
                begun,
                "{count} day late, at {percent} % a day",
                "{count} days late, at {percent} % a day",
                percent=percent,
            )
        case 10080:
            return trn(
                begun,
                "{count} week late, at {percent} % a week",
                "{count} weeks late, at {percent} % a week",
                percent=percent,
            )
        case minutes if minutes % 60 == 0:
            return tr(
                "{late} hours late, at {percent} % for each {hours} hours",
                late=begun * minutes // 60,
                percent=percent,
                hours=minutes // 60,
            )
        case minutes:
            return tr(
                "{late} minutes late, at {percent} % for each {minutes} minutes",
                late=begun * minutes,
                percent=percent,
                minutes=minutes,
            )


def lateness_costs(percent: int, points_max: int, how_late: str) -> str:
    """`how_late` is empty where the whole is lost anyhow."""
    points = phrases.in_points(percent * points_max)
    if not how_late:
        return tr(
            "Lateness takes up to {points} of {points_max} points ({percent} %)",
            points=points,
            points_max=points_max,
            percent=percent,
        )
    return tr(
        "{how_late}: up to {points} of {points_max} points off ({percent} %)",
        how_late=how_late,
        points=points,
        points_max=points_max,
        percent=percent,
    )


# --- refusals ---


def no_such_assignment(assignment_id: str, open_ones: Sequence[str]) -> str:
    if not open_ones:
        return tr("There is no assignment {assignment}. None is open.", assignment=assignment_id)
    return tr(
        "There is no assignment {assignment}. Open ones: {others}.",
        assignment=assignment_id,
        others=", ".join(open_ones),
    )


def not_open(assignment_id: str, when: str) -> str:
    return tr("{assignment} opens on {when}.", assignment=assignment_id, when=when)


def closed(assignment_id: str, when: str) -> str:
    return tr("{assignment} closed on {when}.", assignment=assignment_id, when=when)


def attempts_used(assignment_id: str, attempts: int) -> str:
    if attempts == 1:
        return tr("The one attempt at {assignment} is used.", assignment=assignment_id)
    return tr("All {count} attempts at {assignment} are used.", count=attempts, assignment=assignment_id)


def before_due(due: str) -> str:
    return tr("must be before it is due ({due})", due=due)


def not_before_due(due: str) -> str:
    return tr("must not be before it is due ({due})", due=due)


def not_before_everybodys(due: str) -> str:
    return tr("must not be before everybody's date ({due})", due=due)


def rubric_total(points: int, total: int) -> str:
    return tr("must add up to {points} points, you sent {total}", points=points, total=total)


def no_such_student(username: str, meant: Sequence[str]) -> str:
    """`meant` are the user names of those who may be meant."""
    if not meant:
        return tr("There is no student {username}.", username=phrases.shortened(username))
    return tr(
        "There is no student {username}. Did you mean {meant}?",
        username=phrases.shortened(username),
        meant=", ".join(meant),
    )


# --- extensions ---


def extend_card(student: str, when: str, assignment: str) -> str:
    return tr(
        "Let {assignment} be due {when} for {student}?", student=student, when=when, assignment=assignment
    )


def due_for_everybody(when: str) -> str:
    return tr("For everybody it is due {when}", when=when)


def extended_so_far(when: str) -> str:
    return tr("So far this student has until {when}", when=when)


def extended(extension_id: str, student: str, when: str, assignment: str) -> str:
    return tr(
        "{extension}: {student} has until {when} for {assignment}",
        extension=extension_id,
        student=student,
        when=when,
        assignment=assignment,
    )


def told(student: str) -> str:
    return tr("{student} is told of it.", student=student)
