"""GetClusterStatus: what this node knows of itself and, where it leads, of the others."""

from __future__ import annotations

import asyncio

from lms_cluster.alarms import Alarms
from lms_cluster.disk_reserve import DiskReserve
from lms_cluster.overload import Admission
from lms_cluster.reader import Reader
from lms_cluster.services.membership import as_message
from lms_cluster.tutor_link import TutorLink
from lms_cluster.views import count_pending_tutor_queries, count_users
from protos.lms_pb2 import (
    NODE_ROLE_CANDIDATE,
    NODE_ROLE_FOLLOWER,
    NODE_ROLE_LEADER,
    REPLICATION_STATE_PROBE,
    REPLICATION_STATE_REPLICATE,
    REPLICATION_STATE_SNAPSHOT,
    GetClusterStatusResponse,
    PeerStatus,
)
from protos.tutor_pb2 import ANSWER_MODE_FREE
from raft.progress import ProgressState
from raft.runtime.driver import Driver
from raft.status import PeerProgress, Status
from raft.types import Role

HASHES_MAX = 8

ROLES = {
    Role.FOLLOWER: NODE_ROLE_FOLLOWER,
    Role.CANDIDATE: NODE_ROLE_CANDIDATE,
    Role.LEADER: NODE_ROLE_LEADER,
}
STATES = {
    ProgressState.PROBE: REPLICATION_STATE_PROBE,
    ProgressState.REPLICATE: REPLICATION_STATE_REPLICATE,
    ProgressState.SNAPSHOT: REPLICATION_STATE_SNAPSHOT,
}


class ClusterStatus:
    def __init__(
        self, driver: Driver, reader: Reader, tutor: TutorLink, disk: DiskReserve, alarms: Alarms
    ) -> None:
        self._driver = driver
        self._reader = reader
        self._tutor = tutor
        self._disk = disk
        self._alarms = alarms
        self._hashing = asyncio.Lock()
        self._hash_admission = Admission(HASHES_MAX, "Other callers wait for the state's hash already.")

    async def get(self, *, with_state_hash: bool) -> GetClusterStatusResponse:
        """From this node alone, with or without a quorum; nothing a stranger may not know. Raises Overloaded
        when too many wait for hashes."""
        status = self._driver.status()
        users, pending = self._reader.read_now(lambda: (count_users(), count_pending_tutor_queries()))
        response = GetClusterStatusResponse(
            node_id=status.node_id,
            role=ROLES[status.role],
            term=status.term,
            leader_id=status.leader_id or "",
            last_index=status.last_index,
            commit_index=status.commit_index,
            applied_index=status.applied_index,
            tutor_reachable=self._tutor.reachable,
            tutor_model=self._tutor.status.model,
            tutor_generates=self._tutor.status.mode == ANSWER_MODE_FREE,
            tutor_queue=self._tutor.status.queue_length,
            tutor_queue_limit=self._tutor.status.queue_limit,
            users=users,
            pending_queries=pending,
            peers=[_peer(peer, status) for peer in status.peers],
            membership=as_message(status.membership),
            first_index=status.first_index,
            synced=status.synced,
            elections={
                "timeout": status.campaigns_by_timeout,
                "transfer": status.campaigns_by_transfer,
            },
            disk_free=self._disk.free,
            alarms=self._alarms.sounding(),
        )
        if with_state_hash:
            with self._hash_admission.admitted():
                async with self._hashing:  # one at a time: it reads every row
                    response.applied_index, response.state_hash = await self._reader.state_hash()
        return response


def _peer(peer: PeerProgress, status: Status) -> PeerStatus:
    return PeerStatus(
        node_id=peer.node_id,
        address=dict(status.membership.addresses).get(peer.node_id, ""),
        match_index=peer.match_index,
        active=peer.active,
        next_index=peer.next_index,
        state=STATES[peer.state],
        lag=max(0, status.last_index - peer.match_index),
        is_learner=peer.node_id in status.membership.learners,
        synced=peer.synced,
    )
