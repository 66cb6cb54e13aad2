"""Files live on a majority: what a student hands in through the console is there when the leader is gone."""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.client.api import UPLOAD_BYTES_MAX
from bot.client.grpc_client import GrpcLmsClient
from lms_cluster.local.cluster import LocalCluster
from tests.world import PEOPLE, sign_in

CONSOLE_SECONDS = 100


async def console(cluster: LocalCluster, state: Path, username: str, *lines: str) -> str:
    """What the console bot answers to these lines, as `username` would pipe them in."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "console", "--user", username, "--state", str(state)),
        *("--config", str(cluster.folder / "cluster.toml")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "HOMEROOM_PASSWORD": PEOPLE[username].password},
    )
    async with asyncio.timeout(CONSOLE_SECONDS):
        answered, _ = await process.communicate("\n".join(lines).encode() + b"\n")
    return answered.decode()


async def new_assignment(client: GrpcLmsClient) -> str:
    grace = await sign_in(client, "grace")
    due = datetime.now(UTC) + timedelta(days=7)
    return (await client.add_assignment(grace, "files-assignment", "Essay", "Write.", 10, due)).item.id


@pytest.mark.timeout(240)
async def test_the_largest_file_comes_back_byte_for_byte_after_the_leader_is_killed(
    cluster: LocalCluster, client: GrpcLmsClient, tmp_path: Path
) -> None:
    assignment = await new_assignment(client)
    essay = tmp_path / "essay.bin"
    essay.write_bytes(random.Random(20).randbytes(UPLOAD_BYTES_MAX))
    handing_in = [f"/submit {assignment}", f":file {essay}", ":press Done", ":press Confirm"]
    answered = await console(cluster, tmp_path / "ada", "ada", *handing_in)
    receipt = re.search(r"Handed in (S\d+)", answered)
    assert receipt is not None, answered

    cluster.node(cluster.wait_for_leader()).kill()
    await console(cluster, tmp_path / "grace", "grace", f"/submissions {receipt[1]}")
    (received,) = (tmp_path / "grace" / "downloads").iterdir()
    assert received.read_bytes() == essay.read_bytes()


async def test_one_byte_more_is_refused_with_the_limit_named(
    cluster: LocalCluster, client: GrpcLmsClient, tmp_path: Path
) -> None:
    assignment = await new_assignment(client)
    essay = tmp_path / "essay.bin"
    essay.write_bytes(bytes(UPLOAD_BYTES_MAX + 1))
    answered = await console(cluster, tmp_path / "ada", "ada", f"/submit {assignment}", f":file {essay}")
    assert "20 MB" in answered
    assert (await client.submissions(await sign_in(client, "ada"))).items == ()
