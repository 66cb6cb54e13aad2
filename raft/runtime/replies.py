"""The way back to a peer: a reply leaves on the call that the peer's requests arrive on."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections import deque
from typing import Final

from raft.messages import AppendEntriesReply, ProposeReply, ReadIndexReply, RequestVoteReply
from raft.types import NodeId

Reply = AppendEntriesReply | ProposeReply | ReadIndexReply | RequestVoteReply
StreamedReply = AppendEntriesReply | ProposeReply | ReadIndexReply

WAITING_REPLIES_MAX: Final = 1024
WAITING_VOTERS_MAX: Final = 16


class ReplyRoutes:
    """Which calls are open, by peer. A reply without an open call is dropped: the peer asks again."""

    def __init__(self) -> None:
        self._streams: dict[tuple[NodeId, type[StreamedReply]], asyncio.Queue[StreamedReply]] = {}
        self._voters: dict[NodeId, deque[Future[RequestVoteReply]]] = {}

    def open_stream(self, peer: NodeId, kind: type[StreamedReply]) -> asyncio.Queue[StreamedReply]:
        """Where the replies for `peer` on this method's newest stream gather."""
        queue: asyncio.Queue[StreamedReply] = asyncio.Queue(WAITING_REPLIES_MAX)
        self._streams[peer, kind] = queue
        return queue

    def close_stream(
        self, peer: NodeId, kind: type[StreamedReply], queue: asyncio.Queue[StreamedReply]
    ) -> None:
        """Unless a newer stream has taken the place."""
        if self._streams.get((peer, kind)) is queue:
            del self._streams[peer, kind]

    def expect_vote(self, peer: NodeId) -> Future[RequestVoteReply]:
        """The next vote for `peer`; TimeoutError when too many calls wait. A vote says all about itself, so
        it may answer any of the calls that wait."""
        waiting = self._voters.setdefault(peer, deque())
        while len(waiting) >= WAITING_VOTERS_MAX:
            if not (oldest := waiting.popleft()).done():
                oldest.set_exception(TimeoutError())
        vote: Future[RequestVoteReply] = asyncio.get_running_loop().create_future()
        waiting.append(vote)
        return vote

    def send(self, reply: Reply) -> bool:
        """Never blocks. False when it was dropped."""
        if isinstance(reply, RequestVoteReply):
            return self._vote(reply)
        queue = self._streams.get((reply.to, type(reply)))
        if queue is None or queue.full():
            return False
        queue.put_nowait(reply)
        return True

    def _vote(self, reply: RequestVoteReply) -> bool:
        waiting = self._voters.pop(reply.to, None)
        while waiting:
            vote = waiting.popleft()
            if not vote.done():
                vote.set_result(reply)
                if waiting:
                    self._voters[reply.to] = waiting
                return True
        return False
