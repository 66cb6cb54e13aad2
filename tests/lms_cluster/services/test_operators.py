"""What operators ask of a running cluster, and what strangers may not."""

from __future__ import annotations

import asyncio

import pytest

from lms_cluster.operator_client import OperationRefused, OperatorClient
from lms_cluster.secret_file import read_secret
from protos.lms_pb2 import (
    BackupRequest,
    ChangeMembershipRequest,
    GetChainCheckpointRequest,
    GetClusterStatusRequest,
    ResetAdministratorRequest,
    TransferLeadershipRequest,
)
from tests.lms_cluster.services.cluster import NODES, RunningCluster, eventually, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def operator(cluster: RunningCluster) -> OperatorClient:
    return OperatorClient(cluster.config.addresses, read_secret(cluster.config.secret_file))


async def test_strangers_may_look_but_neither_touch_nor_make_a_node_work(cluster: RunningCluster) -> None:
    admin = cluster.admin("n1")
    assert (await admin.GetClusterStatus(GetClusterStatusRequest())).node_id == "n1"
    for call in (
        admin.GetClusterStatus(GetClusterStatusRequest(with_state_hash=True)),
        admin.ChangeMembership(ChangeMembershipRequest(remove=["n2"])),
        admin.TransferLeadership(TransferLeadershipRequest()),
        admin.GetChainCheckpoint(GetChainCheckpointRequest(index=1_000)),
        admin.ResetAdministrator(ResetAdministratorRequest(username="root", code_sha256=bytes(32))),
        anext(aiter(admin.Backup(BackupRequest()))),
    ):
        refused = await refusal(call)
        assert (refused.code, refused.reason) == ("UNAUTHENTICATED", "NO_SECRET")


async def test_a_follower_names_the_leader_to_go_to(cluster: RunningCluster) -> None:
    follower = (await cluster.followers())[0]
    request = ChangeMembershipRequest(promote=["n1"])
    refused = await refusal(cluster.admin(follower).ChangeMembership(request, metadata=cluster.secret))
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "NOT_LEADER")
    leader = await eventually(cluster.leader)
    assert f"{leader} at {cluster.config.addresses[leader]}" in refused.message


async def test_leadership_goes_where_it_is_sent(cluster: RunningCluster, operator: OperatorClient) -> None:
    for node_id in NODES:
        assert await asyncio.to_thread(operator.transfer_leadership, node_id) == node_id
        view = await cluster.admin(node_id).GetClusterStatus(GetClusterStatusRequest())
        assert (view.leader_id, list(view.membership.voters)) == (node_id, list(NODES))
    leader = await asyncio.to_thread(operator.transfer_leadership)
    assert leader in NODES


async def test_what_cannot_be_done_is_refused_with_the_reason(operator: OperatorClient) -> None:
    for change, reason in (
        (ChangeMembershipRequest(), "INVALID_FIELD"),
        (ChangeMembershipRequest(add_learners={"N 9": "nowhere"}), "INVALID_FIELD"),
        (ChangeMembershipRequest(promote=["n9"]), "IMPOSSIBLE"),
    ):
        with pytest.raises(OperationRefused) as refused:
            await asyncio.to_thread(operator.change_membership, change)
        assert refused.value.reason == reason
    with pytest.raises(OperationRefused, match="must be a voter"):
        await asyncio.to_thread(operator.transfer_leadership, "n9")


async def test_a_change_asked_for_again_changes_nothing(
    cluster: RunningCluster, operator: OperatorClient
) -> None:
    add = ChangeMembershipRequest(add_learners={"n9": "127.0.0.1:9"})
    first = await asyncio.to_thread(operator.change_membership, add)
    assert (list(first.learners), first.addresses["n9"]) == (["n9"], "127.0.0.1:9")
    status = await cluster.admin("n1").GetClusterStatus(GetClusterStatusRequest())
    assert await asyncio.to_thread(operator.change_membership, add) == first
    with pytest.raises(OperationRefused) as refused:
        await asyncio.to_thread(operator.change_membership, ChangeMembershipRequest(promote=["n9"]))
    assert refused.value.reason == "NOT_CAUGHT_UP"
    remove = ChangeMembershipRequest(remove=["n9"])
    for _ in range(2):
        after = await asyncio.to_thread(operator.change_membership, remove)
        assert (list(after.learners), list(after.voters)) == ([], list(NODES))
    again = await cluster.admin("n1").GetClusterStatus(GetClusterStatusRequest())
    assert again.last_index <= status.last_index + 2


async def test_operators_are_told_when_nobody_answers(cluster: RunningCluster) -> None:
    alone = OperatorClient({"n9": "127.0.0.1:9"}, read_secret(cluster.config.secret_file))
    assert alone.status("n9") is None
    with pytest.raises(OperationRefused, match=r"^no node answers$") as refused:
        await asyncio.to_thread(alone.transfer_leadership, "", 0.5)
    assert refused.value.reason == "UNAVAILABLE"
    with pytest.raises(OperationRefused, match=r"^n9 does not answer$"):
        await asyncio.to_thread(list, alone.backup("n9", 5.0))
