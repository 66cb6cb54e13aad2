"""Two questions are alike when one has half of the other's telling words, in whatever form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_cluster.similarity import coverage, is_similar


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How is a leader elected?", "Leaders and elections"),
        ("Why must a QUORUM be odd?", "quorums, and why"),
        ("What is a term?", "term"),
        ("Wie groß ist ein Quorum?", "Groß ist das Quorum."),
        ("leader " * 50 + "elected", "The elected leader"),
    ],
)
def test_forms_of_a_word_capitals_and_glue_make_no_difference(question: str, text: str) -> None:
    assert is_similar(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How is a leader elected in Raft?", "When is lunch?"),
        ("How many servers may fail at once?", "How many students are there?"),
        ("What is it?", "What is it?"),
        ("", ""),
        ("?!*", "?!*"),
    ],
)
def test_a_shared_word_or_none_that_tells_anything_is_not_enough(question: str, text: str) -> None:
    assert not is_similar(question, text)


def test_a_telling_word_far_into_a_long_text_counts() -> None:
    assert is_similar("quorum", "padding " * 10_000 + "quorum")


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_share_is_a_share_and_of_itself_all(question: str, text: str) -> None:
    assert 0.0 <= coverage(question, text) <= 1.0
    assert coverage(question, question) in {0.0, 1.0}
