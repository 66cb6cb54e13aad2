"""The model in the tree: whole, described, small enough, and able to tell an answer from none."""

import hashlib
from pathlib import Path

import pytest

from tests.tutor.conftest import COURSE
from tutor.__main__ import WEIGHTS
from tutor.pipeline import Pipeline
from tutor.service.loading import load_pipeline
from tutor.stop import Stop
from tutor.types import Mode, Question

LARGEST_FILE = 15_000_000


@pytest.fixture(scope="module")
def shipped() -> Pipeline:
    return load_pipeline(str(WEIGHTS), WEIGHTS, Mode.QUOTED)


def test_the_card_names_the_weights_by_their_digest() -> None:
    card = (WEIGHTS / "MODEL_CARD.md").read_text(encoding="utf-8")
    for weights in WEIGHTS.glob("*.safetensors"):
        assert hashlib.sha256(weights.read_bytes()).hexdigest() in card


def test_no_file_is_large() -> None:
    assert {path.name for path in Path(WEIGHTS).iterdir() if path.stat().st_size > LARGEST_FILE} == set()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("What is a Lamport clock?", "A Lamport clock is a counter"),
        ("When does a follower become a candidate?", "A follower that hears no heartbeat"),
    ],
)
def test_a_plain_question_is_answered_by_its_sentence(shipped: Pipeline, query: str, answer: str) -> None:
    made = shipped.answer(Question(query, COURSE), Stop())
    assert made.mode is Mode.QUOTED
    assert made.quotes[0].text.startswith(answer)


@pytest.mark.parametrize("query", ["Who wrote Hamlet?", "How do I bake bread with yeast?"])
def test_a_question_about_something_else_is_not_answered(shipped: Pipeline, query: str) -> None:
    assert shipped.answer(Question(query, COURSE), Stop()).mode is Mode.ABSTAINED


def test_the_same_question_gives_the_same_answer(shipped: Pipeline) -> None:
    question = Question("What is a leader?", COURSE)
    assert shipped.answer(question, Stop()) == shipped.answer(question, Stop())


def test_questions_judged_together_are_judged_as_if_alone(shipped: Pipeline) -> None:
    subjects = (
        "a leader",
        "a follower",
        "a Lamport clock",
        "a vector clock",
        "a term",
        "a heartbeat",
        "Hamlet",
    )
    forms = ("What is {}?", "Why would one want {}, and what does it cost?", "Who votes for {}?", "define {}")
    passages = [COURSE, COURSE[:1], COURSE[1:], COURSE[::-1], ()]
    texts = [form.format(subject) for form in forms for subject in subjects]
    questions = [Question(text, passages[number % 5]) for number, text in enumerate(texts)]
    together = [
        judgement
        for first in range(0, len(questions), 8)
        for judgement in shipped.judge(questions[first : first + 8], Stop())
    ]
    assert together == [shipped.judge([question], Stop())[0] for question in questions]
