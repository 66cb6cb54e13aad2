"""How the course servers are, and what administrators do to them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client.api import LmsClient, NodeStatus
from bot.commands.card import button, card, go
from bot.core.command import ADMINISTRATORS, EVERYONE, Arg, BadValue, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.richtext import code
from bot.core.text import cluster as text
from bot.core.text import phrases

TRANSFER = "transfer"


class Cluster:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command("status", text.STATUS_SUMMARY, "/status", self.status, EVERYONE, aside=True),
            Command(
                "cluster",
                text.CLUSTER_SUMMARY,
                "/cluster transfer n2",
                self.cluster,
                ADMINISTRATORS,
                (
                    Arg("action", text.WHAT_TO_DO, parse=_action, required=False),
                    Arg("node", text.WHICH_NODE, required=False),
                ),
                confirm=self._transfer_card,
            ),
            Command(
                "backup",
                text.BACKUP_SUMMARY,
                "/backup",
                self.backup,
                ADMINISTRATORS,
                private=True,
                confirm=self._backup_card,
            ),
        )

    async def status(self, conversation: Conversation, values: Values) -> Reply:
        nodes = await self._client.status()
        steps = [button(phrases.LOOK_AGAIN, "status")]
        if conversation.role is Role.ADMINISTRATOR:
            steps.append(go("cluster"))
        return card(_headline(nodes), *map(_line, nodes), *_tutor(nodes), buttons=steps)

    # --- for administrators ---

    async def cluster(self, conversation: Conversation, values: Values) -> Reply:
        if values["action"] == TRANSFER:
            leader = await self._client.transfer_leadership(conversation.token, values["node"] or "")
            return card(text.leads_now(leader), buttons=[go("cluster")])
        nodes = await self._client.status()
        leader_view = _leader(nodes)
        details = [line for node in nodes for line in _details(node, leader_view)]
        voters = leader_view.voters if leader_view is not None else ()
        return card(
            _headline(nodes),
            *details,
            *([text.voters(", ".join(voters))] if voters else []),
            *_tutor(nodes),
            buttons=[*_successors(nodes, leader_view), button(phrases.LOOK_AGAIN, "cluster")],
        )

    async def _transfer_card(self, conversation: Conversation, values: Values) -> Reply | None:
        """A look at the servers needs no confirmation."""
        if values["action"] is None:
            return None
        wanted = values["node"] or ""
        known = [node.node_id for node in await self._client.status()]
        if wanted and wanted not in known:
            raise BadValue(text.no_such_node(phrases.shortened(wanted), ", ".join(known)))
        return card(text.transfer_question(wanted), text.TRANSFER_DETAILS)

    async def _backup_card(self, conversation: Conversation, values: Values) -> Reply:
        return card(text.BACKUP_QUESTION, text.BACKUP_DETAILS)

    async def backup(self, conversation: Conversation, values: Values) -> Reply:
        saved = await self._client.save_backup(conversation.token)
        return card(
            text.backup_saved(saved.node_id, saved.index),
            code(saved.path),
            phrases.size(saved.size),
            f"SHA-256 {saved.sha256}",
            text.BACKUPS_KEPT,
            buttons=[go("cluster"), go("audit", saved.node_id)],
        )


def _action(word: str) -> str:
    if word.strip().lower() != TRANSFER:
        raise BadValue(text.ONLY_TRANSFER)
    return TRANSFER


def _headline(nodes: Sequence[NodeStatus]) -> str:
    up = [node for node in nodes if not node.error]
    return text.cluster_headline(len(up), len(nodes), any(node.role == "leader" for node in up))


def _tutor(nodes: Sequence[NodeStatus]) -> list[str]:
    """A node that was cut off may still believe what was true; the newest term knows best."""
    up = [node for node in nodes if not node.error]
    up.sort(key=lambda node: (node.term, node.applied_index), reverse=True)
    if not up:
        return []
    waiting = up[0].pending_queries
    reaches = next((node for node in up if node.tutor_reachable), None)
    if reaches is None:
        return [text.tutor_away(waiting)]
    here = text.tutor_here(reaches.tutor_model, reaches.tutor_generates, waiting)
    return [here, text.tutor_queue(reaches.tutor_queue, reaches.tutor_queue_limit)]


def _leader(nodes: Sequence[NodeStatus]) -> NodeStatus | None:
    leaders = [node for node in nodes if node.role == "leader"]
    return max(leaders, key=lambda node: node.term, default=None)


def _line(node: NodeStatus) -> str:
    if node.error:
        return text.node_down(node.node_id, node.error)
    return text.node_up(node.node_id, node.role, node.term, node.applied_index)


def _details(node: NodeStatus, leader: NodeStatus | None) -> list[str]:
    if node.error:
        return [_line(node)]
    states = [] if node.synced else [str(text.NOT_SYNCED)]
    if leader is not None:
        states += [str(text.LEARNER)] if node.node_id in leader.learners else []
        lag = leader.lags.get(node.node_id, 0)
        states += [text.behind(lag)] if lag else []
    return [
        ", ".join([_line(node), *states]),
        f"    {text.log_and_disk(node.last_index, node.commit_index, phrases.size(node.disk_free))}",
        *(f"    {text.alarm(sentence)}" for sentence in node.alarms),
    ]


def _successors(nodes: Sequence[NodeStatus], leader: NodeStatus | None) -> list[Button]:
    if leader is None:
        return []
    able = [node for node in nodes if not node.error and node.node_id in leader.voters]
    return [
        button(text.hand_over_to(node.node_id), "cluster", TRANSFER, node.node_id)
        for node in able
        if node.node_id != leader.node_id
    ]
