"""Get: everything acknowledged before the call, or, where asked for, what this node knows."""

from __future__ import annotations

from lms_cluster import views
from lms_cluster.deadline import Deadline
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused, Violation, invalid
from lms_cluster.viewer import viewer_of
from protos.lms_pb2 import (
    CONSISTENCY_LINEARIZABLE,
    CONSISTENCY_STALE,
    CONSISTENCY_UNSPECIFIED,
    KIND_ACCOUNT,
    GetRequest,
    GetResponse,
)

STALE_AFTER_SECONDS = 0.5
"""How long a read that may be stale waits for a quorum before it does without."""


class Reads:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, request: GetRequest, token_sha256: bytes, deadline: Deadline) -> GetResponse:
        """Raises Refused; NO_QUORUM for linearizable reads only."""
        stale = await self._agree(request, deadline)

        def view() -> GetResponse:
            return views.get(request, viewer_of(token_sha256), self._reader.now_ms())

        one_row = bool(request.id) or request.kind == KIND_ACCOUNT
        response = self._reader.read_now(view) if one_row else await self._reader.read(view)
        response.stale = stale
        return response

    async def _agree(self, request: GetRequest, deadline: Deadline) -> bool:
        """Whether the answer may be out of date."""
        if request.consistency in (CONSISTENCY_UNSPECIFIED, CONSISTENCY_LINEARIZABLE):
            await self._reader.barrier(deadline)
            return False
        if request.consistency != CONSISTENCY_STALE:
            raise invalid([Violation("consistency", "must be linearizable or stale")])
        try:
            await self._reader.barrier(Deadline.after(min(STALE_AFTER_SECONDS, deadline.remaining())))
        except Refused:
            return True
        return False
