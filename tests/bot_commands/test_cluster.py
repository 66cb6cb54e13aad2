"""The course servers, as everybody and as an administrator is told of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.client.api import LmsClient, NodeStatus
from bot.core.model import Role
from tests.bot_commands.chat import Chat, labels

Chats = Callable[[str], Awaitable[Chat]]
VOTERS = ("n1", "n2", "n3")
GIB = 1 << 30


@pytest.fixture
def servers(client: LmsClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, NodeStatus]:
    """What the client is told of the nodes; a test may change it."""
    leader = NodeStatus(
        "n2",
        "h:2",
        role="leader",
        term=7,
        commit_index=40,
        applied_index=40,
        last_index=41,
        voters=VOTERS,
        learners=("n4",),
        lags={"n1": 1, "n3": 0, "n4": 30},
        disk_free=5 * GIB,
    )
    follower = NodeStatus("n1", "h:1", role="follower", term=7, applied_index=39, voters=VOTERS)
    full = NodeStatus("n3", "h:3", role="follower", term=7, alarms=("the disk is almost full",))
    new = NodeStatus("n4", "h:4", role="follower", term=7, synced=False)
    nodes = {node.node_id: node for node in (follower, leader, full, new)}

    async def status() -> tuple[NodeStatus, ...]:
        return tuple(nodes.values())

    monkeypatch.setattr(client, "status", status)
    return nodes


async def test_an_administrator_sees_lags_alarms_votes_and_disks(
    chat: Chats, servers: dict[str, NodeStatus]
) -> None:
    root = await chat("root")
    reply = await root.run("cluster")
    lines = reply.text.plain.splitlines()
    assert lines[0] == "4 of 4 course servers answer"
    assert "n1: follower, term 7, applied up to entry 39, 1 entry behind" in lines
    assert "n2: leader, term 7, applied up to entry 40" in lines
    assert "    log up to entry 41, committed up to 40, 5.0 GB of disk free" in lines
    assert "    ⚠ the disk is almost full" in lines
    states = "does not count yet, has no vote yet, 30 entries behind"
    assert f"n4: follower, term 7, applied up to entry 0, {states}" in lines
    assert "They vote: n1, n2, n3" in lines
    assert labels(reply) == ["Hand over to n1", "Hand over to n3", "Look again"]


async def test_a_server_that_is_away_is_told_and_not_handed_over_to(
    chat: Chats, servers: dict[str, NodeStatus]
) -> None:
    servers["n1"] = NodeStatus("n1", "h:1", error="does not answer")
    reply = await (await chat("root")).run("cluster")
    assert "n1: does not answer" in reply.text.plain.splitlines()
    assert labels(reply) == ["Hand over to n3", "Look again"]


async def test_without_a_leader_nothing_can_be_handed_over(
    chat: Chats, servers: dict[str, NodeStatus]
) -> None:
    del servers["n2"]
    reply = await (await chat("root")).run("cluster")
    assert reply.text.plain.splitlines()[0].endswith("they have no leader at the moment")
    assert labels(reply) == ["Look again"]


async def test_only_a_handing_over_is_asked_to_be_confirmed(
    chat: Chats, servers: dict[str, NodeStatus]
) -> None:
    root = await chat("root")
    confirm = root.command("cluster").confirm
    assert confirm is not None
    assert await confirm(root, {"action": None, "node": None}) is None
    card = await root.card("cluster", action="transfer", node=None)
    assert card.text.plain.startswith("Hand leadership over to the server that is furthest?")


async def test_everybody_else_sees_the_servers_alone(chat: Chats, servers: dict[str, NodeStatus]) -> None:
    ada = await chat("ada")
    assert labels(await ada.run("status")) == ["Look again"]
    assert Role.STUDENT not in ada.command("cluster").roles


async def test_everybody_sees_the_tutors_model_mode_and_queue(
    chat: Chats, servers: dict[str, NodeStatus]
) -> None:
    ada = await chat("ada")
    away = "The tutor cannot be reached; 2 questions wait for it."
    servers["n2"] = replace(servers["n2"], pending_queries=2)
    assert away in (await ada.run("status")).text.plain.splitlines()
    servers["n1"] = replace(
        servers["n1"], tutor_reachable=True, tutor_model="tutor-15m", tutor_queue=3, tutor_queue_limit=32
    )
    lines = (await ada.run("status")).text.plain.splitlines()
    assert "The tutor is here (tutor-15m) and quotes the materials; 2 questions wait for it." in lines
    assert "Its queue: 3 of 32" in lines
    servers["n1"] = replace(servers["n1"], tutor_generates=True)
    lines = (await ada.run("status")).text.plain.splitlines()
    assert "The tutor is here (tutor-15m) and writes freely; 2 questions wait for it." in lines
