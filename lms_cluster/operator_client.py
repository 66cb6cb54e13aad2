"""What an operator asks of a cluster, over gRPC: `lmsctl`, the launcher and a node that joins call through
this.

Calls block. What only the leader can do goes to the leader, wherever a node says that it is, and is tried
again over elections and unanswered calls: every such call, repeated, does nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

from protos.lms_pb2 import (
    NODE_ROLE_LEADER,
    BackupRequest,
    BackupResponse,
    ChangeMembershipRequest,
    GetClusterStatusRequest,
    GetClusterStatusResponse,
    Membership,
    ResetAdministratorRequest,
    ResetAdministratorResponse,
    TransferLeadershipRequest,
    VerifyReceiptRequest,
    VerifyReceiptResponse,
)
from protos.lms_pb2_grpc import AdminServiceStub
from raft.runtime.secret import ClusterSecret

T = TypeVar("T")

STATUS_SECONDS = 2.0
STATE_HASH_SECONDS = 30.0
TRY_SECONDS = 5.0
PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.2
PASSING = frozenset(
    {"CHANGE_PENDING", "TRANSFERRING", "NO_QUORUM", "OUTCOME_UNKNOWN", "OVERLOADED", "DISK_ALMOST_FULL"}
)
"""Reasons of refusals that hold for a moment only, or for one node only."""


Views = Mapping[str, GetClusterStatusResponse | None]
"""By node id; None for a node that does not answer."""


class OperationRefused(Exception):
    """The cluster said no, or did not answer. `reason` as in ErrorInfo; "UNAVAILABLE" when nobody
    answered."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class OperatorClient:
    """`addresses`: node ids to "host:port". `secret` may be missing for what is open to all."""

    def __init__(self, addresses: Mapping[str, str], secret: ClusterSecret | None) -> None:
        self._addresses = dict(addresses)
        self._metadata = secret.metadata if secret else ()

    def status(self, node_id: str, *, with_state_hash: bool = False) -> GetClusterStatusResponse | None:
        """The node's own view; None when it does not answer. Without the hash when that takes too long."""
        view = None
        try:
            with _stub(self._addresses[node_id]) as stub:
                view = stub.GetClusterStatus(
                    GetClusterStatusRequest(), timeout=STATUS_SECONDS, metadata=self._metadata
                )
                if with_state_hash:  # a node that does not answer at all is not waited for that long
                    request = GetClusterStatusRequest(with_state_hash=True)
                    view = stub.GetClusterStatus(request, timeout=STATE_HASH_SECONDS, metadata=self._metadata)
        except grpc.RpcError:
            return view
        return view

    def statuses(self, *, with_state_hash: bool = False) -> Views:
        """Everybody's view, all asked at once."""
        with ThreadPoolExecutor(max(1, len(self._addresses))) as threads:
            asked = {
                node_id: threads.submit(self.status, node_id, with_state_hash=with_state_hash)
                for node_id in self._addresses
            }
            return {node_id: answer.result() for node_id, answer in asked.items()}

    def change_membership(
        self, change: ChangeMembershipRequest, seconds: float = PATIENCE_SECONDS
    ) -> Membership:
        """The membership afterwards. Raises OperationRefused."""
        answer = self._ask(
            lambda stub: stub.ChangeMembership(change, timeout=TRY_SECONDS, metadata=self._metadata), seconds
        )
        return answer.membership

    def transfer_leadership(self, node_id: str = "", seconds: float = PATIENCE_SECONDS) -> str:
        """The new leader's id: `node_id`, or where that is empty whoever is furthest. Raises
        OperationRefused."""
        request = TransferLeadershipRequest(node_id=node_id)
        answer = self._ask(
            lambda stub: stub.TransferLeadership(request, timeout=TRY_SECONDS, metadata=self._metadata),
            seconds,
        )
        return answer.leader_id

    def reset_administrator(
        self, username: str, code_sha256: bytes, seconds: float = PATIENCE_SECONDS
    ) -> ResetAdministratorResponse:
        """`code_sha256`: 32 bytes, of the code that is to sign the administrator in. Any node can. Raises
        OperationRefused."""
        request = ResetAdministratorRequest(username=username, code_sha256=code_sha256)
        return self._ask(
            lambda stub: stub.ResetAdministrator(request, timeout=TRY_SECONDS, metadata=self._metadata),
            seconds,
        )

    def verify_receipt(self, node_id: str, receipt: VerifyReceiptRequest) -> VerifyReceiptResponse | None:
        """What the node says of it; None when it does not answer. Raises OperationRefused."""
        try:
            with _stub(self._addresses[node_id]) as stub:
                return stub.VerifyReceipt(receipt, timeout=STATUS_SECONDS)
        except grpc.RpcError as error:
            reason, _ = _reason_of(error)
            if reason == "UNAVAILABLE":
                return None
            raise OperationRefused(reason, f"{node_id}: {_details(error)}") from None

    def backup(self, node_id: str, seconds: float) -> Iterator[BackupResponse]:
        """The parts of a copy of the node's state. Raises OperationRefused."""
        with _stub(self._addresses[node_id]) as stub:
            try:
                yield from stub.Backup(BackupRequest(), timeout=seconds, metadata=self._metadata)
            except grpc.RpcError as error:
                reason, _ = _reason_of(error)
                unreached = error.code() == grpc.StatusCode.UNAVAILABLE and reason == "UNAVAILABLE"
                told = " does not answer" if unreached else f": {_details(error)}"
                raise OperationRefused(reason, f"{node_id}{told}") from None

    def _ask(self, ask: Callable[[AdminServiceStub], T], seconds: float) -> T:
        deadline = time.monotonic() + seconds
        hint = ""
        last = OperationRefused("UNAVAILABLE", "no node answers")
        while time.monotonic() < deadline:
            for address in [hint] if hint else list(self._addresses.values()):
                hint = ""
                try:
                    with _stub(address) as stub:
                        return ask(stub)
                except grpc.RpcError as error:
                    reason, leader = _reason_of(error)
                    if reason == "UNAVAILABLE":
                        continue  # what a node that does answer says tells more
                    last = OperationRefused(reason, _details(error))
                    if reason not in PASSING | {"NOT_LEADER"}:
                        raise last from None
                    if leader:
                        hint = leader
                        break
            time.sleep(PAUSE_SECONDS)
        raise last


def leader_of(views: Views) -> GetClusterStatusResponse | None:
    """The leader of the newest term that any of them knows; None when none of them leads."""
    leaders = [view for view in views.values() if view and view.role == NODE_ROLE_LEADER]
    return max(leaders, key=lambda view: view.term, default=None)


@contextmanager
def _stub(address: str) -> Iterator[AdminServiceStub]:
    with grpc.insecure_channel(address, options=(("grpc.use_local_subchannel_pool", 1),)) as channel:
        yield AdminServiceStub(channel)


def _reason_of(error: grpc.RpcError) -> tuple[str, str]:
    """ErrorInfo.reason, and the leader's address where the refusal names it."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = ErrorInfo()
        if detail.Unpack(info):
            return info.reason, info.metadata.get("address", "")
    unanswered = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    return ("UNAVAILABLE" if error.code() in unanswered else "INTERNAL"), ""


def _details(error: grpc.RpcError) -> str:
    return error.details() or error.code().name
