"""In-process proposals a second: three nodes in one process, gRPC on loopback, durable logs. Prints one
JSON line.

python -m bench.proposals [--seconds 5] [--clients 64] [--bytes 200]

Callers are spread over all nodes, so two thirds of the proposals are forwarded. The state machine does
nothing: what is measured is agreement, on disk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import grpc
import structlog

from bench.figures import percentile
from protos.raft_pb2_grpc import add_RaftServiceServicer_to_server
from raft.config import Config
from raft.errors import RaftError
from raft.membership import Membership
from raft.runtime.driver import Driver
from raft.runtime.secret import ClusterSecret
from raft.runtime.server import RaftServicer
from raft.runtime.transport import SERVER_OPTIONS, PeerTransport
from raft.types import Entry, Index, Snapshot
from storage.log_store import SqliteLogStore

NODE_IDS = ("n1", "n2", "n3")
MEMBERSHIP = Membership(NODE_IDS)
SECRET = ClusterSecret("the-secret-of-the-nodes-measured-here")


class Nothing:
    """The state machine with no state but how far it has come."""

    def __init__(self) -> None:
        self._applied = Snapshot(0, 0, MEMBERSHIP)

    def applied(self) -> Snapshot:
        return self._applied

    def apply(self, entries: Sequence[Entry]) -> list[bytes]:
        self._applied = Snapshot(entries[-1].index, entries[-1].term, MEMBERSHIP)
        return [b""] * len(entries)

    def checkpoint(self) -> Index:
        return self._applied.index

    def write_snapshot(self, path: Path) -> Snapshot:
        applied = self._applied
        path.write_text(f"{applied.index} {applied.term}")
        return applied

    def read_snapshot(self, path: Path) -> Snapshot:
        index, term = map(int, path.read_text().split())
        return Snapshot(index, term, MEMBERSHIP)

    def install(self, path: Path) -> None:
        self._applied = self.read_snapshot(path)
        path.unlink()

    def close(self) -> None:
        pass


async def measure(folder: Path, seconds: float, clients: int, size: int) -> dict[str, float]:
    """Run a cluster in `folder`; `clients` callers propose `size` bytes each, one proposal at a time."""
    servers = {node_id: grpc.aio.server(options=SERVER_OPTIONS) for node_id in NODE_IDS}
    addresses = {
        node_id: f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}" for node_id, server in servers.items()
    }
    stores = {node_id: SqliteLogStore.found(folder / f"{node_id}.db", MEMBERSHIP) for node_id in NODE_IDS}
    drivers = []
    for node_id, server in servers.items():
        transport = PeerTransport(node_id, addresses, SECRET)
        add_RaftServiceServicer_to_server(RaftServicer(transport), server)
        drivers.append(
            Driver(
                Config(node_id),
                stores[node_id],
                Nothing(),
                transport,
                snapshot_folder=folder / node_id,
                random=Random(node_id),
            )
        )
        await server.start()
        await drivers[-1].start()
    await drivers[0].read_index(30)  # a leader is there, and has committed

    latencies: list[float] = []
    failures = 0
    data = bytes(size)
    end = time.perf_counter() + seconds

    async def client(driver: Driver) -> None:
        nonlocal failures
        while (began := time.perf_counter()) < end:
            try:
                await driver.propose(data, 5)
                latencies.append(time.perf_counter() - began)
            except RaftError:
                failures += 1

    began = time.perf_counter()
    await asyncio.gather(*(client(drivers[number % len(drivers)]) for number in range(clients)))
    took = time.perf_counter() - began
    for driver in drivers:
        await driver.stop()
    for server in servers.values():
        await server.stop(None)
    for store in stores.values():
        store.close()
    return {
        "clients": clients,
        "bytes": size,
        "proposals_per_second": round(len(latencies) / took, 1),
        "p50_ms": round(1000 * percentile(latencies, 50), 2),
        "p99_ms": round(1000 * percentile(latencies, 99), 2),
        "failures": failures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--bytes", type=int, default=200)
    asked = parser.parse_args()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(Path(folder), asked.seconds, asked.clients, asked.bytes))))


if __name__ == "__main__":
    main()
