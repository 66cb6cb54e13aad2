"""The digest of the history, by which nodes are compared: equal at an index means that all that was applied
up to there, and what it came to, was the same."""

from __future__ import annotations

import hashlib

from raft.types import Index
from storage.encoding import encoded
from storage.models.history import Applied, ChainCheckpoint
from storage.prepared import SLOT, Prepared

CHAIN_INTERVAL = 1_000
"""Indexes from one checkpoint to the next."""
CHECKPOINTS_KEPT = 1_000


def chained(chain: bytes, index: Index, data: bytes, response: bytes) -> bytes:
    """The digest of a history that ends with this entry; `chain` is the digest of the history before it."""
    return hashlib.sha256(encoded([chain, index, data, response])).digest()


_store = Prepared(ChainCheckpoint.insert({ChainCheckpoint.log_index: SLOT, ChainCheckpoint.chain: SLOT}))
_forget = Prepared(ChainCheckpoint.delete().where(ChainCheckpoint.log_index <= SLOT))


def checkpoint_chain(index: Index, chain: bytes) -> None:
    """Keep the digest at `index` when it is one of the checkpoints, and drop what is too old by now."""
    if index % CHAIN_INTERVAL == 0:
        _store.run(index, chain)
        _forget.run(index - CHAIN_INTERVAL * CHECKPOINTS_KEPT)


def chain_at(index: Index) -> bytes | None:
    """The digest at a checkpoint, or at the applied index; None for any other index, or one too old."""
    applied = Applied.select(Applied.chain).where(Applied.log_index == index).scalar()
    if applied is not None:
        return bytes(applied)
    kept = ChainCheckpoint.select(ChainCheckpoint.chain).where(ChainCheckpoint.log_index == index).scalar()
    return None if kept is None else bytes(kept)


def latest_chains(limit: int) -> list[tuple[Index, bytes]]:
    """The newest checkpoints, the newest first."""
    query = (
        ChainCheckpoint.select(ChainCheckpoint.log_index, ChainCheckpoint.chain)
        .order_by(ChainCheckpoint.log_index.desc())
        .limit(limit)
    )
    rows: list[tuple[Index, bytes]] = list(query.tuples().iterator())
    return rows
