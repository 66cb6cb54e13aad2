"""What can go wrong, told apart by whose fault it is."""


class RaftError(Exception):
    """Base of every error raised by this package."""


class LocalMistake(RaftError):
    """The caller broke the node's contract: a bug on this side."""


class PeerMistake(RaftError):
    """A message no correct peer sends. The message is dropped; the node is unharmed."""


class LogGap(RaftError):
    """An index was asked for that the log does not hold."""


class StorageFailed(RaftError):
    """A durable read or write failed. The handle is never used again (design: durability)."""


class SnapshotDamaged(RaftError):
    """A file is no snapshot of this state machine, or not what was written."""


class NotProposed(RaftError):
    """The proposal is not in the log and never will be. Safe to propose again. `reason` is a refusal of
    ProposalResult, "lost" (another term's entry took its place) or "stopping"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutcomeUnknown(RaftError):
    """The proposal may or may not be applied, now or later. Repeat it under the same request id to learn
    which."""


class ReadUnavailable(RaftError):
    """No leader confirmed a read index in time. Nothing was read."""
