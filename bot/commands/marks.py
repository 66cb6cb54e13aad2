"""What a grader types for points: one number, or a score for each line of the assignment's rubric."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.client.api import Assignment, RubricLine, RubricScore
from bot.commands import arguments
from bot.core.command import BadValue, Part
from bot.core.text import grading as text

LINES_MAX = 50

_whole_number = arguments.whole_number(0, arguments.POINTS_MAX)
_SCORE = re.compile(r"(?:(?P<criterion>[^:,]+):)?\s*(?P<points>\d{1,4})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Marks:
    """Either `points` as a whole, or `scores` as (criterion, points), else in the rubric's order."""

    points: int | None
    scores: tuple[tuple[str, int], ...] = ()


def parse(word: str) -> Marks:
    """ "18", "8,9", "clarity:8,proof:9", or the first scores of a rubric with a comma behind: "8,"."""
    found = word.strip()
    if "," not in found and ":" not in found:
        return Marks(_whole_number(found))
    pieces = found.removesuffix(",").split(",")
    scores = [_SCORE.fullmatch(piece.strip()) for piece in pieces[: LINES_MAX + 1]]
    if len(pieces) > LINES_MAX:
        raise BadValue(text.marks_not_understood(word))
    read = []
    for score in scores:
        if score is None:
            raise BadValue(text.marks_not_understood(word))
        read.append(((score["criterion"] or "").strip(), int(score["points"])))
    if len({bool(criterion) for criterion, _ in read}) > 1:
        raise BadValue(text.marks_not_understood(word))
    return Marks(None, tuple(read))


def next_line(marks: Marks | None, rubric: Sequence[RubricLine]) -> Part | None:
    """The question for the next line of the rubric; None where nothing is to be asked line by line."""
    given: tuple[tuple[str, int], ...] = () if marks is None else marks.scores
    by_name = any(criterion for criterion, _ in given)
    whole = marks is not None and marks.points is not None
    if not rubric or whole or by_name or len(given) >= len(rubric):
        return None
    line = rubric[len(given)]

    def keep(answer: str) -> str:
        if not given and ("," in answer or ":" in answer):
            parse(answer)
            return answer
        points = _whole_number(answer)
        if points > line.points:
            raise BadValue(text.line_out_of_range(line.criterion, line.points, points))
        return "".join(f"{each}," for each in (*(points for _, points in given), points))

    return Part(text.line_prompt(line.criterion, line.points, len(given) + 1, len(rubric)), keep)


def scored(marks: Marks, assignment: Assignment) -> tuple[int, tuple[RubricScore, ...]]:
    """The points and the scores for each line of the rubric, or none for a grade as a whole.

    Raises BadValue where they do not fit the rubric.
    """
    if marks.points is not None:
        return marks.points, ()
    rubric = assignment.rules.rubric
    if not rubric:
        raise BadValue(text.no_rubric(assignment.id))
    given = _by_criterion(marks, rubric)
    if given is None:
        raise BadValue(text.rubric_is(assignment.id, [f"{line.criterion}:{line.points}" for line in rubric]))
    for line in rubric:
        if given[line.criterion] > line.points:
            raise BadValue(text.line_out_of_range(line.criterion, line.points, given[line.criterion]))
    scores = tuple(RubricScore(line.criterion, given[line.criterion]) for line in rubric)
    return sum(score.points for score in scores), scores


def _by_criterion(marks: Marks, rubric: Sequence[RubricLine]) -> dict[str, int] | None:
    """None unless there is one score for each line."""
    if len(marks.scores) != len(rubric):
        return None
    if not marks.scores[0][0]:
        return {line.criterion: points for line, (_, points) in zip(rubric, marks.scores, strict=True)}
    # To the letter first: a rubric may tell its lines apart by their capitals alone.
    for alike in (str, str.casefold):
        written = {alike(criterion): points for criterion, points in marks.scores}
        lines = {alike(line.criterion): line.criterion for line in rubric}
        if len(written) == len(lines) == len(rubric) and written.keys() == lines.keys():
            return {criterion: written[key] for key, criterion in lines.items()}
    return None
