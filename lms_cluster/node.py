"""One LMS node, composed: its two databases, its part in the cluster, and the services in front of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import SystemRandom

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from prometheus_client import CollectorRegistry

from lms_cluster.alarms import Alarms
from lms_cluster.config import ClusterConfig
from lms_cluster.data_folder import DataFolder
from lms_cluster.departure import Departure
from lms_cluster.disk_reserve import DiskReserve, FreeBytes, free_bytes
from lms_cluster.health_watch import LMS, HealthWatch
from lms_cluster.history_comparison import HistoryComparison, HistoryDiverged
from lms_cluster.joining import Joining, JoinRefused
from lms_cluster.metrics_endpoint import MetricsEndpoint
from lms_cluster.node_metrics import NodeMetrics
from lms_cluster.opening import open_data
from lms_cluster.operator_client import OperatorClient
from lms_cluster.passwords import Passwords
from lms_cluster.scrubbing import Scrubbing
from lms_cluster.secret_file import read_secret
from lms_cluster.services.composition import Services
from lms_cluster.tutor_link import TutorLink
from protos import raft_pb2_grpc
from raft.config import Config
from raft.runtime.driver import Driver
from raft.runtime.leadership import TransferFailed
from raft.runtime.metrics import Metrics
from raft.runtime.server import RaftServicer
from raft.runtime.transport import SERVER_OPTIONS, PeerTransport
from raft.types import Role
from storage.damage import StateCorrupted

ADMIN = "lms.v1.AdminService"

GRACE_SECONDS = 1.0
HAND_OVER_SECONDS = 2.0
RESTART_SECONDS = 1.0
STREAMS_MAX = 2_000
"""Calls at once over one connection."""

_log = structlog.get_logger(__name__)


class Node:
    """`start`, then `stop`, once each, on one event loop. Several may live in one process.

    `ended` completes when the node is to stop, with the reason: RemovedFromCluster, JoinRefused,
    HistoryDiverged, or why it can no longer keep its promises (a disk failed).
    """

    def __init__(
        self,
        config: ClusterConfig,
        node_id: str,
        *,
        join: bool = False,
        times_set_aside: int = 0,
        measure_disk: FreeBytes = free_bytes,
    ) -> None:
        """Opens the node's databases, which are created where there are none. With `join` it asks the other
        nodes of the configuration to take it in. `times_set_aside` is for the metrics.

        Raises ConfigError for a node that is not in the configuration or a secret that cannot be used,
        DataFolderUnusable and StorageFailed."""
        own = config.node(node_id)
        addresses = config.addresses
        secret = read_secret(config.secret_file)
        self.node_id = node_id
        self.ended: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._own = own
        self._folder = DataFolder(own.data)
        try:
            self._store, self._classroom = open_data(config, own)
        except BaseException:
            self._folder.release()
            raise
        self._registry = CollectorRegistry()
        self._alarms = Alarms()
        transport = PeerTransport(node_id, addresses, secret)
        self._driver = Driver(
            Config(node_id),
            self._store,
            self._classroom,
            transport,
            snapshot_folder=own.data / "snapshots",
            random=SystemRandom(),
            metrics=Metrics(self._registry),
        )
        self._driver.failed.add_done_callback(lambda failed: self._end(failed.result()))
        disk = DiskReserve(own.data, self._driver, self._alarms, measure_disk)
        self._registry.register(NodeMetrics(self._alarms, disk, self._classroom, times_set_aside))
        self._tutor = TutorLink(config.tutor)
        self._services = Services(
            self._driver,
            self._classroom,
            self._tutor,
            disk,
            self._alarms,
            secret,
            folder=own.data,
            passwords=Passwords(),
        )
        self._history = HistoryComparison(
            addresses, self._driver, self._services.reader, secret, self._alarms
        )
        self._driver.on_applied = self._applied
        others = {other: address for other, address in addresses.items() if other != node_id}
        client = OperatorClient(others, secret)
        self._joining = Joining(node_id, own.address, self._driver, client) if join else None
        self._departure = Departure(node_id, self._driver, addresses, secret)
        servicer = health.aio.HealthServicer()
        self._health = servicer
        self._health_watch = HealthWatch(self._driver, servicer, self._alarms)
        self._server = self._compose_server(RaftServicer(transport))
        self._metrics: MetricsEndpoint | None = None
        self._beside: dict[str, Callable[[], Awaitable[None]]] = {
            **self._services.beside,
            "tutor link": self._tutor.watch,
            "health": self._health_watch.run,
            "disk": disk.run,
            "history": self._ends_with(self._history.run),
            "scrubbing": self._ends_with(Scrubbing(self._classroom).run),
            "membership": self._belong,
        }
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Serve. Raises OSError when an address is taken."""
        if self._own.metrics:
            self._metrics = MetricsEndpoint(self._own.metrics, self._registry)
        try:
            self._server.add_insecure_port(self._own.address)
        except RuntimeError as error:
            raise OSError(f"cannot listen on {self._own.address}: {error}") from error
        await self._server.start()
        await self._driver.start()
        await self._health_watch.look()
        self._tasks = [
            asyncio.create_task(_kept_up(name, run), name=name) for name, run in self._beside.items()
        ]
        _log.info("serving", address=self._own.address, applied_index=self._classroom.applied().index)

    async def stop(self) -> None:
        """Another node leads, where one can, before this one goes; calls under way get a moment to finish;
        then nothing runs, and both databases are closed."""
        await self._health.enter_graceful_shutdown()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._driver.status().role is Role.LEADER:
            with suppress(TransferFailed):  # nobody else can lead, or this node is failing
                await self._driver.transfer_leadership(None, HAND_OVER_SECONDS)
        await self._server.stop(GRACE_SECONDS)
        await self._driver.stop()
        if self._metrics:
            await asyncio.to_thread(self._metrics.close)
        await self._services.close()
        await self._tutor.close()
        self._classroom.close()
        self._store.close()
        self._folder.release()
        _log.info("stopped")

    def _applied(self, index: int) -> None:
        self._services.applied()
        self._history.notify(index)

    def _end(self, why: BaseException) -> None:
        if not self.ended.done():
            self.ended.set_result(why)

    def _ends_with(self, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The same work, at whose discovery that this node's data is wrong the node ends."""

        async def watched() -> None:
            try:
                await run()
            except (HistoryDiverged, StateCorrupted) as discovery:
                self._end(discovery)

        return watched

    async def _belong(self) -> None:
        """Joins where that is asked for, and from then on notices when the cluster removes this node."""
        try:
            if self._joining:
                await self._joining.run()
                self._joining = None
            self._end(await self._departure.told())
        except JoinRefused as refused:
            self._end(refused)

    def _compose_server(self, raft: RaftServicer) -> grpc.aio.Server:
        options = (*SERVER_OPTIONS, ("grpc.max_concurrent_streams", STREAMS_MAX))
        server = grpc.aio.server(options=options)
        self._services.add_to(server)
        raft_pb2_grpc.add_RaftServiceServicer_to_server(raft, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (
            LMS,
            ADMIN,
            health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
            reflection.SERVICE_NAME,
        )
        reflection.enable_server_reflection(names, server)
        return server


async def _kept_up(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Work beside the calls must not end for one failure: it is logged and begun again."""
    while True:
        try:
            await run()
        except Exception:
            _log.exception("begun again after a failure", work=name)
        await asyncio.sleep(RESTART_SECONDS)
