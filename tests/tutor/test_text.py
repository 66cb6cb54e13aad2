"""Sentences are verbatim pieces of their passage, and only those that can stand as an answer are quotable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.text import quotable, sentences, whole

NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(list(".!?…。\n\r\t \u2028\u00a0\"'`#|-*•1a(:")),
    ),
    max_size=400,
)


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


def test_a_sentence_broken_over_two_lines_is_one_sentence() -> None:
    assert texts("Raft is a consensus\nalgorithm. It elects a leader.") == [
        "Raft is a consensus\nalgorithm.",
        "It elects a leader.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Protocols, e.g. Raft, agree on a log.",
        "See Fig. 2 for the whole picture.",
        "It was described by D. Ongaro in a thesis.",
        "Version 3.11 is the oldest one supported.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert texts(text) == [text]


def test_headings_code_and_tables_hold_no_sentences() -> None:
    text = "# A heading\n\n```\nx = 1. Y = 2.\n```\n\n    indented = code\n\n| a | b |\n|---|---|\n"
    assert texts(text) == []


def test_each_list_item_is_on_its_own_without_its_marker() -> None:
    assert texts("- The leader sends heartbeats\n2. A follower answers them\n") == [
        "The leader sends heartbeats",
        "A follower answers them",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Who is the leader of this term?",
        "The rules of the protocol are:",
        "Too short a one.",
        "and so the fragment goes on to its end.",
        "for (int i = 0; i < n; i++) { log[i] = entry; } return x->next;",
        "A paragraph line that never ends",
        f"A word {'again ' * 120}and no end in sight.",
    ],
)
def test_questions_code_and_fragments_are_not_quotable(text: str) -> None:
    assert not any(quotable(sentence) for sentence in sentences(text))


@pytest.mark.parametrize(
    "hidden", ["\x1b[2K", "\x08", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\u3164", "\U000e0041"]
)
def test_a_sentence_with_what_cannot_be_seen_is_not_quotable(hidden: str) -> None:
    text = f"A quorum is any major{hidden}ity of the servers."
    assert not any(quotable(sentence) for sentence in sentences(text))
    assert whole(text) is None


def test_joiners_that_are_spelling_and_signs_of_other_scripts_are_quotable() -> None:
    for text in (
        "این متن می\u200cگوید که رهبر یکی است.",
        "The family 👨\u200d👩\u200d👧 shares one log 🎓 here.",
    ):
        (sentence,) = sentences(text)
        assert quotable(sentence)


def test_a_plain_statement_is_quotable() -> None:
    (sentence,) = sentences("A quorum is any majority of the servers.")
    assert quotable(sentence)


@given(NASTY)
def test_every_sentence_of_any_text_is_a_substring_at_its_offsets_in_order(text: str) -> None:
    end = 0
    for sentence in sentences(text):
        assert sentence.text == text[sentence.start : sentence.end] == sentence.text.strip() != ""
        assert sentence.start >= end
        end = sentence.end


@pytest.mark.parametrize("character", [".", "a", "\n", " ", "#", "`", "*", "(", "é"])
def test_a_megabyte_of_one_character_is_split_in_one_pass(character: str) -> None:
    for sentence in sentences(character * 1_000_000):
        quotable(sentence)
