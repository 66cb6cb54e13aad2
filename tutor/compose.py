"""From a decision to words: quotes as they stand in the passages, or a plain word that there are none."""

from collections.abc import Sequence
from itertools import pairwise

from tutor.ground import Decision, Span
from tutor.types import Answer, Mode, Passage, Policy, Quote

NOT_COVERED = "The materials do not cover this."


def compose(passages: Sequence[Passage], decision: Decision, policy: Policy = Policy.QUOTE) -> Answer:
    """The answer's text is its quotes and white space, nothing else; every quote is cut from its passage.

    An abstention's one source is the closest passage, a hint's are those that would have been quoted.
    """
    if not decision.spans:
        closest = () if decision.closest is None else (decision.closest,)
        text = _abstention([passages[number] for number in closest])
        return Answer(Mode.ABSTAINED, text, _pointers(passages, closest), decision.confidence)
    if policy is Policy.HINT:
        meant = tuple(dict.fromkeys(span.passage for span in decision.spans))
        text = _hint([passages[number] for number in meant])
        return Answer(Mode.HINT, text, _pointers(passages, meant), decision.confidence)
    quotes = tuple(quote(passages, span) for span in decision.spans)
    text = quotes[0].text
    for (before, span), further in zip(pairwise(decision.spans), quotes[1:], strict=True):
        text += (" " if _adjacent(passages, before, span) else "\n\n") + further.text
    return Answer(Mode.QUOTED, text, quotes, decision.confidence)


def pointer(number: int, passage: Passage) -> Quote:
    """To all of the passage with this number, quoting nothing."""
    return Quote(number, "", passage.offset, passage.offset + len(passage.text))


def _pointers(passages: Sequence[Passage], numbers: Sequence[int]) -> tuple[Quote, ...]:
    return tuple(pointer(number, passages[number]) for number in numbers)


def quote(passages: Sequence[Passage], span: Span) -> Quote:
    passage = passages[span.passage]
    text = passage.text[span.start : span.end]
    return Quote(span.passage, text, passage.offset + span.start, passage.offset + span.end)


def _adjacent(passages: Sequence[Passage], before: Span, after: Span) -> bool:
    if before.passage != after.passage:
        return False
    return passages[before.passage].text[before.end : after.start].isspace()


def _abstention(closest: Sequence[Passage]) -> str:
    named = [name for name in map(_named, closest) if name]
    return " ".join([NOT_COVERED, *(f"The closest section is {name}." for name in named)])


def _hint(meant: Sequence[Passage]) -> str:
    named = [name for name in map(_named, meant) if name]
    return f"This is answered in {'; '.join(named) if named else 'the materials'}."


def _named(passage: Passage) -> str:
    """By heading, material and place, as far as it has them."""
    section = passage.heading or passage.material_title
    where = ", ".join(part for part in (passage.material_id, passage.place) if part)
    named = f"“{section}”" if section else ""
    return f"{named} ({where})" if named and where else named or where
