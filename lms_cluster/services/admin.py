"""AdminService: each call with its deadline, an operator's with the cluster's secret, an administrator's with
their session; the work is its neighbours'."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc

from lms_cluster.deadline import Deadline
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused, operators_only
from lms_cluster.rpc_status import server_streaming, unary
from lms_cluster.services.administration import Administration
from lms_cluster.services.administrator_resets import AdministratorResets
from lms_cluster.services.backups import Backups
from lms_cluster.services.bootstraps import Bootstraps
from lms_cluster.services.cluster_status import ClusterStatus
from lms_cluster.services.membership import MembershipChanges
from lms_cluster.services.receipts import Receipts
from lms_cluster.tokens import digest_in
from protos.lms_pb2 import (
    BackupRequest,
    BackupResponse,
    BootstrapRequest,
    BootstrapResponse,
    ChangeMembershipRequest,
    ChangeMembershipResponse,
    GetChainCheckpointRequest,
    GetChainCheckpointResponse,
    GetClusterStatusRequest,
    GetClusterStatusResponse,
    ResetAdministratorRequest,
    ResetAdministratorResponse,
    SaveBackupRequest,
    SaveBackupResponse,
    TransferLeadershipRequest,
    TransferLeadershipResponse,
    VerifyReceiptRequest,
    VerifyReceiptResponse,
)
from protos.lms_pb2_grpc import AdminServiceServicer
from raft.runtime.secret import ClusterSecret
from storage.chain import chain_at

Context = grpc.aio.ServicerContext[Any, Any]

SECONDS = 5.0
SECONDS_MAX = 60.0
BACKUP_SECONDS_MAX = 3600.0


class AdminService(AdminServiceServicer):
    def __init__(
        self,
        bootstraps: Bootstraps,
        status: ClusterStatus,
        membership: MembershipChanges,
        administration: Administration,
        resets: AdministratorResets,
        backups: Backups,
        receipts: Receipts,
        reader: Reader,
        secret: ClusterSecret,
    ) -> None:
        self._bootstraps = bootstraps
        self._status = status
        self._membership = membership
        self._administration = administration
        self._resets = resets
        self._backups = backups
        self._receipts = receipts
        self._reader = reader
        self._secret = secret

    @unary
    async def Bootstrap(self, request: BootstrapRequest, context: Context) -> BootstrapResponse:  # noqa: N802
        self._demand_secret(context)
        return await self._bootstraps.bootstrap(request, _deadline(context))

    @unary
    async def GetClusterStatus(  # noqa: N802
        self, request: GetClusterStatusRequest, context: Context
    ) -> GetClusterStatusResponse:
        if request.with_state_hash:
            self._demand_secret(context)
        return await self._status.get(with_state_hash=request.with_state_hash)

    @unary
    async def ChangeMembership(  # noqa: N802
        self, request: ChangeMembershipRequest, context: Context
    ) -> ChangeMembershipResponse:
        self._demand_secret(context)
        return await self._membership.change(request, _deadline(context))

    @unary
    async def TransferLeadership(  # noqa: N802
        self, request: TransferLeadershipRequest, context: Context
    ) -> TransferLeadershipResponse:
        if self._shows_secret(context):
            return await self._membership.transfer(request, _deadline(context))
        return await self._administration.transfer(request, _token(context), _deadline(context))

    @server_streaming
    async def Backup(self, request: BackupRequest, context: Context) -> AsyncIterator[BackupResponse]:  # noqa: N802
        self._demand_secret(context)
        deadline = Deadline.of(context, default=BACKUP_SECONDS_MAX, at_most=BACKUP_SECONDS_MAX)
        async with aclosing(self._backups.backup(deadline)) as responses:
            async for response in responses:
                yield response

    @unary
    async def VerifyReceipt(  # noqa: N802
        self, request: VerifyReceiptRequest, context: Context
    ) -> VerifyReceiptResponse:
        return self._receipts.verify(request)

    @unary
    async def SaveBackup(self, request: SaveBackupRequest, context: Context) -> SaveBackupResponse:  # noqa: N802
        return await self._administration.save_backup(_token(context), _deadline(context))

    @unary
    async def ResetAdministrator(  # noqa: N802
        self, request: ResetAdministratorRequest, context: Context
    ) -> ResetAdministratorResponse:
        self._demand_secret(context)
        return await self._resets.reset(request, _deadline(context))

    @unary
    async def GetChainCheckpoint(  # noqa: N802
        self, request: GetChainCheckpointRequest, context: Context
    ) -> GetChainCheckpointResponse:
        self._demand_secret(context)
        return GetChainCheckpointResponse(chain=self._reader.read_now(lambda: chain_at(request.index)) or b"")

    def _demand_secret(self, context: Context) -> None:
        """Raises Refused NO_SECRET."""
        if not self._shows_secret(context):
            raise operators_only()

    def _shows_secret(self, context: Context) -> bool:
        return self._secret.is_shown_in(context.invocation_metadata() or ())


def _token(context: Context) -> bytes:
    """Of an administrator's session. Raises Refused NO_SECRET where the caller shows neither."""
    try:
        return digest_in(context.invocation_metadata())
    except Refused:
        raise operators_only() from None


def _deadline(context: Context) -> Deadline:
    return Deadline.of(context, default=SECONDS, at_most=SECONDS_MAX)
