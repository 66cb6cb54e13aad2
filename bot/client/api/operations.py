"""What an administrator may ask of the cluster itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SavedBackup:
    """`path` is on the machine of the node; `size` in bytes; `sha256` in hexadecimal."""

    node_id: str
    path: str
    index: int
    term: int
    size: int
    sha256: str


class OperationCalls(Protocol):
    async def transfer_leadership(self, token: str, node_id: str = "") -> str:
        """The id of the new leader: `node_id`, or where that is empty whoever is furthest. Asked again, it
        does nothing more."""
        ...

    async def save_backup(self, token: str) -> SavedBackup:
        """A copy of the state, on the disk of a node that answers."""
        ...
