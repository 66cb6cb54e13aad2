"""CRC-32C over what the Raft log holds.

An entry's checksum continues its predecessor's, so that a record which is damaged, missing, swapped or left
over from another history breaks the chain at its index.
"""

from __future__ import annotations

import struct

from google_crc32c import extend

from raft.types import HardState, Index

CHAIN_START = 0
"""The checksum before the first entry."""

_HEADER = struct.Struct("<QQB")
_HEAD = struct.Struct("<QQI?")


def entry_crc(previous: int, term: int, index: int, kind: int, data: bytes) -> int:
    """The checksum of one entry, continuing `previous`, that of the entry before it."""
    crc: int = extend(extend(previous, _HEADER.pack(term, index, kind)), data)
    return crc


def head_crc(state: HardState, last_index: Index, last_crc: int) -> int:
    """The checksum of the log's head: term, vote, and where the chain ends. No vote and a vote for ""
    differ."""
    fixed = _HEAD.pack(state.term, last_index, last_crc, state.vote is not None)
    crc: int = extend(0, fixed + (state.vote or "").encode())
    return crc
