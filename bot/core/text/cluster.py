"""What is said about the course servers."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn
from bot.core.text.servers import told

STATUS_SUMMARY = Phrase("how the course servers are")
CLUSTER_SUMMARY = Phrase("the course servers in detail; hand over leadership")
BACKUP_SUMMARY = Phrase("save a backup on a course server")
WHAT_TO_DO = Phrase("Transfer, to hand over leadership?")
WHICH_NODE = Phrase("Which server is to lead?")
ONLY_TRANSFER = Phrase(
    "/cluster shows the servers; /cluster transfer and a server's name hands over leadership."
)
TRANSFER_DETAILS = Phrase("Writing pauses for a moment meanwhile; nothing is lost. It stands in the audit.")
BACKUP_QUESTION = Phrase("Save a backup of the whole classroom?")
BACKUP_DETAILS = Phrase(
    "It holds everybody's work and grades, the hashes of their passwords, and who asked which question. "
    "So it stays on the server's own disk, for whoever runs it, and is not sent into a chat. "
    "It stands in the audit."
)
BACKUPS_KEPT = Phrase("That server keeps its newest five. To restore one: lmsctl restore.")
NOT_SYNCED = Phrase("does not count yet")
LEARNER = Phrase("has no vote yet")

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


def tutor_here(model: str, generates: bool, waiting: int) -> str:
    if generates:
        return trn(
            waiting,
            "The tutor is here ({model}) and writes freely; {count} question waits for it.",
            "The tutor is here ({model}) and writes freely; {count} questions wait for it.",
            model=model,
        )
    return trn(
        waiting,
        "The tutor is here ({model}) and quotes the materials; {count} question waits for it.",
        "The tutor is here ({model}) and quotes the materials; {count} questions wait for it.",
        model=model,
    )


def tutor_queue(length: int, limit: int) -> str:
    return tr("Its queue: {length} of {limit}", length=length, limit=limit)


def tutor_away(waiting: int) -> str:
    return trn(
        waiting,
        "The tutor cannot be reached; {count} question waits for it.",
        "The tutor cannot be reached; {count} questions wait for it.",
    )


def hand_over_to(node_id: str) -> str:
    return tr("Hand over to {node}", node=node_id)


def transfer_question(node_id: str) -> str:
    if not node_id:
        return tr("Hand leadership over to the server that is furthest?")
    return tr("Hand leadership over to {node}?", node=node_id)


def leads_now(node_id: str) -> str:
    return tr("{node} leads now", node=node_id)


def no_such_node(node_id: str, others: str) -> str:
    return tr("There is no server {node}. There are: {others}.", node=node_id, others=others)


def behind(entries: int) -> str:
    return trn(entries, "{count} entry behind", "{count} entries behind")


def log_and_disk(last_index: int, commit_index: int, free: str) -> str:
    return tr(
        "log up to entry {last}, committed up to {commit}, {free} of disk free",
        last=last_index,
        commit=commit_index,
        free=free,
    )


def alarm(sentence: str) -> str:
    """`sentence` in the node's own words."""
    return f"⚠ {told(sentence)}"


def voters(names: str) -> str:
    return tr("They vote: {names}", names=names)


def backup_saved(node_id: str, index: int) -> str:
    return tr("Saved a backup on {node}, up to entry {index}", node=node_id, index=index)
