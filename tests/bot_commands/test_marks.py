"""Points as a grader types them, with a rubric and without."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.client.api import Assignment, AssignmentRules, RubricLine, RubricScore
from bot.commands.marks import Marks, next_line, parse, scored
from bot.core.command import BadValue

RUBRIC = (RubricLine("clarity", 8), RubricLine("Proof of it", 12))
NOW = datetime(2026, 11, 3, tzinfo=UTC)


def assignment(*rubric: RubricLine) -> Assignment:
    return Assignment("A1", "Clocks", "", 20, NOW, 0, AssignmentRules(rubric=rubric), None)


@pytest.mark.parametrize(
    ("word", "marks"),
    [
        ("18", Marks(18)),
        ("8,9", Marks(None, (("", 8), ("", 9)))),
        ("8,", Marks(None, (("", 8),))),
        ("clarity:8, proof of it : 9", Marks(None, (("clarity", 8), ("proof of it", 9)))),
    ],
)
def test_points_are_one_number_or_one_for_each_line(word: str, marks: Marks) -> None:
    assert parse(word) == marks


@pytest.mark.parametrize(
    "word", ["", "many", "-1", "1001", "8,,9", "8,x", ":8,9", "clarity:8,9", "clarity:", "1," * 60, "8.5"]
)
def test_what_is_no_points_is_refused(word: str) -> None:
    with pytest.raises(BadValue):
        parse(word)


@pytest.mark.parametrize("word", ["8,9", "proof of it:9,CLARITY:8"])
def test_scores_by_place_or_by_name_come_to_the_same(word: str) -> None:
    scores = (RubricScore("clarity", 8), RubricScore("Proof of it", 9))
    assert scored(parse(word), assignment(*RUBRIC)) == (17, scores)


def test_lines_that_differ_in_their_capitals_alone_each_get_their_own_score() -> None:
    rubric = (RubricLine("A", 8), RubricLine("a", 12))
    scores = (RubricScore("A", 5), RubricScore("a", 3))
    assert scored(parse("A:5,a:3"), assignment(*rubric)) == (8, scores)
    with pytest.raises(BadValue, match="A:8, a:12"):
        scored(parse("A:5,A:3"), assignment(*rubric))


def test_one_number_is_a_grade_as_a_whole_with_a_rubric_too() -> None:
    assert scored(Marks(17), assignment(*RUBRIC)) == (17, ())


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("8", None),
        ("8,9,1", "clarity:8, Proof of it:12"),
        ("clarity:8", "clarity:8, Proof of it:12"),
        ("clarity:8,style:9", "clarity:8, Proof of it:12"),
        ("9,9", "clarity must be 0 to 8, you sent 9"),
    ],
)
def test_scores_that_do_not_fit_say_what_would(word: str, why: str | None) -> None:
    if why is None:
        assert scored(parse(word), assignment(*RUBRIC)) == (8, ())
        return
    with pytest.raises(BadValue, match=why):
        scored(parse(word), assignment(*RUBRIC))


def test_scores_need_a_rubric() -> None:
    with pytest.raises(BadValue, match="A1 has no rubric"):
        scored(parse("8,9"), assignment())


def test_a_rubric_is_asked_for_line_by_line_until_it_is_complete() -> None:
    first = next_line(None, RUBRIC)
    assert first is not None
    assert str(first.prompt) == "clarity: how many points, 0 to 8? (1 of 2)"
    with pytest.raises(BadValue, match="0 to 8"):
        first.keep("9")
    second = next_line(parse(first.keep("8")), RUBRIC)
    assert second is not None
    assert str(second.prompt) == "Proof of it: how many points, 0 to 12? (2 of 2)"
    whole = parse(second.keep("9"))
    assert next_line(whole, RUBRIC) is None
    assert scored(whole, assignment(*RUBRIC))[0] == 17


def test_the_first_question_may_be_answered_with_all_the_scores_at_once() -> None:
    first = next_line(None, RUBRIC)
    assert first is not None
    assert parse(first.keep("8,9")) == Marks(None, (("", 8), ("", 9)))
    assert parse(first.keep("clarity:8,proof of it:9")).scores[0] == ("clarity", 8)
    with pytest.raises(BadValue):
        first.keep("8,many")


@pytest.mark.parametrize("word", ["18", "clarity:8"])
def test_who_gives_a_whole_or_names_a_line_is_not_asked_line_by_line(word: str) -> None:
    assert next_line(parse(word), RUBRIC) is None
    assert next_line(None, ()) is None
