"""What the tutor has to beat: word matching alone, and a model's reading alone."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from tutor.backends.protocol import Backend
from tutor.calibration import Calibration
from tutor.candidates import Candidate, find_candidates
from tutor.evaluation.systems import Ranked, Response
from tutor.pipeline import shortlist
from tutor.reading import Likelihoods
from tutor.stop import Stop
from tutor.terms import terms
from tutor.types import Passage, Question, Quote

ANSWERED_SHARE = 0.8


class TopSentence:
    """The best sentence of all the course's by BM25, whatever it is worth: never silent."""

    name = "bm25"

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = tuple(passages)

    def respond(self, question: Question) -> Response:
        begun = time.perf_counter()
        found = find_candidates(question.query, self._passages, limit=len(self._passages) * 100)
        ranked = sorted(found, key=lambda candidate: -candidate.lexical)
        confidence = ranked[0].lexical if ranked else 0.0
        return _response(self._passages, ranked, confidence, begun)


class TwoStage:
    """The best sentence, by BM25, of the best passage; as sure as the passage has words of the question.

    Whoever uses it must choose below what coverage it is silent.
    """

    name = "two-stage"

    def respond(self, question: Question) -> Response:
        begun = time.perf_counter()
        found = find_candidates(question.query, question.passages)
        ranked = sorted(found, key=lambda candidate: (candidate.passage, -candidate.lexical))
        confidence = _coverage(question.query, question.passages[ranked[0].passage]) if ranked else 0.0
        return _response(question.passages, ranked, confidence, begun)


class QueryLikelihood:
    """Of the tutor's shortlist, the sentence given which a model finds the question likeliest: what any GPT-2
    can tell, without training for it. As sure as that sentence helps it to the question.

    Whoever uses it must choose below what likelihood it is silent.
    """

    name = "untuned"

    def __init__(self, backend: Backend, words: Calibration) -> None:
        """`backend` reads Likelihoods; `words` makes the shortlist."""
        self._backend = backend
        self._words = words

    def respond(self, question: Question) -> Response:
        begun = time.perf_counter()
        found = shortlist(question, self._words)
        if not found.candidates:
            return _response(question.passages, (), -math.inf, begun)
        (reading,) = cast(Sequence[Likelihoods], self._backend.read([found.asked], Stop()))
        read = sorted(zip(reading.totals, found.candidates, strict=True), key=lambda pair: -pair[0])
        confidence = (read[0][0] - reading.unprompted) / max(1, reading.tokens)
        return _response(question.passages, [candidate for _, candidate in read], confidence, begun)


def silent_below(
    responses: Sequence[Response], answerable: Sequence[bool], share: float = ANSWERED_SHARE
) -> list[Response]:
    """The responses, silent below the highest threshold at which `share` of the answerable are answered.

    It is fitted to the very questions that judge it, which flatters.
    """
    sure = sorted(
        (each.confidence for each, flag in zip(responses, answerable, strict=True) if flag), reverse=True
    )
    threshold = sure[math.ceil(len(sure) * share) - 1] if sure else 0.0
    return [each if each.confidence >= threshold else replace(each, text="", quotes=()) for each in responses]


def _coverage(query: str, passage: Passage) -> float:
    wanted = set(terms(query))
    present = set(terms(f"{passage.material_title}\n{passage.heading}\n{passage.text}"))
    return len(wanted & present) / len(wanted) if wanted else 0.0


def _response(
    passages: Sequence[Passage], ranked: Sequence[Candidate], confidence: float, begun: float
) -> Response:
    quotes = tuple((passages[each.passage], _quote(passages, each)) for each in ranked[:1])
    seconds = time.perf_counter() - begun
    return Response(
        tuple(Ranked(each.sentence.text, passages[each.passage]) for each in ranked),
        confidence,
        quotes[0][1].text if quotes else "",
        quotes,
        seconds,
        seconds,
    )


def _quote(passages: Sequence[Passage], candidate: Candidate) -> Quote:
    offset = passages[candidate.passage].offset
    sentence = candidate.sentence
    return Quote(candidate.passage, sentence.text, offset + sentence.start, offset + sentence.end)
