"""The operator's command line on real nodes: backing up, restoring, looking into stopped nodes, going on
alone."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.client.api import Recipient
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.changes import wait_for_vote
from lms_cluster.local.cluster import LocalCluster
from storage.set_aside import LOG
from tests.cluster.conftest import connect
from tests.cluster.test_membership import damage
from tests.world import PEOPLE, sign_in

pytestmark = pytest.mark.timeout(240)


def lmsctl(
    cluster: LocalCluster, *words: str, said: str = "", succeeds: bool = True
) -> subprocess.CompletedProcess[str]:
    """`said`: what the person at the terminal types."""
    command = [sys.executable, "-m", "lms_cluster.lmsctl", "--config", str(cluster.folder / "cluster.toml")]
    done = subprocess.run(
        [*command, *words], input=said, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
    return done


async def ask(client: GrpcLmsClient, text: str) -> None:
    await client.ask(await sign_in(client, "ada"), f"request-{text}", text, Recipient.INSTRUCTOR)


async def questions(client: GrpcLmsClient) -> list[str]:
    return [query.text for query in (await client.queries(await sign_in(client, "grace"))).items]


async def test_a_backup_begins_a_cluster_anew(
    cluster: LocalCluster, client: GrpcLmsClient, tmp_path: Path
) -> None:
    await ask(client, "before")
    file = tmp_path / "classroom.backup"
    said = await asyncio.to_thread(lmsctl, cluster, "backup", str(file))
    assert f"{file.stat().st_size} bytes" in said.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert not file.with_name(file.name + ".unfinished").exists()
    again = await asyncio.to_thread(lmsctl, cluster, "backup", str(file), succeeds=False)
    assert "there already; nothing was changed" in again.stderr
    await ask(client, "after")

    refused = lmsctl(cluster, "restore", str(file), "--node", "n1", succeeds=False)
    assert "another process" in refused.stderr
    cluster.stop()
    refused = lmsctl(cluster, "restore", str(file), "--node", "n1", succeeds=False)
    assert "holds a node's data already; nothing was changed" in refused.stderr
    for node in cluster.config.nodes:
        shutil.rmtree(node.data)
        lmsctl(cluster, "restore", str(file), "--node", node.id)
    cluster.start(with_tutor=False)
    assert await questions(connect(cluster)) == ["before"]
    cluster.wait_equal_state()


def test_a_file_that_is_no_backup_founds_nothing(tmp_path: Path) -> None:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=1)
    shutil.rmtree(cluster.config.node("n1").data)
    (tmp_path / "file").write_bytes(os.urandom(10_000))
    refused = lmsctl(cluster, "restore", str(tmp_path / "file"), "--node", "n1", succeeds=False)
    assert f"{tmp_path / 'file'} cannot be restored: " in refused.stderr
    assert "not what was once written as a snapshot" in refused.stderr
    refused = lmsctl(cluster, "restore", str(tmp_path / "none"), "--node", "n1", succeeds=False)
    assert f"there is no file {tmp_path / 'none'}; nothing was changed" in refused.stderr
    lmsctl(cluster, "init", "--node", "n1")
    refused = lmsctl(cluster, "init", "--node", "n1", succeeds=False)
    assert "holds a node's data already" in refused.stderr


async def test_a_stopped_node_is_looked_into_without_its_secrets(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    await ask(client, "what is a quorum")
    token = await sign_in(client, "ada")
    data = cluster.config.node("n1").data
    refused = lmsctl(cluster, "inspect", str(data), succeeds=False)
    assert "another process" in refused.stderr
    await asyncio.to_thread(cluster.wait_equal_state)
    cluster.stop()
    shown = lmsctl(cluster, "inspect", str(data), "--from", "1").stdout
    assert "every checksum is right" in shown
    assert "membership from 0 on: voters n1 n2 n3" in shown
    assert "ask request=request-what" in shown
    assert "password_hash=<hidden>" in shown
    for secret in (token, "argon2", *(person.password for person in PEOPLE.values())):
        assert secret not in shown
    assert "noop" not in lmsctl(cluster, "inspect", str(data), "--from", "2", "--to", "3").stdout

    damage(data / LOG)
    damaged = lmsctl(cluster, "inspect", str(data), succeeds=False)
    assert "raft.db is damaged" in damaged.stderr
    assert "DAMAGED" in damaged.stdout


async def test_after_a_lost_majority_one_node_goes_on_alone_and_others_join_it(
    cluster: LocalCluster, client: GrpcLmsClient
) -> None:
    await ask(client, "before")
    await asyncio.to_thread(cluster.wait_equal_state)
    cluster.stop()
    shutil.rmtree(cluster.config.node("n2").data)
    shutil.rmtree(cluster.config.node("n3").data)

    unsure = lmsctl(cluster, "recover", "--node", "n1", said="yes\n", succeeds=False)
    assert "is lost for good" in unsure.stdout
    assert "nothing was changed" in unsure.stderr
    lmsctl(cluster, "recover", "--node", "n1", said="n1\n")
    cluster.node("n1").start()
    await ask(client, "alone")
    for node_id in ("n2", "n3"):
        cluster.start_joining(node_id)
        await asyncio.to_thread(wait_for_vote, cluster, node_id)
    await asyncio.to_thread(cluster.wait_equal_state)
    view = cluster.status("n1")
    assert view is not None
    assert list(view.membership.voters) == ["n1", "n2", "n3"]
    assert sorted(await questions(client)) == ["alone", "before"]
