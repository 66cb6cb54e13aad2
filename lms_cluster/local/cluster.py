"""The processes of one classroom on this machine: a tutor and N nodes, described by one `cluster.toml`."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from lms_cluster.config import ClusterConfig, ConfigError, load_config
from lms_cluster.founding import found_node
from lms_cluster.local import cluster_file
from lms_cluster.local.ports import free_ports
from lms_cluster.local.process import POLL_SECONDS, Process
from lms_cluster.operator_client import OperatorClient, leader_of
from lms_cluster.secret_file import read_secret, write_new_secret
from protos.lms_pb2 import GetClusterStatusResponse

CLUSTER_FILE = "cluster.toml"
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
        self.nodes = {node.id: self._node_process(node.id) for node in config.nodes}
        host, _, port = config.tutor.rpartition(":")
        self.tutor = Process("tutor", "tutor", ("serve", "--host", host, "--port", port), folder / "run")

    @classmethod
    def open(cls, folder: Path) -> LocalCluster:
        """Raises ClusterError when no cluster was made there, or its configuration cannot be used."""
        folder = folder.resolve()
        path = folder / CLUSTER_FILE
        if not path.exists():
            raise ClusterError("There is no cluster here yet. Start one with ./cluster.sh up.")
        try:
            return cls(folder, load_config(path))
        except ConfigError as error:
            raise ClusterError(str(error)) from None

    @classmethod
    def create(cls, folder: Path, node_count: int, title: str = "Homeroom") -> LocalCluster:
        """Describe a new cluster on free loopback ports, and found it. Raises ClusterError where one was
        before."""
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            write_new_secret(folder / SECRET_FILE)
        except FileExistsError:
            raise ClusterError(
                f"{folder} is what is left of a cluster whose cluster.toml is gone. "
                f"Put that back, or move the folder away to begin anew."
            ) from None
        *addresses, tutor = [f"127.0.0.1:{port}" for port in free_ports(node_count + 1)]
        nodes = {f"n{number}": address for number, address in enumerate(addresses, start=1)}
        cluster_file.write_new(folder / CLUSTER_FILE, title, tutor, SECRET_FILE, nodes)
        cluster = cls.open(folder)
        for node_id in cluster.nodes:
            found_node(cluster.config, node_id)
        return cluster

    def start(self, *, with_tutor: bool = True) -> None:
        """Start what does not run, and wait until it serves. Raises ClusterError."""
        if with_tutor:
            self.tutor.start()  # it gets ready while the nodes elect their leader
        for process in self.nodes.values():
            process.start()
        self.wait_for_leader()
        if with_tutor:
            self.start_tutor()

    def start_tutor(self, seconds: float = READY_SECONDS) -> None:
        """Start it unless it runs, and wait until it serves. Raises ClusterError."""
        self.tutor.start()
        self.wait_ready([self.tutor], [self.config.tutor], seconds)

    def stop(self) -> None:
        processes = [*self.nodes.values(), self.tutor]
        for process in processes:
            process.signal(signal.SIGTERM)
        for process in processes:
            process.stop()

    def start_joining(self, node_id: str) -> None:
        """Start the node, which asks the others to take it in."""
        self._node_process(node_id, "--join").start()

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

    def status(self, node_id: str, *, with_state_hash: bool = False) -> GetClusterStatusResponse | None:
        """The node's own view; None when it does not answer."""
        return self.operator().status(node_id, with_state_hash=with_state_hash)

    def operator(self) -> OperatorClient:
        return OperatorClient(self.config.addresses, read_secret(self.config.secret_file))

    def leader(self) -> str | None:
        """The node that leads in the newest term anyone knows of."""
        leader = leader_of(self.operator().statuses())
        return leader.node_id if leader else None

    def wait_for_leader(self, seconds: float = READY_SECONDS) -> str:
        """Raises ClusterError when no node leads in time, or a node has ended."""
        deadline = time.monotonic() + seconds
        while (leader := self.leader()) is None:
            self.check_alive(self.nodes.values())
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
                self.check_alive([process])
                if time.monotonic() > deadline:
                    raise ClusterError(f"{process.name} is not ready within {seconds:.0f} s.")
                time.sleep(POLL_SECONDS)

    def wait_caught_up(self, node_id: str, seconds: float = READY_SECONDS) -> None:
        """Wait until the node serves, counts, and lacks nothing that was committed before this call. Raises
        ClusterError."""
        self.wait_ready([self.node(node_id)], [self.address(node_id)], seconds)
        deadline = time.monotonic() + seconds
        goal: int | None = None
        while True:
            leader = leader_of(self.operator().statuses())
            if leader and goal is None:
                goal = leader.commit_index
            view = self.status(node_id)
            if goal is not None and view and view.synced and view.applied_index >= goal:
                return
            self.check_alive([self.node(node_id)])
            if time.monotonic() > deadline:
                raise ClusterError(f"{node_id} has not caught up within {seconds:.0f} s.")
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

    def _node_process(self, node_id: str, *more: str) -> Process:
        path = str(self.folder / CLUSTER_FILE)
        arguments = ("--config", path, "--node", node_id, *more)
        return Process(node_id, "lms_cluster", arguments, self.folder / "run")

    def check_alive(self, processes: Iterable[Process]) -> None:
        """Raises ClusterError."""
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
