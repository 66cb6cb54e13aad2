"""How much of a node's attention snapshots may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SnapshotLimits:
    """`bytes_per_second` is what all sends of a node share; at most `sends_max` are under way at once. An
    offer of more than `size_max` bytes is declined, and one that would leave less than `free_bytes_min` on
    the receiver's disk."""

    chunk_bytes: int = 256 << 10
    bytes_per_second: int = 32 << 20
    sends_max: int = 2
    size_max: int = 64 << 30
    free_bytes_min: int = 64 << 20
