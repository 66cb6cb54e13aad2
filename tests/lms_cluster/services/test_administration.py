"""What an administrator may ask of the cluster itself with nothing but a session."""

from __future__ import annotations

import hashlib
import stat
from contextlib import closing
from pathlib import Path

import pytest

from lms_cluster.commands import apply_command
from lms_cluster.disk_reserve import RESUME_BYTES
from lms_cluster.services.backups import KEPT_FOLDER, KEPT_MAX
from protos.lms_pb2 import (
    KIND_AUDIT,
    BackupRequest,
    ChangeMembershipRequest,
    SaveBackupRequest,
    SaveBackupResponse,
    TransferLeadershipRequest,
)
from storage.classroom import Classroom
from tests.lms_cluster.services.cluster import NODES, SECONDS, Person, RunningCluster, eventually, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def save(person: Person, node_id: str) -> SaveBackupResponse:
    admin = person.cluster.admin(node_id)
    return await admin.SaveBackup(SaveBackupRequest(), timeout=SECONDS, metadata=person.metadata)


def looked_at(path: Path) -> tuple[int, bytes]:
    """The file's mode and its content."""
    return stat.S_IMODE(path.stat().st_mode), path.read_bytes()


async def newest_acts(root: Person, count: int) -> list[tuple[str, str, str]]:
    items = (await root.get(kind=KIND_AUDIT, page_size=count)).items
    return [(item.audit.username, item.audit.deed, item.audit.object) for item in items]


async def test_an_administrator_hands_leadership_over_and_it_is_recorded(
    cluster: RunningCluster, root: Person
) -> None:
    for node_id in NODES:
        leader = await eventually(cluster.leader)
        request = TransferLeadershipRequest(node_id=node_id)
        call = cluster.admin(leader).TransferLeadership(request, timeout=SECONDS, metadata=root.metadata)
        assert (await call).leader_id == node_id
        assert await newest_acts(root, 1) == [("root", "transfer leadership", node_id)]


async def test_a_follower_and_an_unknown_node_leave_no_record(cluster: RunningCluster, root: Person) -> None:
    before = await newest_acts(root, 1)
    follower = (await cluster.followers())[0]
    leader = await eventually(cluster.leader)
    for node_id, target, reason in ((follower, "n1", "NOT_LEADER"), (leader, "n9", "INVALID_FIELD")):
        request = TransferLeadershipRequest(node_id=target)
        refused = await refusal(cluster.admin(node_id).TransferLeadership(request, metadata=root.metadata))
        assert refused.reason == reason
    assert await newest_acts(root, 1) == before


async def test_a_backup_stays_on_the_nodes_disk_private_and_whole(
    cluster: RunningCluster, root: Person, tmp_path: Path
) -> None:
    saved = await save(root, "n2")
    mode, content = looked_at(Path(saved.path))
    assert saved.node_id == "n2"
    assert saved.path.startswith(f"{cluster.config.node('n2').data.resolve() / KEPT_FOLDER}/")
    assert mode == 0o600
    assert (saved.size, saved.sha256) == (len(content), hashlib.sha256(content).digest())
    copy = tmp_path / "copy.db"
    copy.write_bytes(content)
    with closing(Classroom(copy, apply_command)) as classroom:
        assert classroom.applied().index == saved.index
    assert await newest_acts(root, 1) == [("root", "make backups", "n2")]


async def test_a_node_keeps_the_newest_backups_only(cluster: RunningCluster, root: Person) -> None:
    saved = [await save(root, "n3") for _ in range(KEPT_MAX + 2)]
    folder = cluster.config.node("n3").data / KEPT_FOLDER
    kept = sorted(path.resolve() for path in folder.iterdir())
    assert kept == [Path(each.path) for each in saved[-KEPT_MAX:]]


async def test_a_backup_does_not_take_the_room_that_the_node_needs(
    cluster: RunningCluster, root: Person
) -> None:
    await cluster.stop_node("n1")
    await cluster.start_node("n1", measure_disk=lambda folder: RESUME_BYTES)
    await eventually(cluster.leader)
    refused = await refusal(save(root, "n1"))
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "NO_ROOM")
    assert not (cluster.config.node("n1").data / KEPT_FOLDER).exists()
    assert ("root", "make backups", "n1") not in await newest_acts(root, 50)
    assert (await save(root, "n2")).node_id == "n2"


async def test_others_may_not(cluster: RunningCluster, people: dict[str, Person]) -> None:
    leader = await eventually(cluster.leader)
    admin = cluster.admin(leader)
    for username in ("grace", "ada"):
        metadata = people[username].metadata
        for call in (
            admin.TransferLeadership(TransferLeadershipRequest(), metadata=metadata),
            admin.SaveBackup(SaveBackupRequest(), metadata=metadata),
        ):
            assert (await refusal(call)).reason == "WRONG_ROLE"
    for call in (
        admin.TransferLeadership(TransferLeadershipRequest()),
        admin.SaveBackup(SaveBackupRequest()),
        admin.SaveBackup(SaveBackupRequest(), metadata=cluster.secret),
    ):
        assert (await refusal(call)).reason == "NO_SECRET"


async def test_a_session_neither_changes_the_members_nor_takes_the_state_away(
    cluster: RunningCluster, root: Person
) -> None:
    admin = cluster.admin("n1")
    remove = ChangeMembershipRequest(remove=["n2"])
    assert (await refusal(admin.ChangeMembership(remove, metadata=root.metadata))).reason == "NO_SECRET"
    backup = admin.Backup(BackupRequest(), metadata=root.metadata)
    assert (await refusal(anext(aiter(backup)))).reason == "NO_SECRET"
