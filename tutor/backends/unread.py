"""Where words alone decide."""

from collections.abc import Iterator, Sequence

from tutor.reading import Asked, Reading
from tutor.stop import Stop

WORDS_ALONE = "words alone"
"""Stands for the model's name where none has read."""


class Unread:
    """The backend of a pipeline whose calibration weighs no reading; it is never asked."""

    name = WORDS_ALONE

    def read(self, asked: Sequence[Asked], stop: Stop) -> Sequence[Reading]:
        raise NotImplementedError

    def generate(self, query: str, passages: Sequence[str], stop: Stop) -> Iterator[str]:
        raise NotImplementedError
