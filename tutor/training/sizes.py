"""The models this project trains, by name."""

from dataclasses import dataclass, replace


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

_LARGE = Size(
    "tutor-15m",
    width=320,
    layers=8,
    heads=5,
    context=512,
    vocabulary=16_384,
    text_tokens=10 * EPOCH_TOKENS,
    text_batch=131_072,
    exercises=3 * EPOCH_EXERCISES,
    batch=32,
    write_every=3,
    dropout=0.1,
    text_share=0.7,
)
_SMALL = Size(
    "tutor-4m",
    width=192,
    layers=4,
    heads=3,
    context=512,
    vocabulary=8_192,
    text_tokens=0,
    text_batch=2_048,
    exercises=2 * EPOCH_EXERCISES,
    batch=8,
    write_every=0,
    dropout=0.0,
    text_share=0.0,
)
SIZES = {
    size.name: size
    for size in (_LARGE, replace(_LARGE, name="tutor-19m", width=384, layers=7, heads=6), _SMALL)
}
DEFAULT_SIZE = _LARGE.name
