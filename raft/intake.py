"""The proposals a leader takes in: each request once, and no more bytes than its bound until some commit."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from raft.forwarding import RecentRequests
from raft.messages import ProposalResult, ProposeReply, ProposeRequest
from raft.types import Entry, EntryKind, Index, Proposal

if TYPE_CHECKING:
    from raft.core import Core


class Intake:
    """Owned by one leadership."""

    __slots__ = ("_core", "_recent_requests", "_uncommitted", "_uncommitted_bytes")

    def __init__(self, core: Core) -> None:
        self._core = core
        self._recent_requests = RecentRequests()
        # (last index, bytes) of each batch that is not committed yet.
        self._uncommitted: deque[tuple[Index, int]] = deque()
        self._uncommitted_bytes = 0

    def take(self, proposals: Sequence[Proposal], refusal: str) -> list[ProposalResult]:
        """Append them, or say why not. With a `refusal` none is taken."""
        if refusal:
            return [ProposalResult(proposal.id, refusal=refusal) for proposal in proposals]
        core = self._core
        term, index = core.term, core.log.last_index
        room = core.config.uncommitted_bytes_max - self._uncommitted_bytes
        size = 0
        entries: list[Entry] = []
        results: list[ProposalResult] = []
        for proposal in proposals:
            length = len(proposal.data)
            # A proposal larger than the bound is taken when nothing else waits, or it never could be.
            if size + length > room and (entries or self._uncommitted):
                results.append(ProposalResult(proposal.id, refusal="overloaded"))
                continue
            index += 1
            size += length
            entries.append(Entry(term, index, EntryKind.COMMAND, proposal.data))
            results.append(ProposalResult(proposal.id, term, index))
        if entries:
            core.log.append(entries)
            self._uncommitted.append((index, size))
            self._uncommitted_bytes += size
        return results

    def take_request(self, request: ProposeRequest, refusal: str) -> None:
        """The same for what a follower forwards, unless it came before."""
        if self._recent_requests.is_new(request):
            core = self._core
            results = tuple(self.take(request.proposals, refusal))
            core.send(ProposeReply(core.node_id, request.from_, core.term, results))

    def committed(self, index: Index) -> None:
        """All up to `index` is."""
        while self._uncommitted and self._uncommitted[0][0] <= index:
            self._uncommitted_bytes -= self._uncommitted.popleft()[1]
