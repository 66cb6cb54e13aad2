"""Questions are read line by line, and what is wrong with a line is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from tutor.evaluation.questions import QuestionsUnreadable, about, read

ANSWERABLE: dict[str, Any] = {
    "id": "q1",
    "course": "sea",
    "question": "When are spring tides?",
    "answerable": True,
    "gold_docs": ["tides.md"],
    "gold_sentences": ["Spring tides come when Sun and Moon pull in one line."],
    "unanswerable_kind": None,
}
OUTSIDE = {"id": "q2", "course": "sky", "question": "Who wrote Carmen?", "answerable": False}


def written(folder: Path, *rows: object) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    return path


def test_a_question_is_read_with_its_gold_and_one_without_answer_has_none(tmp_path: Path) -> None:
    first, second = read(written(tmp_path, ANSWERABLE, OUTSIDE | {"unanswerable_kind": "outside"}))
    assert (first.answerable, first.gold_docs, first.kind) == (True, ("tides.md",), "")
    assert (second.answerable, second.gold_sentences, second.kind) == (False, (), "outside")


def test_the_questions_of_one_course_are_told_from_others_unless_none_names_it(tmp_path: Path) -> None:
    asked = read(written(tmp_path, ANSWERABLE, OUTSIDE))
    assert [each.id for each in about(asked, "sea")] == ["q1"]
    assert about(asked, "materials") == asked


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**ANSWERABLE, "gold_sentences": []}, "needs 'gold_sentences'"),
        ({**ANSWERABLE, "gold_docs": "tides.md"}, "'gold_docs' must be a list of texts"),
        ({**ANSWERABLE, "answerable": "yes"}, "'answerable' must be true or false"),
        ({**ANSWERABLE, "question": " "}, "'question' must be a text"),
        ({key: value for key, value in ANSWERABLE.items() if key != "id"}, "'id' is missing"),
        ({**OUTSIDE, "unanswerable_kind": ["outside"]}, "'unanswerable_kind' must be a text"),
        (["q1"], "is no JSON object"),
        (OUTSIDE, "the id 'q2' is given twice"),
    ],
)
def test_a_line_that_is_no_question_is_refused_by_its_number(
    tmp_path: Path, row: object, reason: str
) -> None:
    with pytest.raises(QuestionsUnreadable, match="line 2: ") as refused:
        read(written(tmp_path, OUTSIDE, row))
    assert reason in str(refused.value)


def test_a_file_that_is_not_there_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionsUnreadable, match="cannot read the questions"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(QuestionsUnreadable, match="no question"):
        read(written(tmp_path))
