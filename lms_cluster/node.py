"""One LMS node, composed: its two databases, its part in the cluster, and the services in front of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import SystemRandom

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from lms_cluster.commands import apply_command
from lms_cluster.config import ClusterConfig
from lms_cluster.data_folder import DataFolder
from lms_cluster.extraction.sandbox import Extractor
from lms_cluster.feed import Feed
from lms_cluster.login_attempts import LoginAttempts
from lms_cluster.passwords import Passwords
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.secret_file import read_secret
from lms_cluster.services.admin import AdminService
from lms_cluster.services.files import Files
from lms_cluster.services.lms import LmsService
from lms_cluster.services.posts import Posts
from lms_cluster.services.reads import Reads
from lms_cluster.services.sessions import Sessions
from lms_cluster.services.watches import Watches
from lms_cluster.tutor_delays import TutorDelays
from lms_cluster.tutor_dispatch import TutorDispatch
from lms_cluster.tutor_link import TutorLink
from protos import lms_pb2_grpc, raft_pb2_grpc
from raft.config import Config
from raft.runtime.driver import Driver
from raft.runtime.server import RaftServicer
from raft.runtime.transport import SERVER_OPTIONS, PeerTransport
from raft.types import Role
from storage.classroom import Classroom
from storage.log_store import SqliteLogStore

LMS = "lms.v1.LmsService"
ADMIN = "lms.v1.AdminService"
LEADER = "lms.v1.Leader"
"""A name of the health service that is SERVING on the leader only."""

GRACE_SECONDS = 0.5
LEADERSHIP_POLL_SECONDS = 0.1
RESTART_SECONDS = 1.0
STREAMS_MAX = 2_000
"""Calls at once over one connection."""

_log = structlog.get_logger(__name__)


class Node:
    """`start`, then `stop`, once each, on one event loop. Several may live in one process.

    `failed` completes when the node can no longer keep its promises (a disk failed): stop it, and exit.
    """

    def __init__(self, config: ClusterConfig, node_id: str) -> None:
        """Opens the node's databases, which are created where there are none. Raises ConfigError for a node
        that is not in the configuration or a secret that cannot be used, DataFolderUnusable and
        StorageFailed."""
        own = config.node(node_id)
        addresses = config.addresses
        self._folder = DataFolder(own.data)
        self.node_id = node_id
        self._address = own.address
        self._store = SqliteLogStore(own.data / "raft.db")
        self._classroom = Classroom(own.data / "classroom.db", apply_command)
        transport = PeerTransport(node_id, addresses, read_secret(config.secret_file))
        self._driver = Driver(
            Config(node_id, tuple(addresses)), self._store, self._classroom, transport, random=SystemRandom()
        )
        self._reader = Reader(self._driver, self._classroom)
        proposer = Proposer(self._driver)
        self._passwords = Passwords()
        self._extractor = Extractor()
        self._tutor = TutorLink(config.tutor)
        self._feed = Feed(self._reader)
        self._dispatch = TutorDispatch(self._driver, self._reader, proposer, self._tutor)
        self._delays = TutorDelays(self._driver, self._reader, proposer, self._tutor)
        self._driver.on_applied = self._applied
        self._health = health.aio.HealthServicer()
        lms = LmsService(
            Sessions(proposer, self._reader, self._passwords, LoginAttempts()),
            Posts(proposer, self._reader, self._passwords, self._extractor),
            Reads(self._reader),
            Files(proposer, self._reader),
            Watches(self._reader, self._feed),
        )
        admin = AdminService(addresses, self._driver, proposer, self._reader, self._passwords, self._tutor)
        self._server = self._compose_server(lms, admin, RaftServicer(transport))
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def failed(self) -> asyncio.Future[BaseException]:
        return self._driver.failed

    async def start(self) -> None:
        """Serve. Raises OSError when the address is taken."""
        try:
            self._server.add_insecure_port(self._address)
        except RuntimeError as error:
            raise OSError(f"cannot listen on {self._address}: {error}") from error
        await self._server.start()
        await self._driver.start()
        for service in ("", LMS):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        beside: tuple[tuple[str, Callable[[], Awaitable[None]]], ...] = (
            ("feed", self._feed.run),
            ("tutor dispatch", self._dispatch.run),
            ("tutor delays", self._delays.run),
            ("tutor link", self._tutor.watch),
            ("leadership", self._tell_leadership),
        )
        self._tasks = [asyncio.create_task(_kept_up(name, run), name=name) for name, run in beside]
        _log.info("serving", address=self._address, applied_index=self._classroom.applied_index())

    async def stop(self) -> None:
        """Calls under way get a moment to finish; then nothing runs, and both databases are closed."""
        await self._health.enter_graceful_shutdown()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.stop(GRACE_SECONDS)
        await self._driver.stop()
        await self._extractor.close()
        await self._tutor.close()
        self._passwords.close()
        self._reader.close()
        self._classroom.close()
        self._store.close()
        self._folder.release()
        _log.info("stopped")

    def _applied(self, _: int) -> None:
        self._feed.notify()
        self._dispatch.notify()

    async def _tell_leadership(self) -> None:
        """Logs every change of leader, and keeps the leader's health name."""
        known: tuple[str | None, int] | None = None
        while True:
            status = self._driver.status()
            if known != (status.leader_id, status.term):
                known = (status.leader_id, status.term)
                _log.info("leader", leader=status.leader_id, term=status.term)
                leads = status.role is Role.LEADER
                serving = health_pb2.HealthCheckResponse.SERVING
                away = health_pb2.HealthCheckResponse.NOT_SERVING
                await self._health.set(LEADER, serving if leads else away)
            await asyncio.sleep(LEADERSHIP_POLL_SECONDS)

    def _compose_server(self, lms: LmsService, admin: AdminService, raft: RaftServicer) -> grpc.aio.Server:
        options = (*SERVER_OPTIONS, ("grpc.max_concurrent_streams", STREAMS_MAX))
        server = grpc.aio.server(options=options)
        lms_pb2_grpc.add_LmsServiceServicer_to_server(lms, server)
        lms_pb2_grpc.add_AdminServiceServicer_to_server(admin, server)
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
