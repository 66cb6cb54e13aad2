"""From a decision to words: quotes as they stand in the passages, or a plain word that there are none."""

from collections.abc import Sequence
from itertools import pairwise

from tutor.ground import Decision, Span
from tutor.types import Answer, Mode, Passage, Quote

NOT_COVERED = "The materials do not cover this."


def compose(passages: Sequence[Passage], decision: Decision) -> Answer:
    """The answer's text is its quotes and white space, nothing else; every quote is cut from its passage."""
    if not decision.spans:
        return Answer(Mode.ABSTAINED, _abstention(passages, decision.closest), (), decision.confidence)
    quotes = tuple(
        Quote(span.passage, passages[span.passage].text[span.start : span.end]) for span in decision.spans
    )
    text = quotes[0].text
    for (before, span), quote in zip(pairwise(decision.spans), quotes[1:], strict=True):
        text += (" " if _adjacent(passages, before, span) else "\n\n") + quote.text
    return Answer(Mode.QUOTED, text, quotes, decision.confidence)


def _adjacent(passages: Sequence[Passage], before: Span, after: Span) -> bool:
    if before.passage != after.passage:
        return False
    return passages[before.passage].text[before.end : after.start].isspace()


def _abstention(passages: Sequence[Passage], closest: int | None) -> str:
    if closest is None:
        return NOT_COVERED
    passage = passages[closest]
    section = passage.heading or passage.material_title
    where = ", ".join(part for part in (passage.material_id, passage.place) if part)
    named = f"“{section}”" if section else ""
    pointer = f"{named} ({where})" if named and where else named or where
    return f"{NOT_COVERED} The closest section is {pointer}." if pointer else NOT_COVERED
