"""The sentences an answer may be made of: at most forty, each with the passage it was cut from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tutor.bm25 import Bm25
from tutor.openings import leans_on_previous
from tutor.terms import terms
from tutor.text import Sentence, quotable, sentences, whole
from tutor.types import Passage

LIMIT = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quotable sentence of the passage numbered `passage`, with the one before it if it leans on that."""

    passage: int
    sentence: Sentence
    previous: Sentence | None
    asked: str
    """The question that the sentence was given as an endorsed answer to; empty for one of a material."""
    around: str = ""
    """The sentences before and after it."""
    lexical: float = 0.0
    """BM25 of the query's terms in the sentence, with the question it answers, among all of the passages."""

    @property
    def in_context(self) -> str:
        """The sentence as it reads: after the one before, when it leans on it, or the question it answers."""
        before = self.previous.text if self.previous is not None else self.asked
        return f"{before} {self.sentence.text}" if before else self.sentence.text


def find_candidates(query: str, passages: Sequence[Passage], limit: int = LIMIT) -> tuple[Candidate, ...]:
    """The `limit` best sentences by BM25, in the order of the passages; a sentence met twice counts once.

    Endorsed answers come before all others: in a short one there may be no word of the query.
    """
    found: list[Candidate] = []
    seen: set[str] = set()
    for number, passage in enumerate(passages):
        asked = passage.heading if passage.endorsed else ""
        for sentence, previous, around in quotable_sentences(passage):
            if sentence.text not in seen:
                seen.add(sentence.text)
                found.append(Candidate(number, sentence, previous, asked, around))
    bm25 = Bm25([terms(f"{candidate.asked} {candidate.sentence.text}") for candidate in found])
    scores = bm25.scores(terms(query))
    scored = [replace(candidate, lexical=score) for candidate, score in zip(found, scores, strict=True)]
    best = sorted(range(len(scored)), key=lambda at: (not scored[at].asked, -scored[at].lexical, at))
    return tuple(scored[at] for at in sorted(best[:limit]))


def quotable_sentences(passage: Passage) -> Iterator[tuple[Sentence, Sentence | None, str]]:
    """Each with the sentence before, if it leans on that, and what stands around it. A short endorsed answer
    is one as a whole."""
    if passage.endorsed and (known := whole(passage.text)) is not None:
        yield known, None, ""
        return
    cut = sentences(passage.text)
    for number, sentence in enumerate(cut):
        if not quotable(sentence):
            continue
        before = cut[number - 1] if number else None
        after = cut[number + 1].text if number + 1 < len(cut) else ""
        leans = before is not None and quotable(before) and leans_on_previous(sentence.text)
        yield sentence, before if leans else None, f"{before.text if before else ''} {after}"
