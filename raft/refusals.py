"""What a node says to a request that it cannot serve, so that its sender neither waits nor stays behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raft.messages import (
    AppendEntries,
    AppendEntriesReply,
    InstallSnapshot,
    InstallSnapshotReply,
    Message,
    ProposalResult,
    ProposeReply,
    ProposeRequest,
    ReadIndexReply,
    ReadIndexRequest,
)

if TYPE_CHECKING:
    from raft.core import Core


def refuse_request(core: Core, message: Message) -> None:
    """Answer a request that only a leader serves; anything else came late and is dropped."""
    match message:
        case ProposeRequest():
            # Definite only from a node that cannot have led the request's term: otherwise this may be the
            # duplicate of a request it appended then.
            is_definite = message.term == core.term and core.vote != core.node_id
            reason = "not_leader" if is_definite else "unknown"
            results = tuple(ProposalResult(proposal.id, refusal=reason) for proposal in message.proposals)
            core.send(ProposeReply(core.node_id, message.from_, core.term, results))
        case ReadIndexRequest():
            core.send(ReadIndexReply(core.node_id, message.from_, core.term, message.id, refused=True))
        case _:
            pass


def refuse_earlier_term(core: Core, message: Message) -> None:
    """A sender that is behind must learn the term, or a node ahead of its leader could never be led again."""
    match message:
        case AppendEntries():
            core.send_after_durable(
                AppendEntriesReply(
                    core.node_id,
                    message.from_,
                    core.term,
                    entry_appended=False,
                    prev_index=message.prev_index,
                    unsynced_run=core.unsynced_run,
                )
            )
        case InstallSnapshot():
            core.send_after_durable(InstallSnapshotReply(core.node_id, message.from_, core.term, 0))
        case _:
            refuse_request(core, message)
