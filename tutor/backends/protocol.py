"""What the pipeline asks of a language model."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from tutor.reading import Asked, Reading
from tutor.stop import Stop


class Backend(Protocol):
    """A loaded model, used by one thread at a time."""

    @property
    def name(self) -> str:
        """What the model is called in answers and status."""
        ...

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Reading]:
        """What the model makes of each query's evidence, in order; all of one kind.

        Deterministic, and the same for a query alone as among others. Raises Stopped.
        """
        ...

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        """A free answer in pieces of text, greedily decoded, of bounded length. Raises Stopped.

        Where the prompt does not fit, the first passages give way.
        """
        ...
