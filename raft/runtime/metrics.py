"""What a node tells a monitoring system. Events are counted where they happen; everything else is read from
the node when it is asked for, so that no turn pays for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from raft.progress import ProgressState
from raft.status import Status
from raft.types import Role

_COMMIT_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counters of one node; a registry holds one node's. Everything is read on the event loop's thread."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.commit_seconds = Histogram(
            "raft_log_append_seconds",
            "One durable commit of the log",
            buckets=_COMMIT_SECONDS,
            registry=registry,
        )
        self.slow_disk_transfers = self._counter(
            "raft_slow_disk_transfers", "Times leadership was handed over because the disk was slow"
        )
        self.disk_stalls = self._counter("raft_disk_stalls", "Commits that outlasted the disk's patience")
        self.loop_stalls = self._counter("raft_event_loop_stalls", "Times the event loop fell ticks behind")
        self.clock_jumps = self._counter("raft_clock_jumps", "Jumps of the wall clock against the steady one")
        self.leader_changes = self._counter("raft_leader_changes", "Leaders this node has begun to follow")
        self.refused_proposals = self._counter(
            "raft_refused_proposals", "Proposals that were not taken, or were lost", "reason"
        )
        self.compactions = self._counter("raft_compactions", "Times the log was compacted")
        self.snapshots = self._counter(
            "raft_snapshots", "Snapshots to and from peers", "direction", "outcome"
        )
        self.snapshot_bytes = self._counter(
            "raft_snapshot_bytes", "Bytes of snapshots that went over the wire", "direction"
        )

    def watch(self, status: Callable[[], Status], dropped_messages: Callable[[], int]) -> None:
        """Tell, whenever asked, what these say then."""
        self._registry.register(_Standing(status, dropped_messages))

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self._registry)


class _Standing(Collector):
    """The node's own account of where it stands."""

    def __init__(self, status: Callable[[], Status], dropped_messages: Callable[[], int]) -> None:
        self._status = status
        self._dropped_messages = dropped_messages

    def describe(self) -> Iterable[Metric]:
        return ()  # or the registry would collect from a node that is not made yet

    def collect(self) -> Iterator[Metric]:
        status = self._status()
        yield _one_of(
            "raft_role", "What this node is", "role", [role.value for role in Role], status.role.value
        )
        for name, what, value in (
            ("raft_term", "The current term", status.term),
            ("raft_has_leader", "Whether this node knows its term's leader", status.leader_id is not None),
            ("raft_synced", "Whether this node's copy of the log counts", status.synced),
            ("raft_first_index", "The first index that the log holds", status.first_index),
            ("raft_last_index", "The last index of the log", status.last_index),
            ("raft_commit_index", "Up to here the log is committed", status.commit_index),
            ("raft_applied_index", "Up to here the log is applied here", status.applied_index),
        ):
            yield GaugeMetricFamily(name, what, value=float(value))
        campaigns = CounterMetricFamily(
            "raft_elections", "Campaigns of this node for a term", labels=["cause"]
        )
        campaigns.add_metric(["timeout"], status.campaigns_by_timeout)
        campaigns.add_metric(["transfer"], status.campaigns_by_transfer)
        yield campaigns
        dropped = self._dropped_messages()
        yield CounterMetricFamily("raft_dropped_messages", "Messages without a way or room", value=dropped)
        yield from self._peers(status)

    def _peers(self, status: Status) -> Iterator[Metric]:
        match_index = GaugeMetricFamily(
            "raft_peer_match_index", "The peer's log equals ours", labels=["peer"]
        )
        lag = GaugeMetricFamily("raft_peer_lag_entries", "Entries the peer lacks", labels=["peer"])
        inflight = GaugeMetricFamily("raft_peer_inflight_entries", "Sent and not answered", labels=["peer"])
        active = GaugeMetricFamily("raft_peer_active", "Heard from since the last check", labels=["peer"])
        state = GaugeMetricFamily("raft_peer_state", "How the peer is led", labels=["peer", "state"])
        for peer in status.peers:
            own = [peer.node_id]
            match_index.add_metric(own, peer.match_index)
            lag.add_metric(own, status.last_index - peer.match_index)
            inflight.add_metric(own, max(0, peer.next_index - 1 - peer.match_index))
            active.add_metric(own, peer.active)
            for candidate in ProgressState:
                state.add_metric([*own, candidate.value], candidate is peer.state)
        yield from (match_index, lag, inflight, active, state)


def _one_of(name: str, what: str, label: str, values: Iterable[str], current: str) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for value in values:
        family.add_metric([value], value == current)
    return family
