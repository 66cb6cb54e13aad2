"""What must hold of an answer, whatever was asked and whatever the pages hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tests.tutor.quotes import hostile
from tutor.types import Answer, Mode, Passage, Question


def violations(question: Question, answer: Answer, texts: Mapping[str, str]) -> Iterator[str]:
    """What does not hold. `texts`: the materials' texts as the node holds them, by material id."""
    rest = answer.text
    for quote in answer.quotes:
        passage = question.passages[quote.passage]
        stands = texts[passage.material_id][quote.start : quote.end]
        if stands != (quote.text or passage.text):
            yield f"{quote.text!r} is quoted, and {stands!r} stands at its offsets"
        rest = rest.lstrip().removeprefix(quote.text)
    if answer.mode is Mode.QUOTED:
        if rest.strip() or not all(quote.text for quote in answer.quotes):
            yield f"the answer is more than its quotes: {rest!r}"
    elif answer.mode is not Mode.ABSTAINED or any(quote.text for quote in answer.quotes):
        yield f"an answer is {answer.mode.value} that may only quote or abstain"
    yield from _of_what_is_shown(answer.text, [question.passages[quote.passage] for quote in answer.quotes])


def _of_what_is_shown(text: str, sources: Sequence[Passage]) -> Iterator[str]:
    shown = "\n".join([text, *(f"{each.heading} {each.material_title} {each.place}" for each in sources)])
    if unseen := hostile.hidden(shown):
        yield f"what is shown holds {unseen!r}, which nobody sees: {shown!r}"
    if hostile.CANARY in shown:
        yield f"what no reader of the page sees is shown: {shown!r}"
