"""How an answer is shown: who gave it, for the tutor's, where each sentence stands, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.client.api import Answer, Citation, Query
from bot.commands import arguments
from bot.commands.card import button
from bot.core.model import Button
from bot.core.richtext import Text, italic, join, lines, plain, quote
from bot.core.text import phrases
from bot.core.text import questions as text

_SOURCES = {"M": "materials", "Q": "faq"}
"""What opens a source, by the letter of its id. What a tutor cites is its own word, and may be anything."""


def source(citation: Citation) -> str:
    """ "M3, page 2"; "Q7" for an answer known already."""
    return f"{citation.material_id}, {citation.place}" if citation.place else citation.material_id


def source_buttons(answers: Iterable[Answer]) -> list[Button]:
    """One for each thing cited that can be opened."""
    cited = dict.fromkeys(citation.material_id for answer in answers for citation in answer.citations)
    return [
        button(phrases.open_item(id_), command, id_)
        for id_ in cited
        for letter, command in _SOURCES.items()
        if arguments.is_item_id(id_, letter)
    ]


def tutors_own(query: Query) -> Answer | None:
    """The tutor's answer, when it has one."""
    answer = query.tutor_answer
    return None if answer is None or answer.abstained else answer


def answer_text(answer: Answer) -> Text:
    if not answer.by_tutor:
        from_whom = text.correction_from if answer.correction else text.answer_from
        return lines(italic(from_whom(answer.author)), quote(answer.text))
    said = _of_tutor(answer)
    return lines(said, italic(text.endorsed_by(answer.endorsed_by))) if answer.endorsed_by else said


def _of_tutor(answer: Answer) -> Text:
    if answer.abstained:
        return lines(italic(text.TUTOR_ABSTAINS), answer.text)
    if answer.generated:
        return lines(italic(text.TUTOR_GENERATED), answer.text, *_sources(answer))
    if _is_quotation(answer):
        return lines(italic(text.TUTOR_QUOTES), *(_quoted(citation) for citation in answer.citations))
    return lines(italic(text.TUTOR_QUOTES), answer.text, *_sources(answer))


def _is_quotation(answer: Answer) -> bool:
    """Whether the citations' sentences are the whole answer, so that each can stand with its source."""
    said = "".join(citation.quote for citation in answer.citations)
    return bool(said) and "".join(said.split()) == "".join(answer.text.split())


def _quoted(citation: Citation) -> Text:
    return join((quote(citation.quote), plain(f" ({source(citation)})")))


def _sources(answer: Answer) -> list[str]:
    if not answer.citations:
        return []
    return [text.sources(dict.fromkeys(source(citation) for citation in answer.citations))]
