"""What is said about the course servers."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text.servers import told

STATUS_SUMMARY = Phrase("how the course servers are")

NODE_ROLES = {
    "leader": Phrase("leader"),
    "follower": Phrase("follower"),
    "candidate": Phrase("candidate"),
}


def cluster_headline(up: int, nodes: int, leads: bool) -> str:
    if not leads:
        return tr(
            "{up} of {nodes} course servers answer; they have no leader at the moment", up=up, nodes=nodes
        )
    return tr("{up} of {nodes} course servers answer", up=up, nodes=nodes)


def node_up(node_id: str, role: str, term: int, applied: int) -> str:
    return tr(
        "{node}: {role}, term {term}, applied up to entry {applied}",
        node=node_id,
        role=NODE_ROLES.get(role, role),
        term=term,
        applied=applied,
    )


def node_down(node_id: str, error: str) -> str:
    """`error` as the client gives it."""
    return f"{node_id}: {told(error)}"


def tutor_status(reachable: bool, model: str, waiting: int) -> str:
    if reachable:
        return trn(
            waiting,
            "The tutor is here ({model}); {count} question waits for it.",
            "The tutor is here ({model}); {count} questions wait for it.",
            model=model,
        )
    return trn(
        waiting,
        "The tutor is away; {count} question waits for it.",
        "The tutor is away; {count} questions wait for it.",
    )
