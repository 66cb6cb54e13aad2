"""Telling a torn end of SQLite's write-ahead log from damage to it.

SQLite reads the log up to the first frame that does not fit the chain of checksums, and forgets the rest.
After a crash that is right: what was being written was promised to nobody. But a frame that the disk has
changed since looks the same, and what is forgotten then had been synced. With `synchronous=FULL` the two can
be told apart: a transaction begins only after the one before it has been synced. So where, at or after the
first frame that does not fit, a commit is followed by a frame that continues it, that commit was durable.

The layout is SQLite's documented one (fileformat2, §4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_HEADER: Final = struct.Struct(">8I")
"""Magic, version, page size, checkpoints, two salts, two checksums."""
_FRAME: Final = struct.Struct(">6I")
"""Page number, pages in the file after a commit (else 0), two salts, two checksums."""
_SUMMED_OF_FRAME: Final = 8
_MAGIC: Final = 0x377F0682
"""Its last bit is set where checksums are over big-endian words."""

_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    page: int
    is_commit: bool
    salts: _Pair
    sums: _Pair
    """As stored."""
    summed: bytes
    """What they are over."""


def lost_frame(database: Path) -> int | None:
    """The first frame of the database's write-ahead log, counted from 1, that SQLite would forget though it
    was durable; None where there is none. Takes some 50 µs a frame. Raises OSError."""
    log = database.with_name(database.name + "-wal")
    if not log.exists():
        return None
    with log.open("rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return None
        magic, _, page_bytes, _, *rest = _HEADER.unpack(header)
        order = ">" if magic & 1 else "<"
        sums = (rest[2], rest[3])
        if magic & ~1 == _MAGIC and _checksum((0, 0), header[:24], order) == sums:
            return _first_lost(_frames(file, page_bytes), (rest[0], rest[1]), sums, order)
        # No frame of it will be read. That is how a log looks whose content has all been copied, when the
        # power goes while it begins anew.
        frames = list(_frames(file, _page_bytes(database)))
        if (
            frames
            and _first_lost(iter(frames), frames[0].salts, None, order)
            and not _is_copied(frames, database)
        ):
            return 1
    return None


def _first_lost(frames: Iterator[_Frame], salts: _Pair, sums: _Pair | None, order: str) -> int | None:
    unfit: int | None = None
    follows_commit = False
    for number, frame in enumerate(frames, start=1):
        is_of_this_log = frame.salts == salts
        fits = is_of_this_log and sums is not None and _checksum(sums, frame.summed, order) == frame.sums
        if unfit is None and not fits:
            unfit = number
        elif unfit is not None and fits and follows_commit:
            return unfit
        sums = frame.sums
        follows_commit = is_of_this_log and frame.is_commit
    return None


def _frames(file: BinaryIO, page_bytes: int) -> Iterator[_Frame]:
    size = _FRAME.size + page_bytes
    while len(data := file.read(size)) == size:
        page, pages_after, *rest = _FRAME.unpack_from(data)
        summed = data[:_SUMMED_OF_FRAME] + data[_FRAME.size :]
        yield _Frame(page, pages_after > 0, (rest[0], rest[1]), (rest[2], rest[3]), summed)


def _checksum(sums: _Pair, data: bytes, order: str) -> _Pair:
    s0, s1 = sums
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for even, odd in zip(words, words, strict=True):
        s0 = (s0 + even + s1) & 0xFFFFFFFF
        s1 = (s1 + odd + s0) & 0xFFFFFFFF
    return s0, s1


def _is_copied(frames: Sequence[_Frame], database: Path) -> bool:
    """Whether the file itself holds what the log's newest frame of every page does."""
    newest = {
        frame.page: frame.summed[_SUMMED_OF_FRAME:] for frame in frames if frame.salts == frames[0].salts
    }
    with database.open("rb") as file:
        for page, content in newest.items():
            file.seek((page - 1) * len(content))
            if file.read(len(content)) != content:
                return False
    return True


def _page_bytes(database: Path) -> int:
    """As the file's own header says."""
    with database.open("rb") as file:
        (size,) = struct.unpack_from(">H", file.read(18).ljust(18, b"\0"), 16)
    return 65_536 if size == 1 else max(int(size), 512)
