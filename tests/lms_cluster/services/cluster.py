"""Three whole nodes in this process, real gRPC clients to each, and people who are logged in."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from lms_cluster.config import ClusterConfig, NodeConfig
from lms_cluster.disk_reserve import FreeBytes, free_bytes
from lms_cluster.founding import found_node
from lms_cluster.local.ports import free_ports
from lms_cluster.node import Node
from lms_cluster.secret_file import read_secret, write_new_secret
from protos.lms_pb2 import (
    NODE_ROLE_LEADER,
    ROLE_INSTRUCTOR,
    ROLE_STUDENT,
    BootstrapRequest,
    DownloadRequest,
    File,
    GetClusterStatusRequest,
    GetRequest,
    GetResponse,
    LoginRequest,
    NewUser,
    PostRequest,
    PostResponse,
    Role,
    UploadHeader,
    UploadRequest,
)
from protos.lms_pb2_grpc import AdminServiceStub, LmsServiceStub

if TYPE_CHECKING:
    from protos.lms_pb2_grpc import AdminServiceAsyncStub, LmsServiceAsyncStub

T = TypeVar("T")

NODES = ("n1", "n2", "n3")
SECONDS = 20.0
CHUNK = 256 * 1024
PEOPLE: dict[str, Role.ValueType] = {
    "grace": ROLE_INSTRUCTOR,
    "ada": ROLE_STUDENT,
    "linus": ROLE_STUDENT,
}


async def eventually(probe: Callable[[], Awaitable[T]], seconds: float = SECONDS) -> T:
    """The first true answer of `probe`, asked again and again."""
    deadline = time.monotonic() + seconds
    while not (answer := await probe()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.02)
    return answer


class Refusal(Exception):
    """What a client learns from a call that failed."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        super().__init__(f"{error.code().name}: {error.details()}")
        self.code = error.code().name
        self.message = error.details() or ""
        self.reason = self.domain = ""
        self.violations: dict[str, str] = {}
        self.retry_seconds = 0.0
        metadata = dict(error.trailing_metadata() or ())
        for detail in Status.FromString(metadata.get("grpc-status-details-bin", b"")).details:
            info, bad, retry = ErrorInfo(), BadRequest(), RetryInfo()
            if detail.Unpack(info):
                self.reason, self.domain = info.reason, info.domain
            elif detail.Unpack(bad):
                self.violations = {v.field: v.description for v in bad.field_violations}
            elif detail.Unpack(retry):
                self.retry_seconds = retry.retry_delay.ToTimedelta().total_seconds()


async def refusal(call: Awaitable[object]) -> Refusal:
    """What the call is refused with; a call that succeeds fails the test."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return Refusal(error)
    raise AssertionError(f"not refused: {answer}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody logged in. Every call goes to the named node."""

    cluster: RunningCluster
    username: str
    token: str

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.token}"),)

    async def post(self, node_id: str = "n1", *, request_id: str = "", **data: object) -> PostResponse:
        request = PostRequest(request_id=request_id or uuid4().hex, **data)  # type: ignore[arg-type]
        return await self.cluster.lms(node_id).Post(request, timeout=SECONDS, metadata=self.metadata)

    async def get(self, node_id: str = "n1", **fields: object) -> GetResponse:
        request = GetRequest(**fields)  # type: ignore[arg-type]
        return await self.cluster.lms(node_id).Get(request, timeout=SECONDS, metadata=self.metadata)

    async def upload(
        self, content: bytes, node_id: str = "n1", *, name: str = "notes.txt", cut: int = CHUNK
    ) -> File:
        header = UploadHeader(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        cuts = (content[at : at + cut] for at in range(0, len(content), cut))
        return await self.send(
            [UploadRequest(header=header), *(UploadRequest(chunk=c) for c in cuts)], node_id
        )

    async def send(self, parts: Iterable[UploadRequest], node_id: str = "n1") -> File:
        """Upload exactly these parts."""

        async def stream() -> AsyncIterator[UploadRequest]:
            for part in parts:
                yield part

        call = self.cluster.lms(node_id).Upload(stream(), timeout=60, metadata=self.metadata)
        return (await call).file

    async def download(self, item_id: str, node_id: str = "n1", sha256: str = "") -> tuple[File, bytes]:
        request = DownloadRequest(item_id=item_id, sha256=sha256)
        call = self.cluster.lms(node_id).Download(request, timeout=60, metadata=self.metadata)
        first, *rest = [part async for part in call]
        return first.file, b"".join(part.chunk for part in rest)


class RunningCluster:
    def __init__(self, folder: Path, tutor: str = "") -> None:
        *addresses, no_tutor = [f"127.0.0.1:{port}" for port in free_ports(len(NODES) + 1)]
        nodes = tuple(
            NodeConfig(node_id, address, folder / node_id)
            for node_id, address in zip(NODES, addresses, strict=True)
        )
        secret_file = folder / "cluster.secret"
        write_new_secret(secret_file)
        self.config = ClusterConfig(
            "Distributed Systems", ZoneInfo("UTC"), tutor or no_tutor, secret_file, nodes
        )
        for node_id in NODES:
            found_node(self.config, node_id)
        self.nodes: dict[str, Node] = {}
        self._channels: dict[str, grpc.aio.Channel] = {}

    async def start(self) -> None:
        """All nodes, and wait for a leader."""
        for node_id in NODES:
            await self.start_node(node_id)
        await eventually(self.leader)

    async def start_node(self, node_id: str, measure_disk: FreeBytes = free_bytes) -> None:
        self.nodes[node_id] = Node(self.config, node_id, measure_disk=measure_disk)
        await self.nodes[node_id].start()

    async def stop_node(self, node_id: str) -> None:
        await self.nodes.pop(node_id).stop()

    async def stop(self) -> None:
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))
        await asyncio.gather(*(self.stop_node(node_id) for node_id in list(self.nodes)))

    def lms(self, node_id: str) -> LmsServiceAsyncStub:
        return LmsServiceStub(self.channel(node_id))

    def admin(self, node_id: str) -> AdminServiceAsyncStub:
        return AdminServiceStub(self.channel(node_id))

    def channel(self, node_id: str) -> grpc.aio.Channel:
        if node_id not in self._channels:
            address = self.config.node(node_id).address
            options = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200)]
            self._channels[node_id] = grpc.aio.insecure_channel(address, options=options)
        return self._channels[node_id]

    @property
    def secret(self) -> tuple[tuple[str, str], ...]:
        """What operators and nodes show with their calls."""
        return read_secret(self.config.secret_file).metadata

    async def leader(self) -> str:
        """The leader of the newest term among the running nodes; empty when there is none."""
        request = GetClusterStatusRequest()
        answers = [await self.admin(node_id).GetClusterStatus(request) for node_id in self.nodes]
        leaders = [answer for answer in answers if answer.role == NODE_ROLE_LEADER]
        return max(leaders, key=lambda answer: answer.term).node_id if leaders else ""

    async def followers(self) -> list[str]:
        leader = await eventually(self.leader)
        return [node_id for node_id in self.nodes if node_id != leader]

    async def populate(self) -> dict[str, Person]:
        """The administrator "root" and PEOPLE, all logged in, through node n1."""
        await self.admin("n1").Bootstrap(
            BootstrapRequest(username="root", password="password of root"),
            timeout=SECONDS,
            metadata=self.secret,
        )
        root = await self.login("root")
        for name, role in PEOPLE.items():
            new = NewUser(username=name, display_name=name.title(), role=role, password=f"password of {name}")
            await root.post(user=new)
        return {"root": root, **{name: await self.login(name) for name in PEOPLE}}

    async def login(self, username: str, node_id: str = "n1") -> Person:
        request = LoginRequest(username=username, password=f"password of {username}")
        response = await self.lms(node_id).Login(request, timeout=SECONDS)
        return Person(self, username, response.token)
