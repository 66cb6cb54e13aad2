"""AdminService: the first account, and what a node knows of its cluster."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import grpc

from lms_cluster.deadline import Deadline
from lms_cluster.overload import Admission
from lms_cluster.passwords import Passwords
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import rule
from lms_cluster.rpc_status import unary
from lms_cluster.stamp import stamped
from lms_cluster.tutor_link import TutorLink
from lms_cluster.views import count_pending_tutor_queries, count_users
from protos.command_pb2 import AddFirstAdministrator
from protos.lms_pb2 import (
    NODE_ROLE_CANDIDATE,
    NODE_ROLE_FOLLOWER,
    NODE_ROLE_LEADER,
    BootstrapRequest,
    BootstrapResponse,
    GetClusterStatusRequest,
    GetClusterStatusResponse,
    PeerStatus,
)
from protos.lms_pb2_grpc import AdminServiceServicer
from raft.runtime.driver import Driver
from raft.types import Role

Context = grpc.aio.ServicerContext[Any, Any]

SECONDS = 5.0
SECONDS_MAX = 60.0
HASHES_MAX = 8

ROLES = {
    Role.FOLLOWER: NODE_ROLE_FOLLOWER,
    Role.CANDIDATE: NODE_ROLE_CANDIDATE,
    Role.LEADER: NODE_ROLE_LEADER,
}


class AdminService(AdminServiceServicer):
    """`addresses` maps every node's id to its "host:port"."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        driver: Driver,
        proposer: Proposer,
        reader: Reader,
        passwords: Passwords,
        tutor: TutorLink,
    ) -> None:
        self._addresses = addresses
        self._driver = driver
        self._proposer = proposer
        self._reader = reader
        self._passwords = passwords
        self._tutor = tutor
        self._hashing = asyncio.Lock()
        self._hash_admission = Admission(HASHES_MAX, "Other callers wait for the state's hash already.")

    @unary
    async def Bootstrap(self, request: BootstrapRequest, context: Context) -> BootstrapResponse:  # noqa: N802
        deadline = Deadline.of(context, default=SECONDS, at_most=SECONDS_MAX)
        await self._reader.barrier(deadline)
        if self._reader.read_now(count_users):
            raise rule("This classroom already has users; an administrator can add more.")
        password_hash = await self._passwords.hash(request.password, "password")
        command = stamped(secrets.token_hex(16), b"")
        command.add_first_administrator.CopyFrom(
            AddFirstAdministrator(
                username=request.username,
                display_name=request.display_name or request.username,
                password_hash=password_hash,
            )
        )
        await self._proposer.propose(command, deadline)
        return BootstrapResponse()

    @unary
    async def GetClusterStatus(  # noqa: N802
        self, request: GetClusterStatusRequest, context: Context
    ) -> GetClusterStatusResponse:
        """Answered from this node alone, with or without a quorum; nothing a stranger may not know."""
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
            tutor_model=self._tutor.model,
            users=users,
            pending_queries=pending,
            peers=[
                PeerStatus(
                    node_id=peer.node_id,
                    address=self._addresses[peer.node_id],
                    match_index=peer.match_index,
                    active=peer.active,
                )
                for peer in status.peers
            ],
        )
        if request.with_state_hash:
            with self._hash_admission.admitted():
                async with self._hashing:  # one at a time: it reads every row
                    response.applied_index, response.state_hash = await self._reader.state_hash()
        return response
