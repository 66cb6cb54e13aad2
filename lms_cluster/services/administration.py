"""What an administrator may ask of the cluster, signed in as for the classroom. An audit record is in the log
before it is done, so that nobody can do it unseen."""

from __future__ import annotations

import secrets

from lms_cluster.deadline import Deadline
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.services.backups import Backups
from lms_cluster.services.membership import MembershipChanges
from lms_cluster.services.rights import demand_right
from lms_cluster.stamp import stamped
from protos.command_pb2 import RecordBackup, RecordTransfer
from protos.lms_pb2 import SaveBackupResponse, TransferLeadershipRequest, TransferLeadershipResponse


class Administration:
    def __init__(
        self,
        node_id: str,
        proposer: Proposer,
        reader: Reader,
        membership: MembershipChanges,
        backups: Backups,
    ) -> None:
        self._node_id = node_id
        self._proposer = proposer
        self._reader = reader
        self._membership = membership
        self._backups = backups

    async def transfer(
        self, request: TransferLeadershipRequest, token_sha256: bytes, deadline: Deadline
    ) -> TransferLeadershipResponse:
        """Raises Refused as MembershipChanges.transfer does, SESSION_ENDED, WRONG_ROLE."""
        await demand_right(self._reader, token_sha256, "record_transfer", deadline)
        await self._membership.demand_transferable(request, deadline)
        command = stamped(secrets.token_hex(16), token_sha256)
        command.record_transfer.CopyFrom(RecordTransfer(node_id=request.node_id))
        await self._proposer.propose(command, deadline)
        return await self._membership.transfer(request, deadline)

    async def save_backup(self, token_sha256: bytes, deadline: Deadline) -> SaveBackupResponse:
        """Raises Refused, Overloaded, TimeoutError, StorageFailed."""
        await demand_right(self._reader, token_sha256, "record_backup", deadline)
        self._backups.demand_room(self._node_id)
        command = stamped(secrets.token_hex(16), token_sha256)
        command.record_backup.CopyFrom(RecordBackup(node_id=self._node_id))
        await self._proposer.propose(command, deadline)
        return await self._backups.save(self._node_id, deadline)
