"""Puts the demo course into an empty classroom. Acts have fixed request ids: repeating one is safe."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc

from bot.client.api import LmsClient
from demo.accounts import Account, first
from lms_cluster.local.cluster import LocalCluster
from lms_cluster.secret_file import read_secret
from protos import lms_pb2, lms_pb2_grpc

COURSE = Path(__file__).parent / "course"
SEEDED = "seeded"


def add_first_administrator(cluster: LocalCluster, account: Account) -> None:
    """Does nothing where there are users already. Raises grpc.RpcError when no node can do it."""
    with grpc.insecure_channel(cluster.address(cluster.wait_for_leader())) as channel:
        try:
            lms_pb2_grpc.AdminServiceStub(channel).Bootstrap(
                lms_pb2.BootstrapRequest(
                    username=account.username, password=account.password, display_name=account.display_name
                ),
                timeout=10,
                metadata=read_secret(cluster.config.secret_file).metadata,
            )
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.FAILED_PRECONDITION:
                raise


async def add_people(cluster: LocalCluster, client: LmsClient, accounts: Mapping[str, Account]) -> None:
    """Everyone on the roster becomes a user. Raises LmsError."""
    administrator = first(dict(accounts), "administrator")
    add_first_administrator(cluster, administrator)
    session = await client.login(administrator.username, administrator.password)
    for account in accounts.values():
        if account != administrator:
            await client.add_user(
                session.token,
                f"demo-user-{account.username}",
                account.username,
                account.display_name,
                account.role,
                account.password,
            )
    await client.logout(session.token)


async def add_course(client: LmsClient, instructor: Account) -> None:
    """The pages and the assignments. Raises LmsError."""
    session = await client.login(instructor.username, instructor.password)
    for path in sorted((COURSE / "materials").glob("*.md")):
        content = path.read_bytes()
        title = content.decode().splitlines()[0].lstrip("# ")
        file = await client.upload(session.token, path.name, "text/markdown", content)
        await client.add_material(
            session.token, f"demo-page-{path.stem}"[:64], title, "Distributed systems", file
        )
    assignments = tomllib.loads((COURSE / "assignments.toml").read_text(encoding="utf-8"))["assignments"]
    for number, each in enumerate(assignments, start=1):
        due = (datetime.now(UTC) + timedelta(days=each["due_in_days"])).replace(
            minute=0, second=0, microsecond=0
        )
        await client.add_assignment(
            session.token,
            f"demo-assignment-{number}",
            each["title"],
            each["instructions"],
            each["points"],
            due,
        )
    await client.logout(session.token)


def is_seeded(cluster: LocalCluster) -> bool:
    """Whether the demo course was put into this classroom."""
    return (cluster.folder / SEEDED).exists()


async def seed(cluster: LocalCluster, client: LmsClient, accounts: Mapping[str, Account]) -> bool:
    """Whether there was anything to do. A classroom is seeded once; what its people did since stays."""
    if is_seeded(cluster):
        return False
    await add_people(cluster, client, accounts)
    await add_course(client, first(dict(accounts), "instructor"))
    (cluster.folder / SEEDED).touch()
    return True
