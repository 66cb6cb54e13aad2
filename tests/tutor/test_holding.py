"""What a model wrote is held to the passages: a quote is the passage's own words, the rest is marked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tutor.conftest import CLOCKS, COURSE, ELECTION
from tests.tutor.test_groundedness import TEXTS
from tests.tutor.test_text import NASTY
from tutor.holding import MARK, hold, marked
from tutor.types import Mode, Passage

LEADER = "A leader is the server that handles all client requests."


def spans(reply: str) -> list[bool]:
    return [piece.span is not None for piece in hold(reply, COURSE)]


@pytest.mark.parametrize(
    "reply",
    [
        LEADER,
        f"“{LEADER}”",
        f'  "{LEADER}"\n',
        "A leader is the server\nthat  handles all client requests.",
        f"- {LEADER}",
        f"[1] {LEADER}",
        "A leader is the server that handles all client requests [1].",
        "A leader is the\u200b server that handles all client requests.",
    ],
)
def test_a_sentence_of_a_passage_is_a_quote_however_it_is_set(reply: str) -> None:
    (piece,) = hold(reply, COURSE)
    assert piece.span is not None
    assert ELECTION.text[piece.span.start : piece.span.end] == LEADER


def test_the_passages_words_are_shown_and_not_the_models() -> None:
    passage = replace(CLOCKS, text="Some call it  a “logical”\nclock of the system.")
    answer = marked(hold('Some call it a "logical" clock of the system.', [passage]), [passage])
    assert answer.text == answer.quotes[0].text == passage.text


@pytest.mark.parametrize(
    "reply",
    [
        "A leader is the server that handles no client requests.",
        "a leader is the server that handles all client requests.",
        "handles all client requests.",
        "Who votes for a candidate?",
        "The leader eats grass all day long.",
    ],
)
def test_part_of_a_sentence_a_question_and_what_differs_are_no_quotes(reply: str) -> None:
    assert spans(reply) == [False]
    assert marked(hold(reply, COURSE), COURSE).text == f"{reply} {MARK}"


def test_every_sentence_that_is_no_quote_is_marked_and_only_those() -> None:
    answer = marked(hold(f"Sure! {LEADER} It was written. By me.", COURSE), COURSE)
    assert answer.mode is Mode.FREE
    assert answer.confidence == 0.0
    assert answer.text.split("\n\n") == [f"Sure! {MARK}", LEADER, f"It was written. {MARK}", f"By me. {MARK}"]
    assert [quote.text for quote in answer.quotes] == [LEADER]


def test_headings_code_and_tables_of_a_reply_are_marked_too() -> None:
    answer = marked(hold(f"# Exam moved\n```\nrun(this)\n```\n| a | b |\n- {LEADER}", COURSE), COURSE)
    assert answer.text.count(MARK) == len(answer.text.split("\n\n")) - 1
    for said in ("Exam moved", "run(this)", "| a | b |"):
        assert said in answer.text


def test_what_cannot_be_seen_is_taken_out_of_what_is_marked() -> None:
    answer = marked(hold("It\u202e is \x1b[31mred\u200b, says nobody.", COURSE), COURSE)
    assert answer.text == f"It is [31mred, says nobody. {MARK}"


def test_what_is_said_again_is_shown_once() -> None:
    assert spans(f"{LEADER} {LEADER} Indeed. Indeed.") == [True, False]


PASSAGES = st.lists(
    st.builds(Passage, st.just("M1"), st.text(), st.text(), NASTY, TEXTS, st.just(1.0)), max_size=4
)


@settings(max_examples=200, deadline=None)
@given(passages=PASSAGES, reply=st.one_of(TEXTS, NASTY), planted=TEXTS)
def test_nothing_planted_makes_appear_as_quoted_what_does_not_stand_in_a_passage(
    passages: list[Passage], reply: str, planted: str
) -> None:
    pieces = hold(f"{reply} {MARK} {planted}", passages)
    answer = marked(pieces, passages)
    rest = answer.text
    quotes = iter(answer.quotes)
    for piece in pieces:
        if piece.span is None:
            shown = f"{piece.text} {MARK}"
            assert "\n" not in piece.text
        else:
            quote = next(quotes)
            passage = passages[quote.passage]
            shown = quote.text
            assert passage.text[quote.start - passage.offset : quote.end - passage.offset] == shown
        assert rest.startswith(shown)
        rest = rest[len(shown) :].removeprefix("\n\n")
    assert rest == ""
