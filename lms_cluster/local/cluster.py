"""The processes of one classroom on this machine: a tutor and N nodes, described by one `cluster.toml`."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from lms_cluster.config import ClusterConfig, ConfigError, load_config
from lms_cluster.local.process import POLL_SECONDS, Process
from lms_cluster.secret_file import write_new_secret
from protos import lms_pb2, lms_pb2_grpc

SECRET_FILE = "cluster.secret"  # noqa: S105 -- its name, not its content
READY_SECONDS = 60.0
"""Long enough for the tutor to load its model on a slow, busy machine."""


class ClusterError(Exception):
    """Something on this machine stands in the way; the message says what and what to do."""


class LocalCluster:
    """The cluster whose configuration, data, pids and logs live under `folder`."""

    def __init__(self, folder: Path, config: ClusterConfig) -> None:
        self.folder = folder
        self.config = config
        path = str(folder / "cluster.toml")
        self.nodes = {
            node.id: Process(node.id, "lms_cluster", ("--config", path, "--node", node.id), folder / "run")
            for node in config.nodes
        }
        host, _, port = config.tutor.rpartition(":")
        self.tutor = Process("tutor", "tutor", ("serve", "--host", host, "--port", port), folder / "run")

    @classmethod
    def open(cls, folder: Path) -> LocalCluster:
        """Raises ClusterError when no cluster was made there, or its configuration cannot be used."""
        folder = folder.resolve()
        path = folder / "cluster.toml"
        if not path.exists():
            raise ClusterError("There is no cluster here yet. Start one with ./cluster.sh up.")
        try:
            return cls(folder, load_config(path))
        except ConfigError as error:
            raise ClusterError(str(error)) from None

    @classmethod
    def create(cls, folder: Path, node_count: int, title: str = "Homeroom") -> LocalCluster:
        """Describe a new cluster on free loopback ports. Raises ClusterError where one was before."""
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        *node_ports, tutor_port = _free_ports(node_count + 1)
        lines = [
            f'title = "{title}"',
            'time_zone = "UTC"',
            f'tutor = "127.0.0.1:{tutor_port}"',
            f'secret_file = "{SECRET_FILE}"',
        ]
        for number, port in enumerate(node_ports, start=1):
            lines += [
                "",
                "[[nodes]]",
                f'id = "n{number}"',
                f'address = "127.0.0.1:{port}"',
                f'data = "n{number}"',
            ]
        try:
            write_new_secret(folder / SECRET_FILE)
        except FileExistsError:
            raise ClusterError(
                f"{folder} is what is left of a cluster whose cluster.toml is gone. "
                f"Put that back, or move the folder away to begin anew."
            ) from None
        (folder / "cluster.toml").write_text("\n".join(lines) + "\n")
        return cls.open(folder)

    def start(self, *, with_tutor: bool = True) -> None:
        """Start what does not run, and wait until it serves. Raises ClusterError."""
        if with_tutor:
            self.tutor.start()
        for process in self.nodes.values():
            process.start()
        self.wait_for_leader()
        if with_tutor:
            self.wait_ready([self.tutor], [self.config.tutor])

    def stop(self) -> None:
        processes = [*self.nodes.values(), self.tutor]
        for process in processes:
            process.signal(signal.SIGTERM)
        for process in processes:
            process.stop()

    def node(self, node_id: str) -> Process:
        try:
            return self.nodes[node_id]
        except KeyError:
            raise ClusterError(f"There is no node {node_id}. Nodes: {', '.join(self.nodes)}.") from None

    def address(self, node_id: str) -> str:
        return self.config.addresses[node_id]

    def require_running(self) -> None:
        """Raises ClusterError when none of the nodes runs."""
        if not any(process.pid() for process in self.nodes.values()):
            raise ClusterError("No node runs. Start them with ./cluster.sh up.")

    def status(
        self, node_id: str, *, with_state_hash: bool = False
    ) -> lms_pb2.GetClusterStatusResponse | None:
        """The node's own view; None when it does not answer."""
        with grpc.insecure_channel(self.address(node_id)) as channel:
            try:
                return lms_pb2_grpc.AdminServiceStub(channel).GetClusterStatus(
                    lms_pb2.GetClusterStatusRequest(with_state_hash=with_state_hash),
                    timeout=10 if with_state_hash else 2,
                )
            except grpc.RpcError:
                return None

    def leader(self) -> str | None:
        """The node that leads in the newest term anyone knows of."""
        answers = [answer for node_id in self.nodes if (answer := self.status(node_id))]
        leaders = [answer for answer in answers if answer.role == lms_pb2.NODE_ROLE_LEADER]
        return max(leaders, key=lambda answer: answer.term).node_id if leaders else None

    def wait_for_leader(self, seconds: float = READY_SECONDS) -> str:
        """Raises ClusterError when no node leads in time, or a node has ended."""
        deadline = time.monotonic() + seconds
        while (leader := self.leader()) is None:
            self._check_alive(self.nodes.values())
            if time.monotonic() > deadline:
                raise ClusterError(f"No leader within {seconds:.0f} s. See ./cluster.sh logs.")
            time.sleep(POLL_SECONDS)
        return leader

    def wait_ready(
        self, processes: list[Process], addresses: list[str], seconds: float = READY_SECONDS
    ) -> None:
        """Wait until each address says SERVING. Raises ClusterError."""
        deadline = time.monotonic() + seconds
        for process, address in zip(processes, addresses, strict=True):
            while not _serving(address):
                self._check_alive([process])
                if time.monotonic() > deadline:
                    raise ClusterError(f"{process.name} is not ready within {seconds:.0f} s.")
                time.sleep(POLL_SECONDS)

    def wait_equal_state(self, seconds: float = READY_SECONDS) -> str:
        """Wait until all nodes have applied the same index to the same state; return its hash.

        Raises ClusterError.
        """
        deadline = time.monotonic() + seconds
        while True:
            answers = [self.status(node_id, with_state_hash=True) for node_id in self.nodes]
            known = {(answer.applied_index, answer.state_hash) for answer in answers if answer}
            if None not in answers and len(known) == 1:
                return known.pop()[1]
            if time.monotonic() > deadline:
                raise ClusterError(f"The nodes do not hold the same state: {known}")
            time.sleep(POLL_SECONDS)

    def _check_alive(self, processes: Iterable[Process]) -> None:
        for process in processes:
            if process.pid() is None:
                raise ClusterError(f"{process.name} has ended. Its last words:\n{process.last_lines(15)}")


def _serving(address: str) -> bool:
    with grpc.insecure_channel(address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=2)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
