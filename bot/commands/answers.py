"""How an answer is shown: who gave it, and for the tutor's, where each sentence stands in the materials."""

from __future__ import annotations

from bot.client.api import Answer, Citation
from bot.core.richtext import Text, italic, join, lines, plain, quote
from bot.core.text import questions as text


def source(citation: Citation) -> str:
    """ "M3, page 2"."""
    return f"{citation.material_id}, {citation.place}" if citation.place else citation.material_id


def answer_text(answer: Answer) -> Text:
    if not answer.by_tutor:
        return lines(italic(text.answer_from(answer.author)), quote(answer.text))
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
