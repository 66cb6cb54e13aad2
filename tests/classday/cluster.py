"""A cluster of real processes that lives by the school's clock."""

from __future__ import annotations

from pathlib import Path

from lms_cluster.local.cluster import CLUSTER_FILE, LocalCluster
from lms_cluster.local.process import Process

CLOCK_FILE = "clock"


class SchoolCluster(LocalCluster):
    @property
    def clock_file(self) -> Path:
        return self.folder / CLOCK_FILE

    def _node_process(self, node_id: str, *more: str) -> Process:
        arguments = ("--config", str(self.folder / CLUSTER_FILE), "--node", node_id, *more)
        return Process(
            node_id, "tests.classday.node", (str(self.clock_file), *arguments), self.folder / "run"
        )
