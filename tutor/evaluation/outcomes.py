"""One response against what answers its question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.evaluation.gold import Gold
from tutor.evaluation.metrics import token_f1
from tutor.evaluation.questions import Asked
from tutor.evaluation.systems import Response
from tutor.types import Passage, Quote

FREE_F1 = 0.5
"""A text that was written freely is right when it shares so many words with a gold sentence."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`right`: what the system says, or would say if it were not silent, holds a gold sentence."""

    asked: Asked
    response: Response
    answered: bool
    right: bool
    gold_ranks: tuple[int, ...]
    """Of the gold sentences in the ranking, from 0."""
    first_in_passage: bool
    """Whether the best sentence stands in a passage, and in a section, that holds a gold one."""
    first_in_section: bool
    cited: int
    """Sentences quoted; those of them that stand in a gold passage; those that stand in their page."""
    cited_gold: int
    cited_grounded: int

    def gold_within(self, count: int) -> bool:
        """Whether a gold sentence is among the first `count`."""
        return any(rank < count for rank in self.gold_ranks)

    @property
    def served(self) -> bool:
        """Answered rightly, or silent where nothing answers."""
        return self.answered == self.asked.answerable and self.right == self.answered


def judge(asked: Asked, response: Response, gold: Gold, texts: Mapping[str, str]) -> Outcome:
    """`texts`: the pages as extracted, by material id."""
    ranks = tuple(rank for rank, each in enumerate(response.ranking) if gold.holds(each.text))
    if not response.text:
        right = bool(ranks) and ranks[0] == 0
    elif response.quotes:
        right = any(gold.holds(quote.text) for _, quote in response.quotes)
    else:
        right = any(token_f1(response.text, sentence) >= FREE_F1 for sentence in gold.sentences)
    return Outcome(
        asked,
        response,
        answered=bool(response.text),
        right=right,
        gold_ranks=ranks,
        first_in_passage=any(gold.in_passage(each.passage) for each in response.ranking[:1]),
        first_in_section=any(gold.in_section(each.passage) for each in response.ranking[:1]),
        cited=len(response.quotes),
        cited_gold=sum(gold.in_passage(passage) for passage, _ in response.quotes),
        cited_grounded=_grounded(response, texts),
    )


def _grounded(response: Response, texts: Mapping[str, str]) -> int:
    """The quotes that their pages have at their offsets; none when the answer says anything else."""
    rest = response.text
    for _, quote in response.quotes:
        rest = rest.lstrip().removeprefix(quote.text)
    if rest:
        return 0
    return sum(_stands(passage, quote, texts) for passage, quote in response.quotes)


def _stands(passage: Passage, quote: Quote, texts: Mapping[str, str]) -> bool:
    page = texts.get(passage.material_id, "")
    return bool(quote.text) and page[quote.start : quote.end] == quote.text
