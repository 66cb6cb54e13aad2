"""A cluster of one, without Raft: what is proposed is applied at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from protos.command_pb2 import Command
from raft.membership import Membership
from raft.runtime.driver import Driver
from raft.runtime.leadership import TransferFailed
from raft.runtime.proposals import Applied
from raft.status import Status
from raft.types import Entry, EntryKind, Index, NodeId, Role
from storage.classroom import Classroom

NODE_ID = "n1"
TERM = 1


class SoloDriver(Driver):
    """Takes the place of a Driver for what the services ask of one: `propose`, `read_index`, `status`. It
    neither elects nor replicates, and keeps no log. `clock` gives the time of day in seconds."""

    def __init__(self, classroom: Classroom, clock: Callable[[], float]) -> None:
        self._classroom = classroom
        self._time = clock
        self.on_applied: Callable[[Index], None] = lambda index: None
        self.on_command: Callable[[Command], None] = lambda command: None
        self.kinds: Counter[str] = Counter()
        """How many commands of each kind were applied."""

    async def propose(self, data: bytes, timeout: float) -> Applied:  # noqa: ASYNC109
        applied = self.apply(Command.FromString(data))
        await asyncio.sleep(0)  # over a network others would run meanwhile
        return applied

    async def read_index(self, timeout: float) -> Index:  # noqa: ASYNC109
        return self._classroom.applied().index

    def apply(self, command: Command) -> Applied:
        """As of now by the clock, whichever one the accepting node went by."""
        command.time_ms = int(self._time() * 1000)
        index = self._classroom.applied().index + 1
        entry = Entry(TERM, index, EntryKind.COMMAND, command.SerializeToString())
        (response,) = self._classroom.apply([entry])
        self.kinds[str(command.WhichOneof("data"))] += 1
        self.on_command(command)
        self.on_applied(index)
        return Applied(TERM, index, response)

    async def transfer_leadership(self, target: NodeId | None, timeout: float) -> NodeId:  # noqa: ASYNC109
        raise TransferFailed("this node does not lead, or the other cannot")

    def status(self) -> Status:
        index = self._classroom.applied().index
        return Status(
            node_id=NODE_ID,
            role=Role.LEADER,
            term=TERM,
            leader_id=NODE_ID,
            first_index=1,
            last_index=index,
            commit_index=index,
            applied_index=index,
            synced=True,
            membership=Membership(voters=(NODE_ID,)),
            transferee=None,
            campaigns_by_timeout=0,
            campaigns_by_transfer=0,
            peers=(),
        )
