"""CRC-32C over what the Raft log holds.

An entry's checksum continues its predecessor's, so that a record which is damaged, missing, swapped or left
over from another history breaks the chain at its index.
"""

from __future__ import annotations

import struct

from google_crc32c import extend

from raft.types import HardState, Index, Term

CHAIN_START = 0
"""The checksum before the first entry of a chain."""

_ENTRY = struct.Struct("<QQB")
_BASE = struct.Struct("<QQI")
_HEAD = struct.Struct("<QQI??")


def entry_crc(previous: int, term: Term, index: Index, kind: int, data: bytes) -> int:
    """The checksum of one entry, continuing `previous`, that of the entry before it."""
    crc: int = extend(extend(previous, _ENTRY.pack(term, index, kind)), data)
    return crc


def base_crc(index: Index, term: Term, chain_crc: int, membership: bytes) -> int:
    """The checksum of what precedes the log; `chain_crc` is the entries' chain at `index`."""
    crc: int = extend(0, _BASE.pack(index, term, chain_crc) + membership)
    return crc


def head_crc(base: int, state: HardState, last_index: Index, last_crc: int) -> int:
    """The checksum of the log's head, continuing that of its base: the hard state, and where the chain ends.
    No vote and a vote for "" differ."""
    fixed = _HEAD.pack(state.term, last_index, last_crc, state.synced, state.vote is not None)
    crc: int = extend(base, fixed + (state.vote or "").encode())
    return crc
