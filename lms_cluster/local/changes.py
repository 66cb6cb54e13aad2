"""One node more, one node less, and every node begun anew, while the classroom goes on."""

from __future__ import annotations

import time

from lms_cluster.config import NODE_ID, ConfigError
from lms_cluster.local import cluster_file
from lms_cluster.local.cluster import CLUSTER_FILE, ClusterError, LocalCluster
from lms_cluster.local.ports import free_ports
from lms_cluster.local.process import POLL_SECONDS
from lms_cluster.operator_client import OperationRefused
from protos.lms_pb2 import ChangeMembershipRequest

CATCH_UP_SECONDS = 600.0
"""A new node may have to receive gigabytes."""


def add_node(cluster: LocalCluster, node_id: str = "") -> LocalCluster:
    """A node with an empty disk joins, and this returns once it has a vote. Gives the cluster with it; the id
    is the next free one where none is named. Asked for again after it was cut short, it goes on.

    Raises ClusterError."""
    cluster.require_running()
    node_id = node_id or _free_id(cluster)
    if not NODE_ID.fullmatch(node_id):
        raise ClusterError(
            f'A node\'s id begins with a letter and has letters, digits and "-", not {node_id!r}.'
        )
    if node_id not in cluster.nodes:
        (port,) = free_ports(1)
        cluster_file.add_node(cluster.folder / CLUSTER_FILE, node_id, f"127.0.0.1:{port}")
        cluster = LocalCluster.open(cluster.folder)
    cluster.start_joining(node_id)
    wait_for_vote(cluster, node_id)
    return cluster


def remove_node(cluster: LocalCluster, node_id: str) -> LocalCluster:
    """The cluster agrees to go on without the node, whose process then ends. Its data stays. Gives the
    cluster without it. Raises ClusterError."""
    process = cluster.node(node_id)
    if len(cluster.nodes) == 1:
        raise ClusterError(f"{node_id} is the only node; ./cluster.sh down stops it.")
    try:
        cluster.operator().change_membership(ChangeMembershipRequest(remove=[node_id]))
    except OperationRefused as refused:
        raise ClusterError(f"{node_id} could not be removed: {refused}") from None
    process.wait(seconds=10)  # it ends by itself once it has heard
    process.stop()
    try:
        cluster_file.remove_node(cluster.folder / CLUSTER_FILE, node_id)
    except ConfigError as error:
        raise ClusterError(str(error)) from None
    return LocalCluster.open(cluster.folder)


def restart_all(cluster: LocalCluster) -> None:
    """One node after another, the leader last, each only when the one before has caught up: there is always a
    majority, and leadership moves once. Raises ClusterError."""
    leader = cluster.wait_for_leader()
    for node_id in sorted(cluster.nodes, key=lambda node_id: (node_id == leader, node_id)):
        print(f"restarting {node_id} …", flush=True)
        cluster.node(node_id).stop()
        cluster.node(node_id).start()
        cluster.wait_caught_up(node_id)


def wait_for_vote(cluster: LocalCluster, node_id: str) -> None:
    """Until a node that joins has all there is, and counts. Raises ClusterError."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while True:
        view = cluster.status(node_id)
        if view and view.synced and node_id in view.membership.voters and not view.membership.outgoing:
            return
        cluster.check_alive([cluster.node(node_id)])
        if time.monotonic() > deadline:
            raise ClusterError(f"{node_id} has no vote after {CATCH_UP_SECONDS:.0f} s. See its log.")
        time.sleep(POLL_SECONDS)


def _free_id(cluster: LocalCluster) -> str:
    """Of no node, and of no folder that an earlier one has left."""
    number = len(cluster.nodes) + 1
    while f"n{number}" in cluster.nodes or (cluster.folder / f"n{number}").exists():
        number += 1
    return f"n{number}"
