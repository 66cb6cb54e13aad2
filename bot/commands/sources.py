"""What an answer cites, opened where it stands: the quoted sentences marked in the paragraphs around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.client.api import Answer, Citation, LmsClient, LmsError
from bot.commands import arguments
from bot.commands.card import button, card
from bot.core.command import SIGNED_IN, Arg, BadValue, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.richtext import Text, bold, italic, join
from bot.core.text import phrases
from bot.core.text import tutoring as text
from bot.core.text.tutor_says import place_said

SOURCES_MAX = 20
AROUND_CHARACTERS = 1_000
"""Shown before what is cited, and after it, at most."""
PARAGRAPH_BORDER = "\n\n"


class Sources:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "source",
                text.SOURCE_SUMMARY,
                "/source Q1",
                self.open,
                SIGNED_IN,
                (
                    Arg("question", text.WHICH_ANSWER, parse=arguments.item_id("Q"), required=False),
                    Arg(
                        "number",
                        text.WHICH_SOURCE,
                        parse=arguments.whole_number(1, SOURCES_MAX),
                        required=False,
                    ),
                ),
                aside=True,
            ),
        )

    async def open(self, conversation: Conversation, values: Values) -> Reply:
        query_id, number = values["question"], values["number"] or 1
        if query_id is None:
            raise BadValue(text.WHICH_ANSWER)
        sources = places(await self._answers(conversation, query_id))
        if not sources:
            raise BadValue(text.NO_SOURCES)
        if number > len(sources):
            raise BadValue(text.only_sources(query_id, len(sources)))
        cited = sources[number - 1]
        material = await self._client.material(conversation.token, cited[0].material_id)
        heading = ", ".join(part for part in (cited[0].heading, place_said(cited[0].place)) if part)
        return card(
            phrases.item_label(material.id, material.title),
            *([italic(heading)] if heading else []),
            _marked(material.text, cited),
            buttons=[button(text.whole(material.id), "materials", material.id)],
        )

    async def _answers(self, conversation: Conversation, query_id: str) -> Sequence[Answer]:
        """Of a question that may be read, or else of the FAQ."""
        if conversation.role is not Role.ADMINISTRATOR:
            try:
                return (await self._client.query(conversation.token, query_id)).answers
            except LmsError as error:
                if error.code != "NOT_FOUND":
                    raise
        return ((await self._client.known_answer(conversation.token, query_id)).answer,)


def source(citation: Citation) -> str:
    """ "M3, page 2"; for an answer known already "Q7: When is the exam?", since it may be a single word."""
    if arguments.is_item_id(citation.material_id, "Q") and citation.heading:
        return phrases.item_label(citation.material_id, citation.heading)
    return f"{citation.material_id}, {place_said(citation.place)}" if citation.place else citation.material_id


def places(answers: Iterable[Answer]) -> list[list[Citation]]:
    """The citations of materials, together where they are of one place, in the order they are cited. What a
    tutor cites is its own word: what looks like no material's id is left out."""
    found: dict[tuple[str, str], list[Citation]] = {}
    for answer in answers:
        for citation in answer.citations:
            if arguments.is_item_id(citation.material_id, "M"):
                found.setdefault((citation.material_id, citation.place), []).append(citation)
    return list(found.values())


def source_buttons(query_id: str, answers: Sequence[Answer]) -> list[Button]:
    """One for each place cited, and for each known answer."""
    buttons = []
    for number, cited in enumerate(places(answers), start=1):
        named = source(cited[0])
        nothing_said = any(answer.abstained and cited[0] in answer.citations for answer in answers)
        label = text.closest_section(named) if nothing_said else phrases.open_item(named)
        if any(citation.end for citation in cited):
            buttons.append(button(phrases.shortened(label), "source", query_id, str(number)))
        else:
            buttons.append(button(phrases.shortened(label), "materials", cited[0].material_id))
    known = dict.fromkeys(citation.material_id for answer in answers for citation in answer.citations)
    buttons += [button(phrases.open_item(id_), "faq", id_) for id_ in known if arguments.is_item_id(id_, "Q")]
    return buttons


def _marked(words: str, cited: Sequence[Citation]) -> Text:
    """The paragraphs in which it stands, what is quoted in bold. Where the text does not say what the
    citation does, nothing is marked."""
    spans = sorted({(each.start, each.end) for each in cited if each.start < each.end <= len(words)})
    if not spans:
        return join([phrases.beginning(words, AROUND_CHARACTERS)])
    quoted = {(each.start, each.end) for each in cited if each.quote == words[each.start : each.end]}
    parts: list[Text | str] = [_before(words, spans[0][0])]
    at = spans[0][0]
    for start, end in spans:
        parts.append(words[at : max(at, start)])
        passage = words[max(at, start) : end]
        parts.append(bold(passage) if (start, end) in quoted else passage)
        at = max(at, end)
    return join([part for part in (*parts, _after(words, at)) if part])


def _before(words: str, start: int) -> str:
    """What stands before it in its paragraph."""
    border = words.rfind(PARAGRAPH_BORDER, 0, start)
    begin = 0 if border < 0 else border + len(PARAGRAPH_BORDER)
    if start - begin <= AROUND_CHARACTERS:
        return words[begin:start]
    return "… " + words[start - AROUND_CHARACTERS : start].partition(" ")[2]


def _after(words: str, end: int) -> str:
    border = words.find(PARAGRAPH_BORDER, end)
    stop = len(words) if border < 0 else border
    if stop - end <= AROUND_CHARACTERS:
        return words[end:stop].rstrip()
    return words[end : end + AROUND_CHARACTERS].rpartition(" ")[0] + " …"
