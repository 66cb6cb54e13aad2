"""How a node's process begins and ends, whatever it was given and whatever its disk does."""

from __future__ import annotations

import asyncio
import signal
import struct
import sys
from pathlib import Path

import pytest
from google_crc32c import extend
from peewee import SqliteDatabase

from lms_cluster.data_folder import DataFolder
from lms_cluster.local.cluster import ClusterError, LocalCluster
from lms_cluster.secret_file import write_new_secret
from storage.crc import CHAIN_START
from storage.log_schema import MIGRATIONS
from storage.migrations import migrate
from storage.set_aside import LOG, STATE

pytestmark = pytest.mark.timeout(120)

HUNG = """
import threading
from storage.log_store import SqliteLogStore
SqliteLogStore.append = lambda *_: threading.Event().wait()
from lms_cluster.__main__ import main
main()
"""


async def started(*command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)


async def said_until(process: asyncio.subprocess.Process, words: bytes) -> bytes:
    """The first line with these words."""
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while line := await process.stderr.readline():
            if words in line:
                return line
    raise AssertionError(f"the process ended without {words!r}")


async def test_a_process_ends_though_its_disk_never_answers(tmp_path: Path) -> None:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=1)
    arguments = cluster.node("n1").arguments
    process = await started(sys.executable, "-c", HUNG, *arguments)
    await said_until(process, b"the disk does not answer")
    process.send_signal(signal.SIGTERM)
    await said_until(process, b"stopping takes too long")
    async with asyncio.timeout(60):
        await process.communicate()
    assert process.returncode == 1


async def test_joining_does_no_harm_to_a_member(tmp_path: Path) -> None:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=3)
    try:
        for node_id in cluster.nodes:
            cluster.start_joining(node_id)
        leader = await asyncio.to_thread(cluster.wait_for_leader)
        view = cluster.status(leader)
        assert view is not None
        assert (list(view.membership.voters), list(view.membership.learners)) == (["n1", "n2", "n3"], [])
    finally:
        cluster.stop()


async def test_a_node_with_another_secret_is_not_taken_in(tmp_path: Path) -> None:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=1)
    stranger = LocalCluster.create(tmp_path / "stranger", node_count=2)
    own = stranger.config.node("n2")
    secret = tmp_path / "other.secret"
    write_new_secret(secret)
    text = f"""
        title = "T"
        time_zone = "UTC"
        tutor = "127.0.0.1:9"
        secret_file = "{secret}"
        [[nodes]]
        id = "n1"
        address = "{cluster.address("n1")}"
        data = "n1"
        [[nodes]]
        id = "n2"
        address = "{own.address}"
        data = "joining"
    """
    (tmp_path / "cluster.toml").write_text(text)
    try:
        cluster.start(with_tutor=False)
        command = (sys.executable, "-m", "lms_cluster", "--config", str(tmp_path / "cluster.toml"))
        process = await started(*command, "--node", "n2", "--join")
        await said_until(process, b"the cluster does not take n2 in")
        async with asyncio.timeout(60):
            await process.communicate()
        assert process.returncode == 1
    finally:
        cluster.stop()


def test_the_data_of_the_first_release_is_adopted(tmp_path: Path) -> None:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=3)
    for node in cluster.config.nodes:
        (node.data / LOG).unlink()
        database = SqliteDatabase(str(node.data / LOG))
        migrate(database, MIGRATIONS[:1])
        term = 7
        crc = extend(0, struct.pack("<QQI?", term, 0, CHAIN_START, False))  # as that release wrote it
        database.execute_sql("UPDATE head SET term = ?, crc = ?", (term, crc))
        database.close()
    try:
        cluster.start(with_tutor=False)
        view = cluster.status(cluster.wait_for_leader())
        assert view is not None
        assert view.term > term
        assert list(view.membership.voters) == ["n1", "n2", "n3"]
        assert dict(view.membership.addresses) == cluster.config.addresses
    finally:
        cluster.stop()


def test_a_node_without_data_waits_and_says_for_what(tmp_path: Path) -> None:
    cluster = LocalCluster.create(tmp_path / "classroom", node_count=1)
    data = cluster.config.node("n1").data
    (data / LOG).unlink()
    try:
        cluster.node("n1").start()
        with pytest.raises(ClusterError, match="not ready"):
            cluster.wait_ready([cluster.node("n1")], [cluster.address("n1")], seconds=5.0)
        view = cluster.status("n1")
        assert view is not None
        assert not view.synced
        assert "lmsctl init --node n1" in cluster.node("n1").last_lines(20)
    finally:
        cluster.stop()
    DataFolder(data).release()
    assert (data / STATE).exists()
