"""A command is completed by asking only for what is missing."""

from __future__ import annotations

from bot.core.model import FileRef, Incoming
from tests.bot.place import FILE_BYTES_MAX, Chatting, as_shown


async def test_a_complete_line_is_done_at_once(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    assert await chatting.say("/grade S1 18 well argued") == ["Done: grade S1 18 well argued"]


async def test_what_is_missing_is_asked_for_one_by_one(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    assert await chatting.say("/grade") == ["Which submission? [S1 by Ada] [S2 by Linus]"]
    assert await chatting.say("S1") == ["How many points?"]
    assert await chatting.say("18") == ["Done: grade S1 18 None"]


async def test_a_choice_is_pressed_or_typed(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade")
    assert await chatting.press("S2 by Linus") == ["How many points?"]
    assert await chatting.say("18") == ["Done: grade S2 18 None"]


async def test_a_button_is_a_command_in_disguise(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    incoming = Incoming("place", "c1", "press", press="grade:S1:18")
    assert as_shown(await chatting.hear(incoming)) == ["Done: grade S1 18 None"]


async def test_a_word_that_cannot_be_used_is_asked_for_again_with_the_reason(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    assert await chatting.say("/grade S1 many") == ["“many” is not a number. How many points?"]
    assert await chatting.say("few") == ["“few” is not a number. How many points?"]
    assert await chatting.say("18") == ["Done: grade S1 18 None"]


async def test_what_cannot_be_used_waits_for_what_comes_before_it(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    (reply,) = await chatting.say("/grade points=many")
    assert reply.startswith("“many” is not a number. Which submission?")
    assert await chatting.press("S2 by Linus") == ["How many points?"]
    assert await chatting.say("18") == ["Done: grade S2 18 None"]


async def test_after_three_refused_answers_the_command_is_cancelled(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1")
    await chatting.say("a")
    await chatting.say("b")
    (last,) = await chatting.say("c")
    assert "“c” is not a number" in last
    assert "cancelled /grade" in last
    assert await chatting.say("18") == ["I understand commands: /help lists them."]
    assert chatting.classroom.done == []


async def test_files_that_are_not_asked_for_are_taken_when_they_come_with_the_command(
    chatting: Chatting,
) -> None:
    await chatting.sign_in("grace")
    assert await chatting.say("/remark S1 good") == ["Done: remark S1 good no files"]
    assert await chatting.say("/remark S1") == ["Done: remark S1 None no files"]
    (asked,) = await chatting.say("/remark S1 good", "page.txt")
    assert asked == "Got your text (2 so far: page.txt, text). Send more files, or choose Done. [Done]"
    assert await chatting.press("Done") == ["Done: remark S1 good page.txt"]


async def test_cancel_ends_it(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1")
    assert await chatting.say("/cancel") == ["Cancelled /grade. Nothing was saved."]
    assert await chatting.say("18") == ["I understand commands: /help lists them."]


async def test_another_command_leaves_it(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1")
    assert await chatting.say("/help") == ["I left /grade unfinished; nothing was saved.", "Done: help"]


async def test_an_old_button_does_nothing(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade")
    await chatting.say("S1")
    assert await chatting.press("S2 by Linus") == ["That button belongs to something that is over."]
    assert await chatting.say("18") == ["Done: grade S1 18 None"]
    assert await chatting.press("S2 by Linus") == ["That button belongs to something that is over."]


async def test_it_expires_after_ten_minutes(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1")
    chatting.now += 599
    await chatting.say("not a number")
    chatting.now += 601
    (reply,) = await chatting.say("18")
    assert "expired after ten minutes" in reply
    assert chatting.classroom.done == []


async def test_whoever_confirms_too_late_is_told_so(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1 essay")
    chatting.now += 601
    (reply,) = await chatting.press("Confirm")
    assert "expired after ten minutes" in reply
    assert chatting.classroom.done == []
    assert await chatting.press("Confirm") == ["That button belongs to something that is over."]


async def test_it_survives_a_restart_of_the_bot(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/grade S1")
    chatting.restart()
    assert await chatting.say("18") == ["Done: grade S1 18 None"]


async def test_too_many_words_are_refused_with_an_example(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    (reply,) = await chatting.say("/upload a title")
    assert "“title”" in reply
    assert '/upload "A title"' in reply


# --- files ---


async def test_files_are_collected_until_done_and_then_confirmed(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    assert await chatting.say("/submit A1") == ["Send files, then Done. [Done]"]
    assert await chatting.say("", "one.md") == ["Got one.md (1 so far). Send more, or choose Done. [Done]"]
    assert await chatting.say("", "two.md") == ["Got two.md (2 so far). Send more, or choose Done. [Done]"]
    assert await chatting.press("Done") == ["Submit A1 with 2 files? [Confirm] [Cancel]"]
    assert await chatting.press("Confirm") == ["Done: submit A1 None one.md+two.md"]


async def test_a_caption_is_a_command_with_its_file(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    assert await chatting.say("/submit A1", "one.md") == [
        "Got one.md (1 so far). Send more, or choose Done. [Done]"
    ]
    assert await chatting.say("done") == ["Submit A1 with 1 files? [Confirm] [Cancel]"]
    assert await chatting.say("yes") == ["Done: submit A1 None one.md"]


async def test_with_a_text_no_file_is_asked_for(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    assert await chatting.say('/submit A1 "my essay"') == ["Submit A1 with 0 files? [Confirm] [Cancel]"]
    assert await chatting.press("Confirm") == ["Done: submit A1 my essay no files"]


async def test_a_text_may_come_instead_of_a_file(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1")
    assert await chatting.say("my essay") == ["Submit A1 with 0 files? [Confirm] [Cancel]"]


async def test_a_text_after_a_file_is_acknowledged_in_its_place(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1", "one.md")
    assert await chatting.say("my essay") == [
        "Got your text (2 so far: one.md, text). Send more files, or choose Done. [Done]"
    ]
    assert await chatting.say("", "two.md") == ["Got two.md (3 so far). Send more, or choose Done. [Done]"]


async def test_a_second_text_is_left_out_and_that_is_said(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1", "one.md")
    await chatting.say("my essay")
    assert await chatting.say("and more of it", "two.md") == [
        "There is a text already, so I left this one out. "
        "Got two.md (3 so far). Send more, or choose Done. [Done]"
    ]
    await chatting.press("Done")
    assert await chatting.press("Confirm") == ["Done: submit A1 my essay one.md+two.md"]


async def test_a_caption_of_a_file_is_a_text_too(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1")
    assert await chatting.say("my essay", "one.md") == [
        "Got your text (2 so far: one.md, text). Send more files, or choose Done. [Done]"
    ]


async def test_a_file_with_a_word_on_it_does_not_confirm_a_card_without_it(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1 essay")
    (shown,) = await chatting.say("ok", "late.md")
    assert "left this one out" in shown
    assert chatting.classroom.done == []


async def test_a_file_may_still_come_while_the_card_waits(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1 essay")
    stale = chatting.button("Confirm")
    assert await chatting.say("", "late.md") == ["Got late.md (2 so far). Send more, or choose Done. [Done]"]
    pressed = await chatting.hear(Incoming("place", "c1", "stale", press=stale.data))
    assert as_shown(pressed) == ["That button belongs to something that is over."]
    await chatting.press("Done")
    assert await chatting.press("Confirm") == ["Done: submit A1 essay late.md"]


async def test_with_the_last_file_allowed_it_is_done(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    assert await chatting.say("/upload") == ["Send the file."]
    assert await chatting.say("done") == ["Please send a file. Send the file."]
    assert await chatting.say("", "page.md") == ["Done: upload None page.md"]


async def test_one_file_too_many_is_refused_and_the_others_kept(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1", "1", "2")
    (reply,) = await chatting.say("", "3", "4")
    assert reply.startswith("At most 3 files")
    await chatting.press("Confirm")
    assert chatting.classroom.done == ["submit A1 None 1+2+3"]


async def test_what_can_do_without_a_file_left_out_asks_before_it_is_done(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    (reply,) = await chatting.say("/upload Title", "a.md", "b.md")
    assert (
        reply == "At most 1 file can be sent with this, so I left out b.md. Got a.md (1 so far). "
        "Send more, or choose Done. [Done]"
    )
    assert chatting.classroom.done == []
    await chatting.press("Done")
    assert chatting.classroom.done == ["upload Title a.md"]


async def test_a_file_for_a_command_that_takes_none_is_not_left_out_in_silence(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    takes_none = "/grade takes no files, so I left out what you sent."
    assert await chatting.say("/grade S1 18", "a.md") == [takes_none]
    assert await chatting.say("/grade S1", "a.md") == [f"{takes_none} How many points?"]
    assert await chatting.say("", "a.md") == [f"{takes_none} How many points?"]
    assert chatting.classroom.done == []


async def test_a_file_that_is_too_large_is_refused_with_the_limit(chatting: Chatting) -> None:
    await chatting.sign_in("grace")
    await chatting.say("/upload")
    large = FileRef("large.bin", "application/octet-stream", FILE_BYTES_MAX + 1, "large")
    replies = await chatting.hear(Incoming("place", "c1", "large", files=(large,)))
    assert as_shown(replies) == ["large.bin is too large: a file may have at most 20 MB. Send the file."]
    assert replies[0].refused


async def test_of_several_files_each_that_is_left_out_is_named(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1")
    files = [
        FileRef(name, "text/plain", size, name)
        for name, size in [("x", FILE_BYTES_MAX + 1), ("y", FILE_BYTES_MAX + 1), *((n, 1) for n in "abcde")]
    ]
    (reply,) = as_shown(await chatting.hear(Incoming("place", "c1", "album", files=tuple(files))))
    assert reply == (
        "x is too large: a file may have at most 20 MB. y is too large: a file may have at most 20 MB. "
        "At most 3 files can be sent with this, so I left out d, e. "
        "Submit A1 with 3 files? [Confirm] [Cancel]"
    )


async def test_a_file_that_is_lost_is_asked_for_again_and_the_others_are_kept(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1", "a.md", "b.md")
    await chatting.press("Done")
    chatting.place.lost.add("a.md")
    assert await chatting.press("Confirm") == [
        "a.md is lost. Please send it again. Got b.md (1 so far). Send more, or choose Done. [Done]"
    ]
    assert await chatting.say("", "a2.md") == ["Got a2.md (2 so far). Send more, or choose Done. [Done]"]
    await chatting.press("Done")
    assert await chatting.press("Confirm") == ["Done: submit A1 None b.md+a2.md"]


async def test_a_card_is_cancelled_with_a_button_or_a_word(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A1 essay")
    assert await chatting.press("Cancel") == ["Cancelled /submit. Nothing was saved."]
    await chatting.say("/submit A1 essay")
    assert await chatting.say("hm") == [
        "I left out what you sent: please confirm or cancel. Submit A1 with 0 files? [Confirm] [Cancel]"
    ]
    assert await chatting.say("no") == ["Cancelled /submit. Nothing was saved."]
    assert chatting.classroom.done == []


async def test_a_value_that_the_classroom_does_not_take_is_asked_for_again_before_anything_else(
    chatting: Chatting,
) -> None:
    await chatting.sign_in("ada")
    assert await chatting.say("/submit A9") == ["A9 is closed. Which assignment?"]
    assert await chatting.say("A9") == ["A9 is closed. Which assignment?"]
    assert await chatting.say("A1") == ["Send files, then Done. [Done]"]


async def test_a_value_that_is_not_taken_costs_nothing_else_that_was_given(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    assert await chatting.say("/submit A9 my essay") == ["A9 is closed. Which assignment?"]
    assert await chatting.say("A1") == ["Submit A1 with 0 files? [Confirm] [Cancel]"]
    assert await chatting.press("Confirm") == ["Done: submit A1 my essay no files"]


async def test_after_three_values_that_are_not_taken_the_command_is_cancelled(chatting: Chatting) -> None:
    await chatting.sign_in("ada")
    await chatting.say("/submit A9")
    await chatting.say("A9")
    (last,) = await chatting.say("A9")
    assert "cancelled /submit" in last
