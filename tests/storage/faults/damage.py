"""What a disk does to the pages of a file that nobody writes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

PAGE_BYTES = 4096
SCHEMA_WORDS = (b"CREATE TABLE", b" INTEGER NOT NULL", b"_index")


def damaged_pages(content: bytes, random: Random) -> Iterator[tuple[str, bytes]]:
    """(what was done, the file) for every page: zeroed, misplaced, and three times with a bit flipped."""
    pages = len(content) // PAGE_BYTES
    for page in range(pages):
        low = page * PAGE_BYTES
        other = random.choice([other for other in range(pages) if other != page]) * PAGE_BYTES
        yield f"page {page} zeroed", _with(content, low, bytes(PAGE_BYTES))
        misplaced = content[other : other + PAGE_BYTES]
        yield f"page {other // PAGE_BYTES} in place of {page}", _with(content, low, misplaced)
        for _flip in range(3):
            at, bit = low + random.randrange(PAGE_BYTES), random.randrange(8)
            yield f"bit {bit} of byte {at} flipped", _with(content, at, bytes([content[at] ^ 1 << bit]))


def flipped_schema(content: bytes, bits: int, random: Random) -> Iterator[tuple[str, bytes]]:
    """The file with one bit flipped in what its tables are called, so many times."""
    words = [place for word in SCHEMA_WORDS for place in _places(content, word)]
    for _bit in range(bits):
        at, bit = random.choice(words), random.randrange(8)
        yield f"bit {bit} of byte {at} flipped", _with(content, at, bytes([content[at] ^ 1 << bit]))


def rolled_back_pages(content: bytes, older: bytes) -> Iterator[tuple[str, bytes]]:
    """The file with one page as it was in an older version: the disk lost a write that it had confirmed."""
    for low in range(0, min(len(content), len(older)), PAGE_BYTES):
        page = older[low : low + PAGE_BYTES]
        if page != content[low : low + PAGE_BYTES]:
            yield f"page {low // PAGE_BYTES} rolled back", _with(content, low, page)


def _places(content: bytes, word: bytes) -> Iterator[int]:
    at = content.find(word)
    while at >= 0:
        yield from range(at, at + len(word))
        at = content.find(word, at + 1)


def _with(content: bytes, offset: int, data: bytes) -> bytes:
    return content[:offset] + data + content[offset + len(data) :]
