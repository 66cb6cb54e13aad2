"""Conversations written down: the format and the matching."""

from __future__ import annotations

import pytest

from bot.transcript import (
    Do,
    Expect,
    Line,
    Memory,
    Press,
    ReplyTo,
    Say,
    SendFiles,
    TranscriptError,
    parse,
    said,
    shown,
)


def test_a_transcript_is_a_list_of_steps() -> None:
    content = "# hello\n\n@ada > /login ada\n< Your password?\n@bo << granted\n> hi\n! kill leader\n"
    assert parse("t", content) == [
        Say("t:3", "ada", "/login ada"),
        Expect("t:4", "ada", "Your password?", later=False),
        Expect("t:5", "bo", "granted", later=True),
        Say("t:6", "bo", "hi"),
        Do("t:7", "bo", "kill leader"),
    ]


def test_another_line_is_refused_with_its_place() -> None:
    with pytest.raises(TranscriptError, match="t:2"):
        parse("t", "> hi\nhello\n")


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("/submit A1", Line("/submit A1")),
        (":press 2", Press("2")),
        (":press Ask the instructor", Press("Ask the instructor")),
        (":file a.md", SendFiles(("a.md",))),
        (":file a.md /submit A1", SendFiles(("a.md",), "/submit A1")),
        (':file "my essay.md" /submit A1', SendFiles(("my essay.md",), "/submit A1")),
        (":file a.md :file b.md /submit A1", SendFiles(("a.md", "b.md"), "/submit A1")),
        (":file a.md read :file b.md", SendFiles(("a.md",), "read :file b.md")),
        (":file", Line(":file")),
        (":reply Because.", ReplyTo("", Line("Because."))),
        (':reply "Q3" Because.', ReplyTo("Q3", Line("Because."))),
        (':reply "Because."', ReplyTo("", Line('"Because."'))),
        (':reply "Q3" :file a.md Because.', ReplyTo("Q3", SendFiles(("a.md",), "Because."))),
        (":reply", Line(":reply")),
    ],
)
def test_what_a_line_says(line: str, meaning: object) -> None:
    assert said(line) == meaning


def test_a_button_is_chosen_by_label_or_number() -> None:
    labels = ["Done", "2", "Cancel"]
    assert Press("Cancel").chosen(labels) == 2
    assert Press("1").chosen(labels) == 0
    assert Press("2").chosen(labels) == 1
    assert Press("4").chosen(labels) is None
    assert Press("0").chosen(labels) is None
    assert Press("Nope").chosen(labels) is None


def test_the_newest_message_with_the_words_is_replied_to() -> None:
    shown = ["asks Q3", "asks Q4", "asks Q3 again", "News"]
    assert ReplyTo("Q3", Line("a")).meant(shown) == 2
    assert ReplyTo("", Line("a")).meant(shown) == 3
    assert ReplyTo("Q5", Line("a")).meant(shown) is None
    assert ReplyTo("", Line("a")).meant([]) is None


def test_a_reply_shows_its_text_buttons_and_files() -> None:
    assert shown("Hello,\n  you", ["Yes", "No"], ["a.md"]) == "Hello, you [Yes] [No] (a.md)"


def met(pattern: str, *heard: str, later: bool = False) -> bool | None:
    memory = Memory()
    for reply in heard:
        memory.hear("ada", reply)
    return memory.met(Expect("t:1", "ada", pattern, later))


@pytest.mark.parametrize(
    ("pattern", "reply", "holds"),
    [
        ("Saved.", "Saved.", True),
        ("Saved.", "Saved!", False),
        ("Saved", "Saved.", False),
        ("Saved…", "Saved. [Undo]", True),
        ("Saved …", "Saved", True),
        ("…S1…", "Saved S1 [Undo]", True),
        ("Saved {S=S\\d+} now", "Saved S12 now", True),
        ("Saved {S=S\\d{2}}", "Saved S1", False),
        ("a.c (1)", "abc 1", False),
    ],
)
def test_what_a_pattern_takes(pattern: str, reply: str, holds: bool) -> None:
    assert met(pattern, reply) is holds


def test_nothing_heard_may_still_come() -> None:
    assert met("Saved") is None


def test_the_next_reply_is_never_a_notice() -> None:
    assert met("Saved", "🔔 A grade was released", "Saved") is True
    assert met("Saved", "🔔 Saved") is None


def test_a_later_reply_or_notice_contains_the_words() -> None:
    assert met("released", "Hello", "🔔 A grade was released today", later=True) is True
    assert met("released", "Hello", later=True) is None


def test_what_was_captured_is_used_again() -> None:
    memory = Memory()
    memory.hear("ada", "Saved S12, entry 40.")
    assert memory.met(Expect("t:1", "ada", r"Saved {S=S\d+}, entry {N=\d+}.", later=False))
    assert memory.say(Say("t:2", "bo", "/grade {S} {unknown}")) == (
        Line("/grade S12 {unknown}"),
        "/grade S12 {unknown}",
    )
    memory.hear("bo", "Graded S12")
    assert memory.met(Expect("t:3", "bo", "Graded {S}", later=False))


def test_each_reply_is_met_once() -> None:
    memory = Memory()
    memory.hear("ada", "Saved")
    step = Expect("t:1", "ada", "Saved", later=True)
    assert memory.met(step)
    assert memory.met(step) is None


def test_replies_nobody_asked_about_are_past_when_the_speaker_goes_on() -> None:
    memory = Memory()
    for reply in ("Hello", "🔔 News"):
        memory.hear("ada", reply)
    memory.say(Say("t:1", "ada", "/next"))
    assert memory.unread("ada") == ("🔔 News",)


@pytest.mark.parametrize("pattern", ["{S=[}", "{S=(}", "{S=S", "{S}"])
def test_a_pattern_that_cannot_be_used_is_refused_with_its_place(pattern: str) -> None:
    with pytest.raises(TranscriptError, match="t:1"):
        met(pattern, "x")
