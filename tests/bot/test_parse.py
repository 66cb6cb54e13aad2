"""From what was typed or pressed to a call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import parse
from bot.core.command import Arg
from bot.core.language import Phrase
from bot.core.model import FileRef
from bot.core.parse import BadLine, Call

ONE, TWO = Arg("one", Phrase("?")), Arg("two", Phrase("?"))
REST = Arg("rest", Phrase("?"), rest=True)


def words(line: str, *args: Arg) -> dict[str, str]:
    call = parse.call(line)
    assert call is not None
    return parse.arguments(call.body, args).words


@pytest.mark.parametrize(
    ("line", "name", "body"),
    [
        ("/help", "help", ""),
        ("/HELP me", "help", "me"),
        ("/grade@homeroom_bot S1  18", "grade", "S1  18"),
        ("/submit A1\nFirst line\nSecond", "submit", "A1\nFirst line\nSecond"),
    ],
)
def test_a_line_that_begins_with_a_slash_is_a_call(line: str, name: str, body: str) -> None:
    assert parse.call(line) == Call(name, body)


@pytest.mark.parametrize("line", ["", "help", "/", "/ help", "//", "/no-such", "a /help"])
def test_other_lines_are_none(line: str) -> None:
    assert parse.call(line) is None


def test_words_go_to_the_arguments_in_their_order() -> None:
    assert words("/x a  b", ONE, TWO) == {"one": "a", "two": "b"}


def test_words_may_be_named() -> None:
    assert words("/x two=b a", ONE, TWO) == {"one": "a", "two": "b"}
    assert words('/x two="b c"', ONE, TWO) == {"two": "b c"}


def test_a_name_that_is_no_argument_is_part_of_a_word() -> None:
    assert words("/x url=http://a", ONE, TWO) == {"one": "url=http://a"}


def test_quotes_hold_words_together() -> None:
    assert words('/x "a b" “c d”', ONE, TWO) == {"one": "a b", "two": "c d"}
    assert words(r'/x "a \"b\" \\ c"', ONE) == {"one": r'a "b" \ c'}
    assert words('/x ""', ONE) == {"one": ""}


def test_an_argument_may_go_on_in_the_next_word() -> None:
    when = Arg("when", Phrase("?"), goes_on=str.isdigit)
    assert words("/x fri 18 on", when, REST) == {"when": "fri 18", "rest": "on"}
    assert words("/x when=fri  18 a", ONE, when) == {"when": "fri 18", "one": "a"}
    assert words("/x fri at 18", when, REST) == {"when": "fri", "rest": "at 18"}
    assert words("/x fri", when, REST) == {"when": "fri"}
    # Whoever quotes has said where it ends.
    assert words('/x "fri" 18', when, REST) == {"when": "fri", "rest": "18"}
    assert words('/x fri "18"', when, REST) == {"when": "fri", "rest": "18"}


def test_an_apostrophe_is_no_quote() -> None:
    assert words("/x What's a term?", REST) == {"rest": "What's a term?"}
    assert words("/x it's 5\"", ONE, TWO) == {"one": "it's", "two": '5"'}


def test_the_rest_of_a_line_is_taken_as_typed() -> None:
    assert words('/x a  say "hi"  one=2 ', ONE, REST) == {"one": "a", "rest": 'say "hi"  one=2 '}
    assert words('/x "all of it"', REST) == {"rest": "all of it"}
    assert words('/x "not all" of it', REST) == {"rest": '"not all" of it'}
    assert words('/x "not closed', REST) == {"rest": '"not closed'}


def test_a_quotation_that_is_never_closed_is_refused() -> None:
    with pytest.raises(BadLine, match="never closed"):
        words('/x "a b', ONE)


def test_words_that_no_argument_takes_are_left_over() -> None:
    assert parse.arguments("a b c d", [ONE, TWO]).surplus == "c d"


def test_secrets_and_files_are_never_taken_from_the_line() -> None:
    secret, files = Arg("secret", Phrase("?"), secret=True), Arg("files", Phrase("?"), files=True)
    given_words = parse.arguments("a b", [ONE, secret, files])
    assert (given_words.words, given_words.surplus) == ({"one": "a"}, "b")
    assert parse.arguments("secret=b", [secret]).words == {}


def test_a_button_says_a_line() -> None:
    call = parse.pressed("grade:S17:two words")
    assert call.name == "grade"
    assert parse.arguments(call.body, [ONE, TWO]).words == {"one": "S17", "two": "two words"}
    assert parse.pressed("help") == Call("help", "")


@given(st.lists(st.text().filter(lambda word: ":" not in word), min_size=2, max_size=2))
def test_whatever_a_button_holds_arrives_as_it_was(held: list[str]) -> None:
    call = parse.pressed(":".join(["x", *held]))
    assert parse.arguments(call.body, [ONE, TWO]).words == {"one": held[0], "two": held[1]}


def test_what_only_looks_like_a_name_is_a_word() -> None:
    call = parse.pressed("materials:page=2:a=b", ["page"])
    args = (Arg("page", Phrase("Which page?"), named=True), Arg("which", Phrase("Which?"), rest=True))
    assert parse.arguments(call.body, args).words == {"page": "2", "which": "a=b"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("x" * 10_000, "10000 characters"),
        ("/ask a\x00b", "U\\+0000"),
        ("/ask \x1b[31mred", "U\\+001B"),
        ("/ask \udcff", "UTF-8"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(line: str, why: str) -> None:
    with pytest.raises(BadLine, match=why):
        parse.readable(line)


@given(st.text())
def test_any_text_is_read_or_refused(line: str) -> None:
    try:
        call = parse.call(parse.readable(line))
        if call is not None:
            parse.arguments(call.body, [ONE, TWO])
    except BadLine:
        pass


def test_a_button_can_name_an_argument() -> None:
    args = (
        Arg("submission", Phrase("Which?")),
        Arg("page", Phrase("Which page?"), required=False, named=True),
    )
    given = parse.arguments(parse.pressed("pending:page=2:A1", ["page"]).body, args)
    assert given.words == {"page": "2", "submission": "A1"}


def test_an_argument_given_by_name_alone_takes_no_word_by_its_place() -> None:
    args = (
        Arg("title", Phrase("?")),
        Arg("topic", Phrase("?"), named=True),
        Arg("text", Phrase("?"), rest=True),
    )
    assert parse.arguments("Clocks about time", args).words == {"title": "Clocks", "text": "about time"}
    given = parse.arguments('Clocks topic="Time itself" about time', args)
    assert given.words == {"title": "Clocks", "topic": "Time itself", "text": "about time"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("essay.md", "essay.md"),
        ("Über uns 2.md", "Über uns 2.md"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\a.md", "C:_a.md"),
        ("a\x1b[2J\nb\u2028.md", "a_[2J_b_.md"),
        ("essay\u202edm.exe", "essay_dm.exe"),
        ("\udcff.md", "_.md"),
        (" ", "file"),
        ("", "file"),
        ("ü" * 200, "ü" * 100),
    ],
)
def test_a_file_s_name_is_made_fit_to_be_shown(name: str, shown: str) -> None:
    assert parse.tidy(FileRef(name, "", 0, "handle")) == FileRef(shown, "", 0, "handle")


@pytest.mark.parametrize("name", [".", "..", " .. "])
def test_a_file_that_is_called_as_a_folder_is_called_a_file(name: str) -> None:
    assert parse.tidy(FileRef(name, "", 0, "handle")).name == "file"


def test_a_type_that_is_longer_than_any_is_none() -> None:
    long = FileRef("a.md", "a/" + "b" * 126, 0, "handle")
    assert parse.tidy(long).media_type == "application/octet-stream"
    assert parse.tidy(FileRef("a.md", "a/" + "b" * 125, 0, "handle")).media_type == "a/" + "b" * 125
