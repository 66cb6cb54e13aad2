"""What is measured of a candidate before it is judged: one row of numbers per sentence."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from tutor.asked import defines, fits, names
from tutor.bm25 import Bm25
from tutor.candidates import Candidate
from tutor.openings import leans_on_previous
from tutor.reading import Likelihoods, Reading, Selection
from tutor.terms import terms
from tutor.types import Passage, Question


@dataclass(frozen=True, slots=True)
class Features:
    """Of one candidate sentence; every number is 0 where it does not apply.

    lexical            BM25 over sentences, as a share of the best candidate's, 0 to 1
    coverage           share of the query's distinct terms, weighted by rarity among the candidates, that
                       occur in the sentence or the one it leans on, 0 to 1; a term found nowhere weighs most
    passage_coverage   the same share for the passage, its heading and its title, 0 to 1
    retrieval          the passage's retrieval score as a share of the best passage's, 0 to 1
    names              share of the names in the query that the passage, its heading or its title has; 1
                       without names
    opening            share of the query's distinct terms among as many of the sentence's first ones, and one
                       more: a definition opens with what it defines
    kind               1 when the sentence holds the kind of thing asked for, 0 when not, 0.5 when none is
    defines            share of the terms of the question and of the sentence's subject that both have, when
                       one asks what something is and the other says so, 0 to 1
    order              share of the query's pairs of neighbouring terms that are neighbours, in that order,
                       in the sentence, 0 to 1
    around             coverage by the sentences before and after, 0 to 1
    missing            rarity of the rarest term of the query that no passage has, as a share of the rarest's
    margin             lexical, less that of the best other candidate, -1 to 1
    leans              1 when the sentence opens with a pronoun or a connective
    first              1 when it is its passage's first candidate
    length             its number of terms, in hundreds
    likelihood         log P(query | sentence) per token, less the candidates' mean, in nats
    posterior          log of the sentence's share in the candidates' sum of P(query | sentence), in nats, not
                       below -8
    lift               log P(query | sentence) - log P(query) per token, in nats
    chosen             log of the share of the selector's choice that is this sentence, in nats, not below -8
    against_none       the same less that of choosing none, in nats, -8 to 8
    answers            log odds of the selector that the sentence answers, judged by itself, -8 to 8
    """

    lexical: float
    coverage: float
    passage_coverage: float
    retrieval: float
    names: float
    opening: float
    kind: float
    defines: float
    order: float
    around: float
    missing: float
    margin: float
    leans: float
    first: float
    length: float
    likelihood: float = 0.0
    posterior: float = 0.0
    lift: float = 0.0
    chosen: float = 0.0
    against_none: float = 0.0
    answers: float = 0.0


NAMES = tuple(field.name for field in fields(Features))
LIKELIHOOD = ("likelihood", "posterior", "lift")
SELECTION = ("chosen", "against_none", "answers")
"""Those that a model fills in, by how it reads."""
WORDS = tuple(name for name in NAMES if name not in LIKELIHOOD + SELECTION)
_MOST_NATS = 8.0


def measure(question: Question, candidates: Sequence[Candidate]) -> tuple[Features, ...]:
    """One row per candidate, in order, by their words alone; the model's columns are 0."""
    if not candidates:
        return ()
    cut = [terms(candidate.sentence.text) for candidate in candidates]
    query = terms(question.query)
    rarity = Bm25(cut).idf
    weights = {term: rarity(term) for term in sorted(set(query))}
    named = names(question.query)
    best, second = _best_two([candidate.lexical for candidate in candidates])
    best_retrieval = max(passage.score for passage in question.passages)
    passages = [frozenset(terms(_everything(passage))) for passage in question.passages]
    in_passage = [_coverage(weights, found) for found in passages]
    names_in_passage = [_found(named, found) if named else 1.0 for found in passages]
    missing = _missing(weights, frozenset().union(*passages))
    firsts = {candidate.passage: at for at, candidate in reversed(list(enumerate(candidates)))}
    rows = []
    for at, (candidate, found) in enumerate(zip(candidates, cut, strict=True)):
        rival = second if candidate.lexical == best else best
        rows.append(
            Features(
                lexical=_share(candidate.lexical, best),
                coverage=_coverage(weights, terms(candidate.in_context)),
                passage_coverage=in_passage[candidate.passage],
                retrieval=_share(question.passages[candidate.passage].score, best_retrieval),
                names=names_in_passage[candidate.passage],
                opening=_found(weights.keys(), found[: len(weights) + 1]),
                kind=fits(question.query, candidate.sentence.text),
                defines=defines(question.query, candidate.sentence.text),
                order=_order(query, found),
                around=_coverage(weights, terms(candidate.around)),
                missing=missing,
                margin=_share(candidate.lexical, best) - _share(rival, best),
                leans=float(leans_on_previous(candidate.sentence.text)),
                first=float(firsts[candidate.passage] == at),
                length=len(found) / 100.0,
            )
        )
    return tuple(rows)


def with_reading(rows: Sequence[Features], reading: Reading) -> tuple[Features, ...]:
    """`rows` with the model's columns, from what it read of the same candidates in the same order."""
    columns = _selection(reading) if isinstance(reading, Selection) else _likelihoods(reading)
    return tuple(replace(row, **column) for row, column in zip(rows, columns, strict=True))


def _selection(reading: Selection) -> list[dict[str, float]]:
    return [
        {
            "chosen": max(-_MOST_NATS, chosen),
            "against_none": _bounded(chosen - reading.none),
            "answers": _bounded(answers),
        }
        for chosen, answers in zip(reading.chosen, reading.answers, strict=True)
    ]


def _likelihoods(reading: Likelihoods) -> list[dict[str, float]]:
    totals, tokens = reading.totals, max(1, reading.tokens)
    mean = math.fsum(totals) / len(totals)
    highest = max(totals)
    whole = highest + math.log(math.fsum(math.exp(total - highest) for total in totals))
    return [
        {
            "likelihood": (total - mean) / tokens,
            "posterior": max(-_MOST_NATS, total - whole),
            "lift": (total - reading.unprompted) / tokens,
        }
        for total in totals
    ]


def _bounded(nats: float) -> float:
    return min(_MOST_NATS, max(-_MOST_NATS, nats))


def _coverage(weights: dict[str, float], found: Collection[str]) -> float:
    present = frozenset(found)
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / whole if whole else 0.0


def _found(wanted: Collection[str], there: Iterable[str]) -> float:
    return len(frozenset(wanted).intersection(there)) / len(wanted) if wanted else 0.0


def _missing(weights: dict[str, float], found: frozenset[str]) -> float:
    rarest = max(weights.values(), default=0.0)
    absent = max((weight for term, weight in weights.items() if term not in found), default=0.0)
    return absent / rarest if rarest else 0.0


def _order(query: Sequence[str], found: Sequence[str]) -> float:
    wanted = {(one, other) for one, other in pairwise(query) if one != other}
    return len(wanted.intersection(pairwise(found))) / len(wanted) if wanted else 0.0


def _best_two(scores: Sequence[float]) -> tuple[float, float]:
    """The second is 0 where there is one score only."""
    best, *others = sorted(scores, reverse=True)
    return best, others[0] if others else 0.0


def _everything(passage: Passage) -> str:
    return f"{passage.material_title}\n{passage.heading}\n{passage.text}"


def _share(value: float, best: float) -> float:
    return min(1.0, max(0.0, value / best)) if best > 0.0 else 0.0
