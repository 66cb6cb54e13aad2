"""BM25 over a handful of short texts.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.
"""

import math
from collections import Counter
from collections.abc import Sequence

_K1 = 1.2
_B = 0.5


class Bm25:
    """Scores each of `texts` (lists of terms) against a query's terms."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(text) for text in texts]
        self._lengths = [len(text) for text in texts]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(self._lengths)))
        self._found_in = Counter(term for counts in self._counts for term in counts)

    def idf(self, term: str) -> float:
        """Inverse document frequency, positive; largest for a term that no text has."""
        found = self._found_in[term]
        return math.log(1.0 + (len(self._counts) - found + 0.5) / (found + 0.5))

    def scores(self, query: Sequence[str]) -> list[float]:
        """One score per text, in their order; 0 where no term of `query` occurs."""
        wanted = sorted(term for term in set(query) if term in self._found_in)
        return [
            sum(self.idf(term) * self._saturated(counts[term], length) for term in wanted)
            for counts, length in zip(self._counts, self._lengths, strict=True)
        ]

    def _saturated(self, count: int, length: int) -> float:
        return count * (_K1 + 1.0) / (count + _K1 * (1.0 - _B + _B * length / self._mean))
