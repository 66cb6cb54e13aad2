"""What a question asks for: the names in it, and the kind of answer it expects."""

import pytest

from tutor.asked import defines, fits, names


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Who designed the Zab protocol?", {"zab"}),
        ("How does gRPC use HTTP/2?", {"grpc", "http", "2"}),
        ("What is two-phase commit?", set()),
        ("Define quorum.", set()),
    ],
)
def test_names_are_words_with_a_capital_or_a_digit_but_not_the_first_word(
    query: str, found: set[str]
) -> None:
    assert names(query) == found


@pytest.mark.parametrize(
    ("query", "holds", "lacks"),
    [
        ("How many servers vote?", "A majority of three servers votes.", "Servers vote for a leader."),
        ("When does a term end?", "A term ends when an election begins.", "A term is a period."),
        ("Why add jitter?", "Jitter helps because clients would retry together.", "Jitter is randomness."),
        ("Who defined it?", "Consensus was first defined by Lamport.", "It was defined early on."),
    ],
)
def test_a_sentence_fits_when_it_holds_the_kind_of_thing_asked_for(
    query: str, holds: str, lacks: str
) -> None:
    assert (fits(query, holds), fits(query, lacks)) == (1.0, 0.0)


def test_a_name_out_of_the_question_is_no_answer_to_who() -> None:
    assert fits("Who designed Raft?", "The rules of Raft are few.") == 0.0


def test_a_question_that_expects_no_kind_is_neither_fitted_nor_missed() -> None:
    assert fits("What is a quorum?", "A quorum is a majority.") == 0.5


@pytest.mark.parametrize(
    ("query", "sentence", "share"),
    [
        ("What is a quorum?", "A quorum is a set of nodes.", 1.0),
        ("What is a quorum?", "A read quorum is a set of nodes.", 0.5),
        ("What is a quorum?", "Nodes wait.", 0.0),
        ("When is a quorum reached?", "A quorum is a set of nodes.", 0.0),
    ],
)
def test_a_definition_has_the_subject_that_is_asked_for(query: str, sentence: str, share: float) -> None:
    assert defines(query, sentence) == share
