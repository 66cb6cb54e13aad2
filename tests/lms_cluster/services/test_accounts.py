"""Ways in, over gRPC, on a running cluster: links, passwords, disabled people."""

from __future__ import annotations

import asyncio
import hashlib
from uuid import uuid4

import grpc
import pytest

from lms_cluster.services import accounts
from protos.lms_pb2 import (
    KIND_ACCOUNT,
    KIND_AUDIT,
    ROLE_STUDENT,
    LoginRequest,
    LoginResponse,
    NewDisabling,
    NewLinkCodes,
    NewPassword,
    NewPasswordReset,
    NewRoster,
    NewUser,
    RosterRow,
    WatchRequest,
)
from tests.lms_cluster.services.cluster import SECONDS, Person, RunningCluster, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def newcomer(root: Person, name: str) -> str:
    """A person of their own for a test, who has no way in yet."""
    username = f"{name}-{uuid4().hex[:8]}"
    await root.post(user=NewUser(username=username, display_name=name.title(), role=ROLE_STUDENT))
    return username


async def link(root: Person, username: str, node_id: str = "n1") -> str:
    response = await root.post(node_id, link_codes=NewLinkCodes(usernames=[username]))
    (made,) = response.link_codes
    assert len(made.code) == 43
    return made.code


async def sign_in(cluster: RunningCluster, node_id: str = "n1", **request: str | bytes) -> LoginResponse:
    return await cluster.lms(node_id).Login(LoginRequest(**request), timeout=SECONDS)  # type: ignore[arg-type]


async def test_a_link_signs_in_on_any_node_and_only_once(cluster: RunningCluster, root: Person) -> None:
    username = await newcomer(root, "cleo")
    code = await link(root, username)
    response = await sign_in(cluster, "n3", link_code=code)
    person = Person(cluster, username, response.token)
    (account,) = (await person.get("n2", kind=KIND_ACCOUNT)).items
    assert account.user.without_password
    for node_id in ("n1", "n2", "n3"):
        refused = await refusal(sign_in(cluster, node_id, link_code=code))
        assert (refused.code, refused.reason) == ("UNAUTHENTICATED", "LINK_USED")


async def test_a_sign_in_whose_answer_was_lost_is_tried_again_through_another_node(
    cluster: RunningCluster, root: Person
) -> None:
    username = await newcomer(root, "cleo")
    code = await link(root, username)
    nonce = b"n" * 32
    first = await sign_in(cluster, "n1", link_code=code, nonce=nonce)
    again = await sign_in(cluster, "n2", link_code=code, nonce=nonce)
    assert (again.token, again.user) == (first.token, first.user)
    another = await refusal(sign_in(cluster, link_code=code, nonce=b"m" * 32))
    assert another.reason == "LINK_USED"
    short = await refusal(sign_in(cluster, link_code=code, nonce=b"n"))
    assert short.violations == {"nonce": "must be 32 bytes, you sent 1"}


async def test_who_tries_codes_locks_nobody_out(cluster: RunningCluster, root: Person) -> None:
    username = await newcomer(root, "cleo")
    code = await link(root, username)
    for number in range(7):
        assert (await refusal(sign_in(cluster, link_code=f"guess {number}"))).reason == "LINK_USED"
    reasons = [(await refusal(sign_in(cluster, link_code="the same guess"))).reason for _ in range(6)]
    assert reasons == ["LINK_USED"] * 5 + ["LOCKED"]
    assert (await refusal(sign_in(cluster, link_code="x" * 10_000))).reason == "LINK_USED"
    assert (await sign_in(cluster, link_code=code)).user.username == username


async def test_a_lock_on_a_name_does_not_keep_its_owner_from_a_link(
    cluster: RunningCluster, root: Person
) -> None:
    username = await newcomer(root, "cleo")
    for _ in range(5):
        await refusal(sign_in(cluster, username=username, password="a guess"))
    assert (await refusal(sign_in(cluster, username=username, password="a guess"))).reason == "LOCKED"
    assert (await sign_in(cluster, link_code=await link(root, username))).user.username == username


async def test_a_code_is_told_once_and_known_to_the_cluster_by_its_digest_alone(
    cluster: RunningCluster, root: Person
) -> None:
    username = await newcomer(root, "cleo")
    request_id = uuid4().hex
    asked = NewLinkCodes(usernames=[username])
    (told,) = (await root.post("n1", request_id=request_id, link_codes=asked)).link_codes
    for node_id in ("n1", "n2"):
        (again,) = (await root.post(node_id, request_id=request_id, link_codes=asked)).link_codes
        assert (again.username, again.code, again.expires) == (username, "", told.expires)
    await root.get("n3", kind=KIND_ACCOUNT)  # what was acknowledged is applied there now
    on_disk = b"".join(
        path.read_bytes() for node in cluster.config.nodes for path in node.data.rglob("*") if path.is_file()
    )
    assert hashlib.sha256(told.code.encode()).digest() in on_disk
    assert told.code.encode() not in on_disk


async def test_links_for_newcomers_are_made_for_those_who_lack_a_way_in(
    cluster: RunningCluster, root: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await root.post(link_codes=NewLinkCodes(usernames=[await newcomer(root, "zoe")]))
    before = await refusal(root.post(link_codes=NewLinkCodes(newcomers=True)))
    assert before.reason == "RULE"
    rows = [RosterRow(username=f"new-{n}", display_name="New", role=ROLE_STUDENT) for n in range(3)]
    imported = await root.post(roster=NewRoster(rows=rows))
    assert (imported.added, imported.changed, imported.unchanged) == (3, 0, 0)
    # Those who are too many for one making have their turn with the next.
    monkeypatch.setattr(accounts, "LINK_CODES_MAX", 2)
    made = (await root.post("n2", link_codes=NewLinkCodes(newcomers=True))).link_codes
    assert [each.username for each in made] == ["new-0", "new-1"]
    others = (await root.post("n2", link_codes=NewLinkCodes(newcomers=True))).link_codes
    assert [each.username for each in others] == ["new-2"]
    assert (await sign_in(cluster, link_code=made[1].code)).user.username == "new-1"


async def test_a_password_is_changed_by_who_knows_the_old_one(cluster: RunningCluster, root: Person) -> None:
    username = await newcomer(root, "cleo")
    person = Person(cluster, username, (await sign_in(cluster, link_code=await link(root, username))).token)
    none_yet = NewPassword(old_password="a guess", new_password="first password")
    assert (await refusal(person.post(password=none_yet))).violations == {
        "old_password": "must be empty: there is none yet"
    }
    await person.post(password=NewPassword(new_password="first password"))
    other = await sign_in(cluster, "n2", username=username, password="first password")
    for old, new, field in (
        ("", "second password", "old_password"),
        ("a guess", "second password", "old_password"),
        ("first password", "short", "new_password"),
        ("first password", "first password", "new_password"),
    ):
        refused = await refusal(person.post(password=NewPassword(old_password=old, new_password=new)))
        assert list(refused.violations) == [field]
    change = NewPassword(old_password="first password", new_password="second password")
    request_id = uuid4().hex
    done = await person.post("n1", request_id=request_id, password=change)
    again = await person.post("n3", request_id=request_id, password=change)
    assert again == done
    ended = Person(cluster, username, other.token)
    assert (await refusal(ended.get(kind=KIND_ACCOUNT))).reason == "SESSION_ENDED"
    assert (await person.get(kind=KIND_ACCOUNT)).items[0].id == username
    await sign_in(cluster, username=username, password="second password")


async def test_an_old_password_is_not_to_be_guessed_either(cluster: RunningCluster, root: Person) -> None:
    username = await newcomer(root, "cleo")
    person = Person(cluster, username, (await sign_in(cluster, link_code=await link(root, username))).token)
    await person.post(password=NewPassword(new_password="first password"))
    guess = NewPassword(old_password="a guess", new_password="second password")
    for _ in range(5):
        assert (await refusal(person.post("n2", password=guess))).reason == "INVALID_FIELD"
    assert (await refusal(person.post("n2", password=guess))).reason == "LOCKED"


async def test_a_reset_leaves_a_link_as_the_only_way_in(cluster: RunningCluster, root: Person) -> None:
    username = await newcomer(root, "cleo")
    person = Person(cluster, username, (await sign_in(cluster, link_code=await link(root, username))).token)
    await person.post(password=NewPassword(new_password="first password"))
    response = await root.post(password_reset=NewPasswordReset(username=username))
    assert (await refusal(person.get("n3", kind=KIND_ACCOUNT))).reason == "SESSION_ENDED"
    login = sign_in(cluster, username=username, password="first password")
    assert (await refusal(login)).reason == "BAD_CREDENTIALS"
    empty = sign_in(cluster, username=username, password="")
    assert (await refusal(empty)).reason == "BAD_CREDENTIALS"
    assert (await sign_in(cluster, link_code=response.link_codes[0].code)).user.username == username


async def test_a_disabled_persons_watch_ends_and_only_the_right_password_learns_why(
    cluster: RunningCluster, root: Person
) -> None:
    username = await newcomer(root, "cleo")
    person = Person(cluster, username, (await sign_in(cluster, link_code=await link(root, username))).token)
    await person.post(password=NewPassword(new_password="first password"))
    watch = cluster.lms("n2").Watch(WatchRequest(), metadata=person.metadata)
    await anext(aiter(watch))
    await root.post("n3", disabling=NewDisabling(username=username, disabled=True))
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        async with asyncio.timeout(SECONDS):
            async for _ in watch:
                pass
    assert ended.value.code() is grpc.StatusCode.UNAUTHENTICATED
    wrong = await refusal(sign_in(cluster, username=username, password="a guess"))
    assert wrong.reason == "BAD_CREDENTIALS"
    right = await refusal(sign_in(cluster, username=username, password="first password"))
    assert (right.code, right.reason) == ("PERMISSION_DENIED", "ACCOUNT_DISABLED")
    await root.post(disabling=NewDisabling(username=username))
    await sign_in(cluster, username=username, password="first password")


async def test_every_act_stands_in_the_audit_with_its_entry(cluster: RunningCluster, root: Person) -> None:
    username = await newcomer(root, "cleo")
    response = await root.post(link_codes=NewLinkCodes(usernames=[username]))
    newest = (await root.get("n2", kind=KIND_AUDIT, page_size=1)).items[0].audit
    assert (newest.username, newest.deed, newest.object) == ("root", "make sign-in links", username)
    assert (newest.index, newest.term) == (response.index, response.term)
