"""Who takes part in the cluster, as one value. It travels in the log as the data of a MEMBERSHIP entry, and
with every snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from raft.types import NodeId


@dataclass(frozen=True, slots=True)
class Membership:
    """`voters` decide. While `outgoing` is not empty the cluster is in joint consensus, and a majority of
    `voters` and a majority of `outgoing` must both agree (paper §6, thesis §4.3). `learners` receive the log
    and count for nothing. `addresses` says where members are found, as far as that is known.

    All are kept sorted, so that equal memberships have equal encodings.
    """

    voters: tuple[NodeId, ...] = ()
    outgoing: tuple[NodeId, ...] = ()
    learners: tuple[NodeId, ...] = ()
    addresses: tuple[tuple[NodeId, str], ...] = ()

    @property
    def is_joint(self) -> bool:
        return bool(self.outgoing)

    @property
    def electors(self) -> tuple[NodeId, ...]:
        """Everybody whose vote matters, sorted."""
        return tuple(sorted({*self.voters, *self.outgoing})) if self.outgoing else self.voters

    @property
    def members(self) -> tuple[NodeId, ...]:
        """Everybody who receives the log, sorted."""
        return tuple(sorted({*self.voters, *self.outgoing, *self.learners}))

    def changed(self, change: MembershipChange) -> Membership:
        """What to enter for `change`: joint when it moves a voter. Raises ValueError for a change that
        names nobody or somebody twice, adds a member, promotes no learner, removes no member, or leaves no
        voter; and while joint."""
        added = [node for node, _ in change.add_learners]
        named = [*added, *change.promote, *change.remove]
        if self.is_joint or not named or len(set(named)) < len(named) or not all(named):
            raise ValueError(f"{change} is no single step from {self}")
        if not (
            set(added).isdisjoint(self.members)
            and set(change.promote) <= set(self.learners)
            and set(change.remove) <= set(self.members)
        ):
            raise ValueError(f"{change} does not apply to {self}")
        voters = tuple(sorted({*self.voters, *change.promote} - {*change.remove}))
        if not voters:
            raise ValueError(f"{change} leaves no voter")
        changed = Membership(
            voters,
            outgoing=self.voters if voters != self.voters else (),
            learners=tuple(sorted({*self.learners, *added} - {*change.promote, *change.remove})),
        )
        return changed._located({**dict(self.addresses), **dict(change.add_learners)})

    def final(self) -> Membership:
        """What follows when this joint membership has committed."""
        return Membership(self.voters, learners=self.learners)._located(dict(self.addresses))

    def _located(self, addresses: dict[NodeId, str]) -> Membership:
        known = [(member, addresses[member]) for member in self.members if member in addresses]
        return replace(self, addresses=tuple(known))

    def encode(self) -> bytes:
        return json.dumps(
            {
                "voters": self.voters,
                "outgoing": self.outgoing,
                "learners": self.learners,
                "addresses": dict(self.addresses),
            },
            separators=(",", ":"),
            sort_keys=True,
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> Membership:
        """Raises ValueError for bytes that are no membership."""
        try:
            fields = json.loads(data)
            return cls(
                _node_ids(fields["voters"]),
                _node_ids(fields["outgoing"]),
                _node_ids(fields["learners"]),
                tuple(sorted((str(node), str(at)) for node, at in fields["addresses"].items())),
            )
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(f"no membership: {error}") from error


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """What is asked for in one step: who joins as a learner (id, address), which learners become voters, who
    leaves."""

    add_learners: tuple[tuple[NodeId, str], ...] = ()
    promote: tuple[NodeId, ...] = ()
    remove: tuple[NodeId, ...] = ()


def _node_ids(value: object) -> tuple[NodeId, ...]:
    if not isinstance(value, list) or not all(isinstance(node, str) for node in value):
        raise TypeError("expected a list of node ids")
    return tuple(sorted(set(value)))
