"""What is measured of a candidate before it is judged: one row of numbers per sentence."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields

from tutor.asked import fits, names
from tutor.bm25 import Bm25
from tutor.candidates import Candidate
from tutor.terms import terms
from tutor.types import Passage, Question


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """log P(query | evidence) in nats, summed over the query's `tokens`, for each candidate in order.

    `unprompted` is the same with no evidence at all: what the query is worth by itself.
    """

    totals: tuple[float, ...]
    unprompted: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Features:
    """Of one candidate sentence; every number is 0 where it does not apply.

    lexical            BM25 over sentences, as a share of the best candidate's, 0 to 1
    coverage           share of the query's distinct terms, weighted by rarity among the candidates, that
                       occur in the sentence or the one it leans on, 0 to 1; a term found nowhere weighs most
    passage_coverage   the same share for the passage, its heading and its title, 0 to 1
    retrieval          the passage's retrieval score as a share of the best passage's, 0 to 1
    likelihood         log P(query | sentence) per token, less the candidates' mean, in nats
    posterior          log of the sentence's share in the candidates' sum of P(query | sentence), in nats, not
                       below -8
    lift               log P(query | sentence) - log P(query) per token, in nats
    names              share of the names in the query that the passage, its heading or its title has; 1
                       without names
    opening            share of the query's distinct terms among as many of the sentence's first ones, and one
                       more: a definition opens with what it defines
    kind               1 when the sentence holds the kind of thing asked for, 0 when not, 0.5 when none is
    """

    lexical: float
    coverage: float
    passage_coverage: float
    retrieval: float
    likelihood: float
    posterior: float
    lift: float
    names: float
    opening: float
    kind: float


NAMES = tuple(field.name for field in fields(Features))
_LEAST_POSTERIOR = -8.0


def measure(
    question: Question, candidates: Sequence[Candidate], likelihoods: Likelihoods | None
) -> tuple[Features, ...]:
    """One row per candidate, in order; without `likelihoods` the model's three columns are 0."""
    if not candidates:
        return ()
    rarity = Bm25([terms(candidate.sentence.text) for candidate in candidates]).idf
    weights = {term: rarity(term) for term in sorted(set(terms(question.query)))}
    named = names(question.query)
    best_lexical = max(candidate.lexical for candidate in candidates)
    best_retrieval = max(passage.score for passage in question.passages)
    passages = [_everything(passage) for passage in question.passages]
    in_passage = [_coverage(weights, text) for text in passages]
    names_in_passage = [_found(named, terms(text)) if named else 1.0 for text in passages]
    columns = _model_columns(likelihoods, len(candidates))
    return tuple(
        Features(
            lexical=_share(candidate.lexical, best_lexical),
            coverage=_coverage(weights, candidate.in_context),
            passage_coverage=in_passage[candidate.passage],
            retrieval=_share(question.passages[candidate.passage].score, best_retrieval),
            likelihood=likelihood,
            posterior=posterior,
            lift=lift,
            names=names_in_passage[candidate.passage],
            opening=_found(weights.keys(), terms(candidate.sentence.text)[: len(weights) + 1]),
            kind=fits(question.query, candidate.sentence.text),
        )
        for candidate, (likelihood, posterior, lift) in zip(candidates, columns, strict=True)
    )


def _model_columns(likelihoods: Likelihoods | None, count: int) -> list[tuple[float, float, float]]:
    if likelihoods is None:
        return [(0.0, 0.0, 0.0)] * count
    totals, tokens = likelihoods.totals, max(1, likelihoods.tokens)
    mean = math.fsum(totals) / count
    highest = max(totals)
    whole = highest + math.log(math.fsum(math.exp(total - highest) for total in totals))
    return [
        (
            (total - mean) / tokens,
            max(_LEAST_POSTERIOR, total - whole),
            (total - likelihoods.unprompted) / tokens,
        )
        for total in totals
    ]


def _coverage(weights: dict[str, float], text: str) -> float:
    present = frozenset(terms(text))
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / whole if whole else 0.0


def _found(wanted: Collection[str], there: Iterable[str]) -> float:
    return len(frozenset(wanted).intersection(there)) / len(wanted) if wanted else 0.0


def _everything(passage: Passage) -> str:
    return f"{passage.material_title}\n{passage.heading}\n{passage.text}"


def _share(value: float, best: float) -> float:
    return min(1.0, max(0.0, value / best)) if best > 0.0 else 0.0
