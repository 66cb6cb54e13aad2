"""What a language model is asked about candidate sentences, and what it says: plain numbers, no tensors."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and what may answer it as (heading, sentence in context) pairs, the likeliest first."""

    query: str
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """A selector's view of the evidence, in order; it was trained to make this choice.

    `chosen` is log P(this sentence is the one that answers) among all of them and none, `none` the log of
    what is left, and `answers` the log odds that the sentence answers, judged by itself. In nats.
    """

    chosen: tuple[float, ...]
    none: float
    answers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """log P(query | evidence) in nats, summed over the query's `tokens`, for each piece of evidence in order.

    `unprompted` is the same with no evidence at all: what the query is worth by itself. Any causal language
    model can give these, trained for the purpose or not.
    """

    totals: tuple[float, ...]
    unprompted: float
    tokens: int


Reading = Selection | Likelihoods
