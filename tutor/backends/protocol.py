"""What the pipeline asks of a language model."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from tutor.features import Likelihoods
from tutor.stop import Stop


class Backend(Protocol):
    """A loaded model, used by one thread at a time."""

    @property
    def name(self) -> str:
        """What the model is called in answers and status."""
        ...

    def query_likelihoods(self, query: str, evidence: Sequence[tuple[str, str]], stop: Stop) -> Likelihoods:
        """How likely the query is after each (heading, sentence). Deterministic. Raises Stopped."""
        ...

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        """A free answer in pieces of text, greedily decoded, of bounded length. Raises Stopped.

        Where the prompt does not fit, the first passages give way.
        """
        ...
