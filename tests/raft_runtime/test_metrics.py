"""What a monitoring system is told."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from prometheus_client import generate_latest

from raft.errors import NotProposed
from tests.raft_runtime.cluster import Cluster, Options, RunningNode, eventually

CALM = Options(tick_seconds=0.1)
"""Nobody loses its place while it is looked at."""


def caught_up(leader: RunningNode, peer: str) -> bool:
    return leader.metric("raft_peer_lag_entries", peer=peer) == 0


async def test_a_leader_tells_where_it_and_its_peers_stand(tmp_path: Path) -> None:
    async with Cluster(tmp_path, options=CALM) as cluster:
        leader = await cluster.leader()
        applied = await leader.propose(b"command")
        status = leader.driver.status()
        assert leader.metric("raft_role", role="leader") == 1
        assert leader.metric("raft_role", role="follower") == 0
        assert leader.metric("raft_term") == status.term
        assert leader.metric("raft_commit_index") >= applied.index
        assert leader.metric("raft_applied_index") >= applied.index
        assert leader.metric("raft_synced") == 1
        assert leader.metric("raft_log_append_seconds_count") > 0
        await eventually(lambda: leader.metric("raft_leader_changes_total") >= 1)  # seen with the next tick
        assert leader.metric("raft_elections_total", cause="timeout") >= 1
        for peer in status.peers:
            name = peer.node_id
            await eventually(partial(caught_up, leader, name))
            assert leader.metric("raft_peer_match_index", peer=name) == status.last_index
            assert leader.metric("raft_peer_state", peer=name, state="replicate") == 1
            follower = cluster.nodes[name]
            assert follower.metric("raft_role", role="follower") == 1
            assert follower.metric("raft_has_leader") == 1
            assert follower.registry.get_sample_value("raft_peer_lag_entries", {"peer": "n1"}) is None


async def test_refused_proposals_and_dropped_messages_are_counted(tmp_path: Path) -> None:
    async with Cluster(tmp_path, options=CALM) as cluster:
        leader = await cluster.leader()
        leader.driver.refuse_writes("disk_full")
        for _ in range(3):
            try:
                await leader.propose(b"no room")
            except NotProposed:
                continue
        assert leader.metric("raft_refused_proposals_total", reason="disk_full") == 3
        dropped = leader.metric("raft_dropped_messages_total")
        leader.transport.set_peers({})
        await eventually(lambda: leader.metric("raft_dropped_messages_total") > dropped)


async def test_everything_fits_the_text_format(tmp_path: Path) -> None:
    async with Cluster(tmp_path, size=1) as cluster:
        text = generate_latest((await cluster.leader()).registry).decode()
        assert "# TYPE raft_log_append_seconds histogram" in text
        assert 'raft_role{role="leader"} 1.0' in text
