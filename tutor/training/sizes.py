"""The models this project trains, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """One model's shape and the length of its training; a budget in minutes may end it sooner.

    `text_tokens` are read of the corpus, `text_batch` a step; `exercises` is how many questions it learns to
    select on, `batch` a step; every `write_every`th step of these is one of writing, none where it is 0. The
    first `text_share` of a budget goes to text.
    """

    name: str
    width: int
    layers: int
    heads: int
    context: int
    vocabulary: int
    text_tokens: int
    text_batch: int
    exercises: int
    batch: int
    write_every: int
    dropout: float
    text_share: float


EPOCH_TOKENS = 33_300_000
EPOCH_EXERCISES = 56_000

SIZES = {
    size.name: size
    for size in (
        Size(
            "tutor-15m",
            320,
            8,
            5,
            512,
            16_384,
            10 * EPOCH_TOKENS,
            131_072,
            3 * EPOCH_EXERCISES,
            32,
            3,
            0.1,
            0.7,
        ),
        Size(
            "tutor-19m",
            384,
            7,
            6,
            512,
            16_384,
            10 * EPOCH_TOKENS,
            131_072,
            3 * EPOCH_EXERCISES,
            32,
            3,
            0.1,
            0.7,
        ),
        Size("tutor-4m", 192, 4, 3, 512, 8_192, 0, 2_048, 2 * EPOCH_EXERCISES, 8, 0, 0.0, 0.0),
    )
}
DEFAULT_SIZE = "tutor-15m"
