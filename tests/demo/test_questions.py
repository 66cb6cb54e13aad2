"""What the questions about the courses in the tree promise to whoever judges a tutor by them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tutor.terms import terms

DEMO = Path(__file__).parents[2] / "demo"
COURSES = {"distributed-systems": DEMO / "course", "soils": DEMO / "soils"}
FIELDS = {
    "id",
    "course",
    "question",
    "answerable",
    "gold_docs",
    "gold_sentences",
    "unanswerable_kind",
}
KINDS = {"outside", "near_miss", "false_premise", "logistics"}

course_by_course = pytest.mark.parametrize("course", COURSES)


def read(course: str) -> list[dict[str, Any]]:
    lines = (COURSES[course] / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def page(course: str, name: str) -> str:
    return (COURSES[course] / "materials" / name).read_text(encoding="utf-8")


@course_by_course
def test_every_question_has_the_fields_and_names_its_course(course: str) -> None:
    for question in read(course):
        assert question.keys() == FIELDS
        assert question["course"] == course


@course_by_course
def test_every_gold_sentence_stands_in_one_of_its_pages_word_for_word_and_every_page_holds_one(
    course: str,
) -> None:
    for question in read(course):
        held = {
            name: [sentence in page(course, name) for sentence in question["gold_sentences"]]
            for name in question["gold_docs"]
        }
        assert all(map(any, zip(*held.values(), strict=True))), question["id"]
        assert all(map(any, held.values())), question["id"]


@course_by_course
def test_a_question_has_gold_or_a_known_kind_and_never_both(course: str) -> None:
    for question in read(course):
        if question["answerable"]:
            assert question["gold_docs"]
            assert question["gold_sentences"]
            assert question["unanswerable_kind"] is None
        else:
            assert question["gold_docs"] == question["gold_sentences"] == []
            assert question["unanswerable_kind"] in KINDS


def test_no_id_is_given_and_no_question_asked_twice() -> None:
    asked = [question for course in COURSES for question in read(course)]
    for count in (
        Counter(question["id"] for question in asked),
        Counter(question["question"].casefold() for question in asked),
    ):
        assert count.most_common(1)[0][1] == 1


@course_by_course
def test_about_a_third_have_no_answer_and_all_kinds_are_among_them(course: str) -> None:
    kinds = Counter(question["unanswerable_kind"] for question in read(course))
    assert 0.25 <= 1 - kinds[None] / kinds.total() <= 0.4
    assert kinds.keys() == {None, *KINDS}


@course_by_course
def test_few_questions_are_their_answer_with_a_question_mark(course: str) -> None:
    answerable = [question for question in read(course) if question["answerable"]]
    copied = [
        question["id"]
        for question in answerable
        if any(set(terms(question["question"])) <= set(terms(gold)) for gold in question["gold_sentences"])
    ]
    assert len(copied) <= len(answerable) / 4, copied
