"""What is said about the whole of the grades: the gradebook, its files, statistics."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

# --- the gradebook ---

GRADEBOOK_SUMMARY = Phrase("every student's scores, here or as a CSV file")
GRADEBOOK_FORM_PROMPT = Phrase("As csv (for Canvas), or long (one row a grade)?")
GRADEBOOK = Phrase("Gradebook")
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "Points Possible"
"""As Canvas calls them in every language. The last stands where a name does, above what there was to earn."""
CANVAS_FILE = Phrase("CSV file for Canvas")
LONG_FILE = Phrase("CSV file, one row a grade")
STUDENT = Phrase("Student")
TOTAL = Phrase("Total")
NO_STUDENTS = Phrase("There are no students yet.")
NONE = "–"
"""Stands for a grade that there is not."""


def not_a_form(word: str) -> str:
    return tr("“{word}” is no form of the gradebook; choose csv or long.", word=phrases.shortened(word))


def headline(students: int, assignments: int) -> str:
    return tr(
        "Gradebook: {students}, {assignments}",
        students=phrases.students(students),
        assignments=phrases.assignments(assignments),
    )


def assignment_line(label: str, graded: int, drafts: int, points_max: int) -> str:
    """`label` is id and title."""
    if drafts:
        return tr(
            "{label}: {graded} graded (drafts: {drafts}), of {points_max}",
            label=label,
            graded=graded,
            drafts=drafts,
            points_max=points_max,
        )
    return tr("{label}: {graded} graded, of {points_max}", label=label, graded=graded, points_max=points_max)


def student_line(student: str, scores: Sequence[str], total: str) -> str:
    """`scores` as "A1 14", one for each assignment."""
    return tr("{student}: {scores}; total {total}", student=student, scores=", ".join(scores), total=total)


def draft(score: str) -> str:
    return f"{score}*"


def drafts_included(count: int) -> list[str]:
    if not count:
        return []
    return [
        trn(
            count,
            "{count} of these is a draft, which its student does not see yet: *, and in italics.",
            "{count} of these are drafts, which their students do not see yet: *, and in italics.",
        )
    ]


def file_headline(name: str, rows: int) -> str:
    return trn(rows, "{name}: {count} row", "{name}: {count} rows", name=name)


def in_parts(count: int) -> list[str]:
    if count == 1:
        return []
    return [
        tr("In {count} files, so that none is too large to be sent back; send each by itself.", count=count)
    ]


SCORES_ARE_AFTER_LATENESS = Phrase("Scores are what is left after lateness, drafts too.")
LONG_FORM_EXPLAINED = Phrase("Points are as given, scores what lateness left of them; drafts are marked.")
CAN_BE_IMPORTED = Phrase("Change it and send it with /importgrades: what differs becomes a draft.")

# --- imports ---

IMPORTGRADES_SUMMARY = Phrase("take grades from a CSV file")
IMPORT_FILE_PROMPT = Phrase("Send the CSV file: the gradebook's columns, or username, assignment and points.")
IMPORT_LABEL = Phrase("Import")
THEY_BECOME_DRAFTS = Phrase("They become drafts: nobody is told before you release them.")
CHANGED_FILE = Phrase("That file is not the one that I checked. Please begin again with /importgrades.")
NO_GRADES_IN_FILE = Phrase(
    "I find no grades in that file. It needs the gradebook's columns, or username, assignment and points."
)
NO_STUDENT_NAMED = Phrase("no SIS Login ID says whose grades these are")


def nothing_to_import(count: int) -> str:
    return trn(
        count,
        "Nothing to import: the {count} grade in that file is as it was.",
        "Nothing to import: all {count} grades in that file are as they were.",
    )


def import_card(count: int, name: str) -> str:
    return trn(count, "Import {count} grade from {name}?", "Import {count} grades from {name}?", name=name)


def import_counts(added: int, changed: int, unchanged: int) -> str:
    return tr(
        "{added} new, {changed} changed, {unchanged} as before",
        added=added,
        changed=changed,
        unchanged=unchanged,
    )


def new_grade(student: str, assignment_id: str, value: str) -> str:
    return tr("{student}, {assignment}: {value}, new", student=student, assignment=assignment_id, value=value)


def changed_grade(student: str, assignment_id: str, before: str, after: str) -> str:
    return f"{student}, {assignment_id}: {before} → {after}"


def columns_left_out(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [tr("I leave out: {columns}.", columns=", ".join(phrases.shortened(name) for name in names))]


def imported(count: int) -> str:
    return trn(count, "Imported {count} grade", "Imported {count} grades")


def too_many_grades(count: int, count_max: int) -> str:
    return tr(
        "{count} grades would change; at most {count_max} can at once. Send the file in parts.",
        count=count,
        count_max=count_max,
    )


def not_a_number(word: str) -> str:
    return tr("“{word}” is no number of points", word=phrases.shortened(word))


def out_of_range(points_max: int, sent: str) -> str:
    return tr("must be 0 to {points_max}, you sent {sent}", points_max=points_max, sent=sent)


def no_such_assignment(assignment_id: str) -> str:
    return tr("there is no assignment {assignment}", assignment=phrases.shortened(assignment_id))


def no_such_student(username: str) -> str:
    return tr("there is no student {student}", student=phrases.shortened(username))


def earlier_attempt(item: str, newest: str) -> str:
    return tr(
        "{item} is an earlier attempt; the newest one, {newest}, is the one to grade.",
        item=item,
        newest=newest,
    )


def not_handed_in(username: str, assignment_id: str) -> str:
    return tr(
        "{student} has not handed in {assignment}; leave it empty", student=username, assignment=assignment_id
    )


def given_twice(username: str, assignment_id: str, line: int) -> str:
    return tr(
        "{student} has a grade of {assignment} in line {line} already",
        student=username,
        assignment=assignment_id,
        line=line,
    )


# --- statistics ---

STATS_SUMMARY = Phrase("what an assignment came to")
NOTHING_GRADED = Phrase("Nothing is graded yet.")
SCORES = Phrase("Score, after lateness")
STUDENTS = Phrase("Students")


def statistics_of(assignment: str) -> str:
    return tr("Statistics of {assignment}", assignment=assignment)


def handed_in(submitted: int, students: int, late: int, missing: int) -> str:
    return tr(
        "Handed in {submitted} of {students}: {late} late, {missing} missing",
        submitted=submitted,
        students=students,
        late=late,
        missing=missing,
    )


def graded(graded: int, released: int) -> str:
    return tr("Graded n = {graded}, released {released}", graded=graded, released=released)


def centre(mean: int, median: int, points_max: int) -> str:
    """In hundredths of a point, but for the most points."""
    return tr(
        "Mean {mean}, median {median}, of {points_max}",
        mean=phrases.in_points(mean),
        median=phrases.in_points(median),
        points_max=points_max,
    )


def spread(lower: int, upper: int, least: int, most: int) -> str:
    """In hundredths of a point."""
    return tr(
        "Quartiles {lower} and {upper}, lowest {least}, highest {most}",
        lower=phrases.in_points(lower),
        upper=phrases.in_points(upper),
        least=phrases.in_points(least),
        most=phrases.in_points(most),
    )
