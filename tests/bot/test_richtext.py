"""Texts split for places that limit a message's length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.richtext import Span, Style, Text, bold, join, label, lines, plain, split, units

texts = st.lists(st.builds(Span, st.text("ab \n😀é", max_size=60), st.sampled_from(Style)), max_size=5).map(
    lambda spans: Text(tuple(spans))
)


@given(texts, st.integers(2, 40))
def test_pieces_are_short_enough_and_lose_nothing(text: Text, units_max: int) -> None:
    pieces = split(text, units_max)
    assert all(units(piece.plain) <= units_max for piece in pieces)
    assert "".join(piece.plain for piece in pieces) == text.plain
    styled = [(c, span.style) for span in text.spans for c in span.text]
    assert [(c, span.style) for piece in pieces for span in piece.spans for c in span.text] == styled


def test_a_character_outside_the_basic_plane_counts_twice() -> None:
    assert units("a😀") == 3
    assert [piece.plain for piece in split(plain("😀😀😀"), 5)] == ["😀😀", "😀"]


def test_a_cut_falls_after_a_line_or_else_after_a_word() -> None:
    assert [piece.plain for piece in split(plain("line one\nline two"), 15)] == ["line one\n", "line two"]
    assert [piece.plain for piece in split(plain("one two three"), 9)] == ["one two ", "three"]


def test_a_short_text_is_one_piece() -> None:
    assert split(bold("short"), 100) == [bold("short")]
    assert split(Text(), 100) == [Text()]


def test_texts_are_joined_with_their_styles() -> None:
    assert lines(bold("a"), "b") == Text((Span("a", Style.BOLD), Span("\n"), Span("b")))
    assert join(["a", "b"]).plain == "ab"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Open A3: Elections", "Open A3: Elections"),
        ("A3: Elect\u202eions\u2066", "A3: Elections"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("lone \ud800", "lone"),
        ("\u202e", "…"),
        ("שלום 😀", "שלום 😀"),
    ],
)
def test_a_label_is_one_line_that_turns_nothing_round(words: str, shown: str) -> None:
    assert label(words) == shown
