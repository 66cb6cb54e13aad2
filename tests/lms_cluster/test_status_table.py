"""What `lmsctl cluster status` makes of the nodes' answers."""

from __future__ import annotations

from lms_cluster.lmsctl.status import table
from protos.lms_pb2 import (
    NODE_ROLE_FOLLOWER,
    NODE_ROLE_LEADER,
    REPLICATION_STATE_REPLICATE,
    REPLICATION_STATE_SNAPSHOT,
    GetClusterStatusResponse,
    Membership,
    PeerStatus,
)

ADDRESSES = {"n1": "a:1", "n2": "b:1", "n3": "c:1", "n4": "d:1"}
MEMBERS = Membership(voters=["n1", "n2", "n3"], learners=["n4"])


def view(node_id: str, **fields: object) -> GetClusterStatusResponse:
    known: dict[str, object] = {
        "term": 7,
        "first_index": 101,
        "last_index": 300,
        "commit_index": 300,
        "applied_index": 300,
        "synced": True,
        "role": NODE_ROLE_FOLLOWER,
        "membership": MEMBERS,
        "disk_free": 5 << 30,
        "state_hash": "ab" * 32,
    }
    return GetClusterStatusResponse(node_id=node_id, **(known | fields))  # type: ignore[arg-type]


def leader(**fields: object) -> GetClusterStatusResponse:
    peers = [
        PeerStatus(node_id="n2", lag=0, state=REPLICATION_STATE_REPLICATE, synced=True),
        PeerStatus(node_id="n4", lag=250, state=REPLICATION_STATE_SNAPSHOT, is_learner=True),
    ]
    return view("n1", **({"role": NODE_ROLE_LEADER, "peers": peers, "elections": {"timeout": 2}} | fields))


def test_every_node_has_a_line_and_a_silent_one_says_so() -> None:
    views = {"n1": leader(), "n2": view("n2"), "n3": None, "n4": view("n4", synced=False, applied_index=50)}
    lines = table(ADDRESSES, views)
    rows = {line.split()[0]: line.split() for line in lines[1:5]}
    assert rows["n1"][2:] == ["leader", "7", "101..300", "300", "300", "-", "-", "5", "GiB", "ab" * 6]
    assert rows["n2"][6:9] == ["300", "0", "replicate"]
    assert rows["n3"][2:4] == ["no", "answer"]
    assert rows["n4"][2:4] == ["learner,", "new"]
    assert rows["n4"][-5:-3] == ["250", "snapshot"]
    assert "voters: n1 n2 n3; learners: n4" in lines
    assert "elections called since each node started: n1 2 by timeout" in lines
    assert not any(line.startswith("!") for line in lines)


def complaints(views: dict[str, GetClusterStatusResponse | None]) -> list[str]:
    return [line for line in table(ADDRESSES, views) if line.startswith("!")]


def test_what_does_not_fit_together_is_pointed_out() -> None:
    fine: dict[str, GetClusterStatusResponse | None] = {"n1": leader(), "n2": view("n2")}
    fine |= {"n3": view("n3"), "n4": view("n4")}
    assert complaints(fine) == []
    assert complaints(fine | {"n2": view("n2", state_hash="cd" * 32)}) == [
        "! n1 and n2 and n3 and n4 hold different states at index 300"
    ]
    assert complaints(fine | {"n3": view("n3", alarms=["the disk is almost full"])}) == [
        "! n3: the disk is almost full"
    ]
    others = Membership(voters=["n1", "n2", "n3", "n9"], addresses={"n9": "x:9"})
    assert complaints(fine | {"n1": leader(membership=others)}) == [
        "! n9 at x:9 is a member, and the configuration does not name it",
        "! n4 is in the configuration, and no member of the cluster",
    ]
    assert complaints(fine | {"n1": view("n1")}) == [
        "! no node leads: a majority of the voters must run and reach each other"
    ]


def test_a_change_under_way_is_shown() -> None:
    joint = Membership(voters=["n1", "n2", "n4"], outgoing=["n1", "n2", "n3"])
    lines = table(ADDRESSES, {"n1": leader(membership=joint), "n2": None, "n3": None, "n4": None})
    assert "a change is under way, from the voters n1 n2 n3" in lines
