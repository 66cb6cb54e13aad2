"""Machines and the messages between them. Nothing moves but by a command, and all that moves is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from raft import (
    Config,
    Entry,
    HardState,
    Index,
    InstallSnapshot,
    Membership,
    Message,
    Node,
    PeerMistake,
    Ready,
    Role,
    Snapshot,
)
from tests.interaction.machine import Machine
from tests.interaction.rendering import message_line, ready_lines
from tests.raft.disk import Disk, log_of_terms

ROUNDS_MAX = 60


class Cluster:
    """`told` gathers the lines of the command that runs."""

    def __init__(self) -> None:
        self.machines: dict[str, Machine] = {}
        self.told: list[str] = []
        self._flying: list[Message] = []
        self._applied: dict[Index, Entry] = {}
        self._requests = 0

    def add(self, config: Config, membership: Membership | None, term: int, terms: tuple[int, ...]) -> None:
        """A machine of a cluster founded with `membership`, in `term`, its log written by leaders of `terms`;
        without a membership, a new one."""
        if membership is None:
            disk = Disk.blank()
        else:
            base = Snapshot(0, 0, membership)
            disk = Disk(HardState(term), log_of_terms(*terms), base=base)
        self.machines[config.node_id] = Machine(config, disk)

    def node(self, name: str) -> Node:
        node = self.machines[name].node
        assert node is not None, f"{name} is down"
        return node

    def up(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if self.machines[name].node is not None]

    def next_request(self) -> int:
        self._requests += 1
        return self._requests

    def tick(self, name: str) -> None:
        with self._telling_changes(name):
            self.node(name).tick()

    def hand_out(self, name: str) -> None:
        """What may leave at once leaves; the write begins."""
        machine = self.machines[name]
        assert self.node(name).has_ready(), f"{name} has nothing to do"
        with self._telling_changes(name):
            ready = machine.hand_out()
        self.told.append(f"{name} is ready:")
        self.told += [f"  {line}" for line in ready_lines(ready)]
        self._send(machine, ready.messages)

    def persist(self, name: str) -> None:
        """The write returns; what waited for it leaves, what is committed is applied."""
        machine = self.machines[name]
        assert machine.under_way is not None, f"{name} writes nothing"
        self._check_applied(machine.under_way)
        with self._telling_changes(name):
            left = machine.persist()
        self._send(machine, left)

    def in_flight(self) -> list[Message]:
        """Oldest first."""
        return list(self._flying)

    def deliver(self, messages: list[Message], *, again: bool = False, silently: bool = False) -> None:
        """`again`: they stay in flight too, as duplicates."""
        if not again:
            self._remove(messages)
        for message in messages:
            if self.machines[message.to].node is None:
                self.told.append(f"lost, {message.to} is down: {message_line(message)}")
                continue
            if not silently:
                self.told.append(f"{message.to} receives {message_line(message)}")
            self._step(message)

    def drop(self, messages: list[Message]) -> None:
        self._remove(messages)
        for message in messages:
            self.told.append(f"dropped {message_line(message)}")
            if isinstance(message, InstallSnapshot) and self.up([message.from_]):
                self.node(message.from_).snapshot_failed(message.to)

    def stabilize(self, names: list[str]) -> None:
        """Ready, disk and delivery among these, until nothing moves."""
        for _ in range(ROUNDS_MAX):
            is_quiet = True
            for name in self.up(names):
                if self.machines[name].under_way is not None:
                    self.persist(name)
                    is_quiet = False
                if self.node(name).has_ready():
                    self.hand_out(name)
                    self.persist(name)
                    is_quiet = False
            among = [m for m in self._flying if m.from_ in names and m.to in names]
            self.deliver(among, silently=True)
            if is_quiet and not among:
                return
        raise AssertionError(f"no rest after {ROUNDS_MAX} rounds")

    def _send(self, machine: Machine, messages: Iterable[Message]) -> None:
        for message in messages:
            if isinstance(message, InstallSnapshot):
                # The state travels as it is now; the core named the oldest that will do.
                self._flying.append(replace(message, snapshot=machine.applied))
            else:
                self._flying.append(message)

    def _step(self, message: Message) -> None:
        with self._telling_changes(message.to):
            try:
                self.node(message.to).step(message)
            except PeerMistake as mistake:
                self.told.append(f"{message.to} drops it: {mistake}")

    def _remove(self, messages: list[Message]) -> None:
        self._flying = [flying for flying in self._flying if not any(flying is m for m in messages)]

    @contextmanager
    def _telling_changes(self, name: str) -> Iterator[None]:
        before = self.machines[name].observed()
        yield
        after = self.machines[name].observed()
        if after == before:
            return
        role, term, leader = after
        what = "follower" + f" of {leader}" * (leader is not None) if role is Role.FOLLOWER else role.value
        self.told.append(f"{name} becomes {what} in term {term}")

    def _check_applied(self, ready: Ready) -> None:
        """State Machine Safety (paper §5.4.3), whatever a scenario does."""
        for entry in ready.committed:
            assert self._applied.setdefault(entry.index, entry) == entry
