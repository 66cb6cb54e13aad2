"""The sentences an answer may be made of: at most forty, each with the passage it was cut from."""

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.bm25 import Bm25
from tutor.openings import leans_on_previous
from tutor.terms import terms
from tutor.text import Sentence, quotable, sentences
from tutor.types import Passage

LIMIT = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quotable sentence of the passage numbered `passage`, with the one before it if it leans on that."""

    passage: int
    sentence: Sentence
    previous: Sentence | None
    lexical: float
    """BM25 of the query's terms in the sentence, among all sentences of the passages."""

    @property
    def in_context(self) -> str:
        """The sentence as it reads: after the one before, when it leans on it."""
        return f"{self.previous.text} {self.sentence.text}" if self.previous else self.sentence.text


def find_candidates(query: str, passages: Sequence[Passage], limit: int = LIMIT) -> tuple[Candidate, ...]:
    """The `limit` best sentences by BM25, in the order of the passages; a sentence met twice counts once."""
    found: list[tuple[int, Sentence, Sentence | None]] = []
    seen: set[str] = set()
    for number, passage in enumerate(passages):
        before: Sentence | None = None
        for sentence in sentences(passage.text):
            if quotable(sentence) and sentence.text not in seen:
                seen.add(sentence.text)
                leans = before is not None and quotable(before) and leans_on_previous(sentence.text)
                found.append((number, sentence, before if leans else None))
            before = sentence
    bm25 = Bm25([terms(sentence.text) for _, sentence, _ in found])
    scored = list(zip(found, bm25.scores(terms(query)), strict=True))
    kept = sorted(range(len(scored)), key=lambda index: (-scored[index][1], index))[:limit]
    return tuple(Candidate(*scored[index][0], scored[index][1]) for index in sorted(kept))
