"""What is measured of a candidate before it is judged: one row of numbers per sentence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from tutor.bm25 import Bm25
from tutor.candidates import Candidate
from tutor.openings import asks_definition, defines, leans_on_previous
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
    definition         1 when a definition is asked for and the sentence has the shape of one
    leaning            1 when the sentence opens with a pronoun or a connective
    """

    lexical: float
    coverage: float
    passage_coverage: float
    retrieval: float
    likelihood: float
    posterior: float
    lift: float
    definition: float
    leaning: float


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
    asked = asks_definition(question.query)
    best_lexical = max(candidate.lexical for candidate in candidates)
    best_retrieval = max(passage.score for passage in question.passages)
    in_passage = [_coverage(weights, _everything(passage)) for passage in question.passages]
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
            definition=float(asked and defines(candidate.sentence.text)),
            leaning=float(leans_on_previous(candidate.sentence.text)),
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


def _everything(passage: Passage) -> str:
    return f"{passage.material_title}\n{passage.heading}\n{passage.text}"


def _share(value: float, best: float) -> float:
    return min(1.0, max(0.0, value / best)) if best > 0.0 else 0.0
