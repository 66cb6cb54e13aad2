"""Who has written what: the tables that each command changed, by the session in whose name it was given."""

from __future__ import annotations

from collections import defaultdict

from protos.command_pb2 import Command
from tests.fuzz.state import OWN, State
from tests.solo.classroom import SoloClassroom


class Ledger:
    """Kept from when it is made. What the cluster does by itself is nobody's."""

    def __init__(self, classroom: SoloClassroom) -> None:
        self._state = State(classroom)
        self._known = self._state.now()
        self._written: dict[bytes, set[str]] = defaultdict(set)
        """The tables, by the digest of the session's token."""
        classroom.after_each(self._note)

    def clear(self) -> None:
        self._written.clear()

    def take(self, *sessions: bytes) -> set[str]:
        """The tables changed in these sessions, which are then no more in the ledger."""
        return set[str]().union(*(self._written.pop(session, ()) for session in sessions))

    def rest(self) -> set[str]:
        """The tables changed in sessions that nobody has asked for."""
        return set[str]().union(*self._written.values())

    def _note(self, command: Command) -> None:
        before, self._known = self._known, self._state.now()
        if command.WhichOneof("data") in OWN:
            return
        # Whoever signs in has no session yet: it is the one that is created.
        session = command.token_sha256 or command.create_session.token_sha256
        if tables := self._known.differs_from(before):
            self._written[session].update(tables)
