"""Every sentence is looked up as it is said, in the language of whoever it is said to."""

from __future__ import annotations

import ast
import asyncio
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import catalogs, server_sentences
from bot.client.api import Recipient
from bot.commands import arguments
from bot.core import text
from bot.core.chat import Chat, Session
from bot.core.command import BadValue
from bot.core.conversation import ChatConversation
from bot.core.errors import Failure
from bot.core.language import LANGUAGES, Phrase, speaking, spoken, tr, trn
from bot.core.model import Incoming, Reply, Role
from bot.core.reader import reading_as
from bot.core.richtext import bold, lines, plain
from bot.core.settings import Settings
from bot.core.text import audit, dates, dialogue
from bot.core.text.refusals import SENTENCES
from bot.core.text.servers import SHAPES, told
from tests.bot.place import Chatting, Place, as_shown

TRANSLATED = [language for language in LANGUAGES if language != "en"]


def test_a_phrase_is_said_in_the_language_spoken_when_it_is_read() -> None:
    with speaking("de"):
        assert str(dialogue.CANCEL) == "Abbrechen"
    assert str(dialogue.CANCEL) == "Cancel"


def test_a_phrase_keeps_its_values_until_it_is_said() -> None:
    prompt = dates.due_prompt("Europe/Berlin")
    assert str(prompt).startswith("When is it due (Europe/Berlin)?")
    with speaking("de"):
        assert "(Europe/Berlin)" in str(prompt)
        assert str(prompt) != prompt.message


def test_text_is_made_of_phrases_as_of_words() -> None:
    with speaking("de"):
        assert lines(bold(dialogue.DONE), dialogue.CANCEL, "x").plain == "Fertig\nAbbrechen\nx"


def test_one_and_many_follow_the_language() -> None:
    assert [trn(count, "{count} file", "{count} files") for count in (0, 1, 2)] == [
        "0 files",
        "1 file",
        "2 files",
    ]
    with speaking("de"):
        assert trn(1, "{count} file", "{count} files") == "1 Datei"
        assert trn(2, "{count} file", "{count} files") == "2 Dateien"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("de",), "de"),
        (("de-AT",), "de"),
        (("DE_ch",), "de"),
        (("", "de"), "de"),
        (("en", "de"), "en"),
        (("xx", "de"), "de"),
        (("xx",), "en"),
        ((), "en"),
        (("../../etc",), "en"),
    ],
)
def test_the_first_language_that_there_is_is_spoken(wanted: tuple[str, ...], found: str) -> None:
    with speaking(*wanted):
        assert spoken() == found


def test_what_somebody_typed_is_never_read_as_a_place_to_fill() -> None:
    assert tr("Open {item}", item="{other} {0}") == "Open {other} {0}"


async def test_tasks_inherit_the_language_and_do_not_change_it_for_others() -> None:
    async def say(language: str) -> str:
        with speaking(language):
            await asyncio.sleep(0)
            return await asyncio.create_task(_cancel())

    assert list(await asyncio.gather(say("de"), say("en"))) == ["Abbrechen", "Cancel"]
    assert spoken() == "en"


async def _cancel() -> str:
    await asyncio.sleep(0)
    return str(dialogue.CANCEL)


async def test_a_chat_is_spoken_to_in_the_language_that_its_place_tells(tmp_path: Path) -> None:
    chatting = Chatting(tmp_path)
    [english] = await chatting.say("/nothing")
    [german] = as_shown(await chatting.hear(replace(chatting.incoming("/nothing"), language="de-DE")))
    assert english != german
    # A tap or a line that tells none is answered in the language known of the chat.
    assert await chatting.say("/nothing") == [german]


async def test_a_chat_that_chooses_its_language_gets_its_menu_anew_and_keeps_to_its_choice() -> None:
    place = Place()
    incoming = Incoming("place", "c1", "1", language="en")
    conversation = ChatConversation(place, incoming, Chat(Session("token", "ada", Role.STUDENT)))
    with speaking("en"):
        conversation.change_settings(Settings(quiet_from="22:00", quiet_until="07:00"))
        await conversation.say(Reply(plain("Changed.")))
        conversation.change_settings(replace(conversation.settings, language="de"))
        await conversation.say(Reply(plain("Changed.")))
        assert [reply.menu for _, reply in place.said] == [None, Role.STUDENT]
        assert str(dialogue.CANCEL) == "Abbrechen"
    with reading_as(replace(conversation.chat, language="en")):
        assert spoken() == "de"


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (
            Failure("UNAVAILABLE", "NO_QUORUM", ""),
            "Die Kursserver wählen gerade, wer führt; nichts wurde gespeichert.",
        ),
        (Failure("UNKNOWN", "OUTCOME_UNKNOWN", ""), "Ich konnte nicht bestätigen, dass es gespeichert ist."),
        (Failure("UNAUTHENTICATED", "SESSION_ENDED", ""), "Deine Sitzung ist zu Ende."),
        (Failure("INTERNAL", "", "disk on fire"), "Bei uns ist etwas kaputtgegangen"),
        (
            Failure("RESOURCE_EXHAUSTED", "", "Too many questions", retry_after=360.0),
            "Zu viele Fragen; versuch es in 6 min wieder.",
        ),
        (Failure("NOT_FOUND", "", "There is no assignment A9."), "Eine Aufgabe A9 gibt es nicht."),
        (
            Failure("INVALID_ARGUMENT", "", "", {"assignment": "must not be empty"}),
            "assignment: darf nicht leer sein",
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Failure) else "",
)
async def test_what_fails_is_told_in_german(tmp_path: Path, failure: Failure, said: str) -> None:
    chatting = Chatting(tmp_path)
    await chatting.sign_in("ada")
    await chatting.hear(replace(chatting.incoming("/submit A1 Ein Text."), language="de"))
    chatting.classroom.failures.append(failure)
    assert (await chatting.press("Bestätigen"))[0].startswith(said)


async def test_answers_can_be_typed_in_every_language(tmp_path: Path) -> None:
    chatting = Chatting(tmp_path)
    await chatting.sign_in("ada")
    await chatting.say("/submit A1")
    await chatting.say("", "essay.txt")
    await chatting.say("fertig")
    assert await chatting.say("bestätigen") == ["Done: submit A1 None essay.txt"]


# --- the catalogs ---


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogs_have_every_sentence_of_the_code_and_are_compiled(language: str) -> None:
    assert list(catalogs.stale(language)) == []
    assert list(catalogs.missing(language)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_what_its_sentence_names(language: str) -> None:
    assert list(catalogs.wrong(language)) == []


def test_every_sentence_is_given_the_values_it_names() -> None:
    assert catalogs.sentences()
    for place, call in _calls():
        sentences = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
        given = {keyword.arg for keyword in call.keywords}
        # Some are filled with what a server said.
        if given == {None} or place.startswith(("refusals.py", "deeds.py", "tutor_says.py")):
            continue
        for sentence in sentences:
            assert isinstance(sentence, str), place
            named = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
            assert named <= given | {"count"}, f"{place}: {sentence}"
        assert "count" not in given or (isinstance(call.func, ast.Name) and call.func.id == "tr"), place


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Where a sentence is said, in all of the bot: nowhere but in its modules of text."""
    folder = Path(text.__file__).parent
    for path in Path(text.__file__).parents[2].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="tr" | "trn" | "Phrase")) if path.name != "language.py":
                    assert path.parent == folder, f"{path.name}:{node.lineno} says something inline"
                    yield f"{path.name}:{node.lineno}", node


def test_phrase_shows_itself_in_english_to_programmers() -> None:
    assert repr(Phrase("Done")) == "Phrase('Done')"


# --- what the course servers say ---


def test_a_sentence_of_the_servers_is_said_again_with_its_values() -> None:
    with speaking("de"):
        assert told("There is no assignment A9.") == "Eine Aufgabe A9 gibt es nicht."
        assert told("must be 0 to 20, you sent 25") == "muss zwischen 0 und 20 liegen, du hast 25 geschickt"
    assert told("There is no assignment A9.") == "There is no assignment A9."


def test_a_sentence_of_the_servers_that_is_not_known_is_passed_on() -> None:
    with speaking("de"):
        assert told("Nobody foresaw {this}.") == "Nobody foresaw {this}."


def test_what_stood_in_a_sentence_of_the_servers_is_no_place_to_fill() -> None:
    with speaking("de"):
        assert told("There is no assignment {item} {0}.") == "Eine Aufgabe {item} {0} gibt es nicht."


def test_the_servers_say_nothing_that_is_not_known_of_them() -> None:
    """Nor do they call a deed what would stand in the audit in English."""
    assert list(server_sentences.unknown()) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Nobody foresaw ⟨x⟩.",
        "must be newer than ⟨x⟩, you sent ⟨x⟩",  # which would pass as "must be {expected}, you sent {sent}"
    ],
)
def test_a_sentence_is_not_known_by_a_place_that_takes_in_its_words(sentence: str) -> None:
    assert not server_sentences.is_known(sentence, SHAPES)


def test_what_a_sentence_can_become_is_read_off_the_sources() -> None:
    said = server_sentences.sentences()
    assert {
        "There is no assignment ⟨x⟩.",  # by a noun that stands elsewhere
        "Only ⟨x⟩ can see the audit.",  # by a table
        "must be student, instructor or administrator",  # by another module's constant
        "The one attempt at ⟨x⟩ is used.",  # of two
        "⟨x⟩ is a broken PDF",  # after a file's name
    } <= said.keys()


def test_deeds_and_their_details_are_said_in_german_and_what_somebody_wrote_is_left() -> None:
    with speaking("de"):
        assert audit.act("root", "release grades", "A1", "3 released") == (
            "root: Bewertungen freigeben, A1 (3 freigegeben)"
        )
        assert audit.act("root", "learn who asked a question", "Q1", "disabled") == (
            "root: erfahren, wer eine Frage gestellt hat, Q1 (disabled)"
        )
        assert audit.act("root", "dance", "", "") == "root: dance"
    assert audit.act("grace", "grade", "S1", "18 of 20, released") == "grace: grade, S1 (18 of 20, released)"


def test_what_only_staff_is_told_is_said_in_german() -> None:
    with speaking("de"):
        assert told("Only instructors can release grades.") == "Nur Lehrkräfte können Bewertungen freigeben."
        assert told("notes.pdf is a broken PDF") == "notes.pdf ist ein kaputtes PDF"
        assert told("linus is a student; a role is not changed") == (
            "linus ist Student/in; eine Rolle wird nicht geändert"
        )


def test_the_servers_still_say_every_sentence_that_is_known_of_them() -> None:
    """A sentence changed there, and not here, would reach a German student in English."""
    said = list(_sentences_of_servers())
    for phrase in SENTENCES:
        literals = [literal for literal, *_ in string.Formatter().parse(phrase.message)]
        assert any(
            all(literal in sentence for literal in literals) or re.fullmatch(shape, phrase.message)
            for sentence, shape in said
        ), phrase.message


def _sentences_of_servers() -> Iterator[tuple[str, str]]:
    """Everything quoted in their sources, with a mark for each value, and as a pattern."""
    bot = Path(text.__file__).parents[2]
    for folder in (bot.parent / "lms_cluster", bot / "client"):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Constant(value=str(words)):
                        yield words, re.escape(words)
                    case ast.JoinedStr(values=values):
                        parts = [part.value if isinstance(part, ast.Constant) else None for part in values]
                        yield (
                            "".join("{}" if part is None else str(part) for part in parts),
                            "".join(".+" if part is None else re.escape(str(part)) for part in parts),
                        )


# --- nothing is said beside the modules of text ---

READ_BY_NOBODY = {"field limit", "end of data", "nobody is signed in here"}
"""Parts of a library's messages, which are looked for and not shown; and what a person is told otherwise."""


def test_no_sentence_stands_among_the_commands() -> None:
    bot = Path(text.__file__).parents[2]
    sources = [*bot.glob("commands/*.py"), *bot.glob("core/*.py"), bot / "notices.py"]
    for path in sources:
        for line, words in _quoted(ast.parse(path.read_text("utf-8"))):
            if words not in READ_BY_NOBODY and not words.startswith("/"):
                assert not re.search(r"[a-z]{2,},? [a-z]{2,}", words, re.IGNORECASE), (
                    f"{path.name}:{line} says “{words}” itself"
                )


def _quoted(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Literals but for those that programmers read: docstrings, logs, messages of errors."""
    passed_over: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                passed_over.add(node.value)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
                passed_over.update(node.args)
            case ast.Call(func=ast.Name(id="ValueError" | "RuntimeError" | "TypeError")):
                passed_over.update(part for arg in node.args for part in ast.walk(arg))
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(words)) if node not in passed_over:
                yield node.lineno, words


@pytest.mark.parametrize("word", ["instructor", "Lehrkraft", " LEHRKRAFT "])
def test_values_can_be_typed_in_every_language(word: str) -> None:
    assert arguments.recipient(word) is Recipient.INSTRUCTOR
    assert arguments.yes_or_no("ja")
    assert not arguments.yes_or_no("no")
    with pytest.raises(BadValue):
        arguments.yes_or_no("jein")
