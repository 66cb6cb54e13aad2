"""How much a model reads in one forward pass, so that a stop is noticed soon whatever the model's size."""

from collections.abc import Iterator, Sequence

WORK = 2 * 10**10
"""Multiplications a pass, half a second or so of one core."""


def tokens_at_once(parameters: int) -> int:
    """As many as a model of so many parameters reads in one pass."""
    return max(1, WORK // max(1, parameters))


def passes(lengths: Sequence[int], most_rows: int, most_tokens: int) -> Iterator[list[int]]:
    """The rows' numbers, similar lengths together: at most `most_rows` and, with the padding to the longest,
    `most_tokens`, but never fewer than one row."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda at: (lengths[at], at)):
        if rows and (len(rows) == most_rows or lengths[row] * (len(rows) + 1) > most_tokens):
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
