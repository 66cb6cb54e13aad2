"""A cluster of real nodes, each forked off a process that has loaded what nodes need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lms_cluster.local.cluster import CLUSTER_FILE, LocalCluster
from lms_cluster.local.process import Process
from tests.cluster.fork_server import MODULE, ForkServer


@cache
def server_of(node_id: str) -> ForkServer:
    """One for each node: as in processes that were not forked, the order of a set differs between nodes."""
    return ForkServer(node_id)


@dataclass(frozen=True, slots=True)
class ForkedNode(Process):
    """Known by the command line of the server that it was forked off; a node's own are `node_arguments`."""

    node_arguments: tuple[str, ...]

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        assert environment is None
        if self.pid() is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            pid = server_of(self.name).fork(str(self.log), *self.node_arguments)
            self._pid_file.write_text(f"{pid}\n")


class ForkedCluster(LocalCluster):
    def _node_process(self, node_id: str, *more: str) -> Process:
        arguments = ("--config", str(self.folder / CLUSTER_FILE), "--node", node_id, *more)
        return ForkedNode(node_id, MODULE, (node_id,), self.folder / "run", arguments)
