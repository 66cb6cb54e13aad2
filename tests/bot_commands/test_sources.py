"""A source opens the place it cites: the sentence is marked in its paragraph, and nothing false is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from bot.client.api import Answer, Citation, LmsClient, Material, Recipient
from bot.commands import sources
from bot.commands.sources import source, source_buttons
from bot.core.language import speaking
from bot.core.model import Button, Reply
from bot.core.richtext import Style
from bot.core.text.tutor_says import said_by_tutor
from protos.tutor_pb2 import Passage
from tests.bot_commands.chat import Chat, labels
from tests.solo.classroom import SoloClassroom

Chats = Callable[[str], Awaitable[Chat]]
Opened = Callable[..., Awaitable[Reply]]

TEXT = "Zwölf 🎓 sit down.\n\nClocks drift. They are set anew. Nobody minds.\n\nThe end."
DRIFT, SET = TEXT.index("Clocks"), TEXT.index("They")
FIRST = Citation("M1", "Clocks", "page 1", "Clocks drift.", "On clocks", DRIFT, DRIFT + 13)
SECOND = Citation("M1", "Clocks", "page 1", "They are set anew.", "On clocks", SET, SET + 18)
QUOTED = Answer("Clocks drift. They are set anew.", "", True, (FIRST,), "small", False, False)


@pytest.fixture
def opened(
    chat: Chats, classroom: SoloClassroom, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Awaitable[Reply]]:
    """Asks for an answer with these citations of a material with this text, and opens the first of them."""

    async def opened(*citations: Citation, text: str = TEXT) -> Reply:
        def tutor(question: str, passages: Sequence[Passage]) -> Answer:
            return replace(QUOTED, citations=citations)

        classroom.set_tutor(tutor)
        ada, grace = await chat("ada"), await chat("grace")
        file = grace.attach("clocks.txt", text.encode())
        await grace.run("upload", title="Clocks", notify=False, file=(file,))
        await ada.run("ask", to=Recipient.TUTOR, question="Why do clocks drift?")
        client: LmsClient = classroom.client
        whole: Material = await client.material(ada.token, "M1")
        assert whole.text == text
        return await ada.run("source", question="Q1", number=None)

    return opened


def marked(reply: Reply) -> list[str]:
    return [span.text for span in reply.text.spans if span.style is Style.BOLD][1:]


async def test_the_sentence_is_marked_in_its_paragraph_under_its_heading(opened: Opened) -> None:
    reply = await opened(FIRST)
    assert marked(reply) == ["Clocks drift."]
    assert reply.text.plain.splitlines() == [
        "M1: Clocks",
        "On clocks, page 1",
        "Clocks drift. They are set anew. Nobody minds.",
    ]
    assert [button for row in reply.buttons for button in row] == [Button("All of M1", "materials:M1")]


async def test_sentences_of_one_place_are_opened_together(opened: Opened) -> None:
    reply = await opened(SECOND, FIRST)
    assert marked(reply) == ["Clocks drift.", "They are set anew."]


async def test_a_passage_that_is_meant_and_not_quoted_is_shown_and_not_marked(opened: Opened) -> None:
    reply = await opened(replace(FIRST, quote="", end=SET + 18))
    assert marked(reply) == []
    assert "Clocks drift. They are set anew. Nobody minds." in reply.text.plain


async def test_what_does_not_stand_there_is_not_marked(opened: Opened) -> None:
    reply = await opened(replace(FIRST, quote="Clocks sing."))
    assert marked(reply) == []


@pytest.mark.parametrize("span", [(10_000, 10_013), (20, 10), (0, 10_000)])
async def test_offsets_out_of_the_text_open_its_beginning(opened: Opened, span: tuple[int, int]) -> None:
    reply = await opened(replace(FIRST, start=span[0], end=span[1]))
    assert "Zwölf 🎓 sit down." in reply.text.plain
    assert marked(reply) == []


async def test_of_a_paragraph_without_end_only_what_is_near_is_shown(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "AROUND_CHARACTERS", 12)
    text = f"{'before ' * 50}Clocks drift. {'after ' * 50}".strip()
    start = text.index("Clocks")
    reply = await opened(replace(FIRST, start=start, end=start + 13), text=text)
    assert reply.text.plain.splitlines()[-1] == "… before Clocks drift. after …"


def test_an_answer_of_an_earlier_release_opens_the_whole_material() -> None:
    old = replace(QUOTED, citations=(Citation("M3", "Clocks", "page 1", "Clocks drift."),))
    assert source_buttons("Q1", [old]) == [Button("Open M3, page 1", "materials:M3")]


def test_what_is_no_id_opens_nothing_and_a_known_answer_is_named_by_its_question() -> None:
    odd = replace(FIRST, material_id="M1:rm")
    known = replace(FIRST, material_id="Q7", heading="When is the exam?")
    shown = source_buttons("Q1", [replace(QUOTED, citations=(odd, known))])
    assert shown == [Button("Open Q7", "faq:Q7")]
    assert sources.source(known) == "Q7: When is the exam?"


async def test_closest_is_said_of_what_is_cited_in_silence(opened: Opened) -> None:
    silent = replace(QUOTED, abstained=True, citations=(replace(FIRST, quote=""),))
    assert [each.label for each in source_buttons("Q1", [silent])] == ["Closest section: M1, page 1"]
    assert labels(await opened(FIRST)) == ["All of M1"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("section 3", "Abschnitt 3"),
        ("page 2", "Seite 2"),
        ("slide 4", "Folie 4"),
        ("lines 1-38", "Zeilen 1-38"),
        ("line up", "line up"),
    ],
)
def test_where_it_stands_is_said_in_the_language_spoken(place: str, said: str) -> None:
    with speaking("de"):
        assert source(Citation("M3", "Clocks", place, "")) == f"M3, {said}"
        hint = f"This is answered in “Clocks” (M3, {place})."
        assert said_by_tutor(hint) == f"Die Antwort steht in “Clocks” (M3, {said})."
    assert said_by_tutor(hint) == hint
