"""The commands that a scenario is written in; README.md tells what each of them does."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from fnmatch import fnmatchcase

from raft import Config, Membership, MembershipChange, Message, Proposal, Role
from tests.interaction.cluster import Cluster
from tests.interaction.rendering import entry_line, status_lines


class Interpreter:
    """Runs one scenario, command after command."""

    def __init__(self) -> None:
        self._cluster = Cluster()
        self._commands: dict[str, Callable[[list[str], dict[str, str]], None]] = {
            "add-nodes": self._add_nodes,
            "campaign": self._campaign,
            "change-membership": self._change_membership,
            "compact": self._compact,
            "crash": self._crash,
            "deliver": self._deliver,
            "drop": self._drop,
            "log": self._log,
            "persist": self._persist,
            "propose": self._propose,
            "read": self._read,
            "ready": self._ready,
            "restart": self._restart,
            "stabilize": self._stabilize,
            "status": self._status,
            "tick": self._tick,
            "transfer": self._transfer,
        }

    def run(self, command: str) -> str:
        """The lines that came of it; empty when nothing is to be told."""
        self._cluster.told.clear()
        name, *words = shlex.split(command)
        arguments = [word for word in words if "=" not in word and word != "quietly"]
        options = dict(word.split("=", 1) for word in words if "=" in word)
        self._commands[name](arguments, options)
        told = self._cluster.told
        if "quietly" in words:
            told = [line for line in told if " becomes " in line]
        return "\n".join(told)

    def _add_nodes(self, names: list[str], options: dict[str, str]) -> None:
        voters = _listed(options.pop("voters", ",".join(names)))
        learners = _listed(options.pop("learners", ""))
        terms = tuple(map(int, _listed(options.pop("terms", ""))))
        term = int(options.pop("term", max(terms, default=0)))
        is_new = "new" in names
        limits = {name: int(value) for name, value in options.items()}
        membership = None if is_new else Membership(voters, learners=learners)
        for name in names:
            if name != "new":
                self._cluster.add(Config(name, **limits), membership, term, terms)

    def _campaign(self, names: list[str], options: dict[str, str]) -> None:
        for name in names:
            machine = self._cluster.machines[name]
            was_candidate = machine.observed()[0] is Role.CANDIDATE
            for _ in range(2 * machine.config.election_ticks - 1):
                self._cluster.tick(name)
                if not was_candidate and machine.observed()[0] is Role.CANDIDATE:
                    break

    def _change_membership(self, names: list[str], options: dict[str, str]) -> None:
        change = MembershipChange(
            add_learners=tuple((name, f"node-{name}") for name in _listed(options.get("add", ""))),
            promote=_listed(options.get("promote", "")),
            remove=_listed(options.get("remove", "")),
        )
        self._cluster.node(names[0]).change_membership(self._cluster.next_request(), change)

    def _compact(self, arguments: list[str], options: dict[str, str]) -> None:
        name, index = arguments
        base = self._cluster.node(name).compact(int(index))
        self._cluster.machines[name].disk.compact(base)

    def _crash(self, arguments: list[str], options: dict[str, str]) -> None:
        is_written = "written" in arguments
        for name in arguments:
            if name != "written":
                self._cluster.machines[name].crash(is_written=is_written)

    def _deliver(self, words: list[str], options: dict[str, str]) -> None:
        again = "again" in words
        self._cluster.deliver(self._chosen([w for w in words if w != "again"]), again=again)

    def _drop(self, words: list[str], options: dict[str, str]) -> None:
        self._cluster.drop(self._chosen(words))

    def _log(self, names: list[str], options: dict[str, str]) -> None:
        for name in names or self._cluster.machines:
            machine = self._cluster.machines[name]
            base = machine.disk.base()
            self._cluster.told.append(f"{name} holds, after {base.index}/{base.term}:")
            self._cluster.told += [f"  {entry_line(entry)}" for entry in machine.stored()]

    def _persist(self, names: list[str], options: dict[str, str]) -> None:
        for name in names:
            self._cluster.persist(name)

    def _propose(self, arguments: list[str], options: dict[str, str]) -> None:
        name, *texts = arguments
        proposals = [Proposal(self._cluster.next_request(), text.encode()) for text in texts]
        self._cluster.node(name).propose(proposals)

    def _read(self, names: list[str], options: dict[str, str]) -> None:
        for name in names:
            self._cluster.node(name).read_index(self._cluster.next_request())

    def _ready(self, words: list[str], options: dict[str, str]) -> None:
        for name in words:
            if name != "writing":
                self._cluster.hand_out(name)
                if "writing" not in words:
                    self._cluster.persist(name)

    def _restart(self, arguments: list[str], options: dict[str, str]) -> None:
        for name in arguments:
            if name == "wiped":
                continue
            machine = self._cluster.machines[name]
            machine.crash(is_written=False)
            if "wiped" in arguments:
                machine.wipe()
            machine.start()
            self._cluster.told += status_lines(self._cluster.node(name))

    def _stabilize(self, names: list[str], options: dict[str, str]) -> None:
        self._cluster.stabilize(names or list(self._cluster.machines))

    def _status(self, names: list[str], options: dict[str, str]) -> None:
        for name in self._cluster.up(names or self._cluster.machines):
            self._cluster.told += status_lines(self._cluster.node(name))

    def _tick(self, arguments: list[str], options: dict[str, str]) -> None:
        count, *names = arguments
        for _ in range(int(count)):
            for name in self._cluster.up(names or self._cluster.machines):
                self._cluster.tick(name)

    def _transfer(self, arguments: list[str], options: dict[str, str]) -> None:
        name, *targets = arguments
        self._cluster.node(name).transfer_leadership(targets[0] if targets else None)

    def _chosen(self, words: list[str]) -> list[Message]:
        """What is in flight on one of the links (`1->2`, `1->*`, `2` for `*->2`) and of the kind, then the
        `first` or the `last` of it."""
        links = [word if "->" in word else f"*->{word}" for word in words if not word.isalpha()]
        kinds = [word for word in words if word[0].isupper()]
        chosen = [
            message
            for message in self._cluster.in_flight()
            if any(fnmatchcase(f"{message.from_}->{message.to}", link) for link in links)
            and (not kinds or type(message).__name__ in kinds)
        ]
        assert chosen, f"nothing is in flight that is {' '.join(words)}"
        if "first" in words:
            return chosen[:1]
        return chosen[-1:] if "last" in words else chosen


def _listed(value: str) -> tuple[str, ...]:
    return tuple(value.split(",")) if value else ()
