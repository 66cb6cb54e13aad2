"""How the course servers are."""

from __future__ import annotations

from bot.client.api import LmsClient, NodeStatus
from bot.commands.card import button, card
from bot.core.command import EVERYONE, Command, Conversation, Values
from bot.core.model import Reply
from bot.core.text import cluster as text
from bot.core.text import phrases


class Cluster:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (Command("status", text.STATUS_SUMMARY, "/status", self.status, EVERYONE),)

    async def status(self, conversation: Conversation, values: Values) -> Reply:
        nodes = await self._client.status()
        up = [node for node in nodes if not node.error]
        leads = any(node.role == "leader" for node in up)
        # A node that was cut off may still believe what was true; the newest term knows best.
        newest = max(up, key=lambda node: (node.term, node.applied_index), default=None)
        details = [_line(node) for node in nodes]
        if newest is not None:
            tutor = any(node.tutor_reachable for node in up)
            details.append(text.tutor_status(tutor, newest.tutor_model, newest.pending_queries))
        return card(
            text.cluster_headline(len(up), len(nodes), leads),
            *details,
            buttons=[button(phrases.BUTTONS["status"], "status")],
        )


def _line(node: NodeStatus) -> str:
    if node.error:
        return text.node_down(node.node_id, node.error)
    return text.node_up(node.node_id, node.role, node.term, node.applied_index)
