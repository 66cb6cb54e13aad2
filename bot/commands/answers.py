"""How an answer is shown: who gave it, for the tutor's, where each sentence stands, and what came of it."""

from __future__ import annotations

from bot.client.api import Answer, Citation, Query
from bot.commands.sources import source
from bot.core.richtext import Text, italic, join, lines, plain, quote
from bot.core.text import questions as text
from bot.core.text.tutor_says import said_by_tutor


def tutors_own(query: Query) -> Answer | None:
    """The tutor's answer, when it has one that an instructor could stand by."""
    answer = query.tutor_answer
    return None if answer is None or answer.only_points else answer


def said(answer: Answer) -> str:
    """Its words. What the tutor says itself, instead of the materials, is in the language spoken."""
    return said_by_tutor(answer.text) if answer.only_points else answer.text


def answer_text(answer: Answer) -> Text:
    if not answer.by_tutor:
        from_whom = text.correction_from if answer.correction else text.answer_from
        return lines(italic(from_whom(answer.author)), quote(answer.text))
    shown = _of_tutor(answer)
    return lines(shown, italic(text.endorsed_by(answer.endorsed_by))) if answer.endorsed_by else shown


def _of_tutor(answer: Answer) -> Text:
    if answer.abstained:
        return lines(italic(text.TUTOR_ABSTAINS), said(answer))
    if answer.hint:
        return lines(italic(text.TUTOR_HINTS), said(answer))
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
