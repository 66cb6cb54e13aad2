"""Logging in and out, over gRPC, on a running cluster."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms_cluster.config import NodeConfig
from protos.lms_pb2 import KIND_ACCOUNT, GetRequest, LoginRequest, LogoutRequest, NewReading
from tests.lms_cluster.services.cluster import NODES, Person, RunningCluster, eventually, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_token_from_one_node_is_good_on_all(cluster: RunningCluster, ada: Person) -> None:
    for node_id in NODES:
        (account,) = (await ada.get(node_id, kind=KIND_ACCOUNT)).items
        assert account.user.username == "ada"


async def test_a_wrong_password_and_an_unknown_name_are_told_the_same(cluster: RunningCluster) -> None:
    wrong = await refusal(cluster.lms("n1").Login(LoginRequest(username="linus", password="wrong")))
    unknown = await refusal(cluster.lms("n1").Login(LoginRequest(username="nobody", password="wrong")))
    assert (wrong.code, wrong.reason, wrong.message) == (unknown.code, unknown.reason, unknown.message)
    assert (wrong.code, wrong.reason, wrong.domain) == ("UNAUTHENTICATED", "BAD_CREDENTIALS", "homeroom")


@pytest.mark.parametrize("username", ["grace", "nosuchname"])
async def test_five_wrong_passwords_lock_a_name_on_that_node(
    cluster: RunningCluster, people: dict[str, Person], username: str
) -> None:
    guesses = [
        refusal(cluster.lms("n3").Login(LoginRequest(username=username, password=f"guess {n}")))
        for n in range(8)
    ]
    reasons = [each.reason for each in await asyncio.gather(*guesses)]
    assert sorted(reasons) == ["BAD_CREDENTIALS"] * 5 + ["LOCKED"] * 3
    right = LoginRequest(username=username, password=f"password of {username}")
    locked = await refusal(cluster.lms("n3").Login(right))
    assert (locked.code, locked.reason) == ("RESOURCE_EXHAUSTED", "LOCKED")
    assert 0 < locked.retry_seconds <= 600


async def test_a_logged_out_token_is_refused_by_every_node_at_once(
    cluster: RunningCluster, people: dict[str, Person]
) -> None:
    for node_id in NODES:
        person = await cluster.login("linus", node_id)
        await cluster.lms(node_id).Logout(LogoutRequest(), timeout=20, metadata=person.metadata)
        for other in NODES:
            read = await refusal(person.get(other, kind=KIND_ACCOUNT))
            written = await refusal(person.post(other, reading=NewReading(material_id="M1")))
            assert read.reason == written.reason == "SESSION_ENDED"
            assert read.code == written.code == "UNAUTHENTICATED"
        again = cluster.lms(node_id).Logout(LogoutRequest(), metadata=person.metadata)
        assert (await refusal(again)).reason == "SESSION_ENDED"


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", "Bearer forged"),),
        (("authorization", "Basic YWRhOmFkYQ=="),),
        (("authorization", "Bearer " + "x" * 3000),),
    ],
)
async def test_no_token_and_a_forged_one_are_refused(
    cluster: RunningCluster, metadata: tuple[tuple[str, str], ...]
) -> None:
    refused = await refusal(cluster.lms("n2").Get(GetRequest(kind=KIND_ACCOUNT), metadata=metadata))
    assert (refused.code, refused.reason) == ("UNAUTHENTICATED", "SESSION_ENDED")


def files_of(node: NodeConfig) -> Iterator[Path]:
    return (path for path in node.data.rglob("*") if path.is_file())


async def test_a_token_is_kept_as_its_digest_only(cluster: RunningCluster, ada: Person) -> None:
    async def replicated() -> bool:
        return all(
            any(hashlib.sha256(ada.token.encode()).digest() in file.read_bytes() for file in files)
            for files in ([*files_of(node)] for node in cluster.config.nodes)
        )

    await eventually(replicated)
    for node in cluster.config.nodes:
        for file in files_of(node):
            assert ada.token.encode() not in file.read_bytes()
            assert b"password of" not in file.read_bytes()
