"""What the nodes say of themselves, side by side, and what does not fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lms_cluster.operator_client import Views, leader_of
from protos.lms_pb2 import GetClusterStatusResponse, NodeRole, PeerStatus, ReplicationState

HEADINGS = (
    "node",
    "address",
    "role",
    "term",
    "log",
    "commit",
    "applied",
    "lag",
    "sent",
    "disk free",
    "state",
)
NUMBERS = frozenset({"term", "log", "commit", "applied", "lag", "disk free"})
"""Headings of columns that are aligned to the right."""
NOTHING = "-"


def table(addresses: Mapping[str, str], views: Views) -> list[str]:
    """Lines: one a node, then the membership, elections, the tutor, and whatever is wrong."""
    leader = leader_of(views)
    peers = {peer.node_id: peer for peer in leader.peers} if leader else {}
    rows = [HEADINGS, *(_row(n, address, views[n], peers.get(n)) for n, address in addresses.items())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    lines = [_aligned(row, widths) for row in rows]
    known = [view for view in views.values() if view]
    if known:
        newest = leader or max(known, key=lambda view: (view.term, view.applied_index))
        lines += ["", *_summary(newest, known)]
        lines += [f"! {complaint}" for complaint in _complaints(addresses, views, leader)]
    return lines


def _row(
    node_id: str, address: str, view: GetClusterStatusResponse | None, peer: PeerStatus | None
) -> Sequence[str]:
    if view is None:
        return (node_id, address, "no answer", *(NOTHING,) * 4, *_progress(peer), NOTHING, NOTHING)
    return (
        node_id,
        address,
        _role(view),
        f"{view.term}",
        f"{view.first_index}..{view.last_index}",
        f"{view.commit_index}",
        f"{view.applied_index}",
        *_progress(peer),
        _size(view.disk_free),
        view.state_hash[:12] or NOTHING,
    )


def _role(view: GetClusterStatusResponse) -> str:
    members = view.membership
    if view.node_id in members.learners:
        role = "learner"
    elif view.node_id in (*members.voters, *members.outgoing):
        role = NodeRole.Name(view.role).removeprefix("NODE_ROLE_").lower()
    else:
        role = "no member"
    return role if view.synced else f"{role}, new"


def _progress(peer: PeerStatus | None) -> tuple[str, str]:
    """How many entries it lacks, and how it gets them, as its leader sees it."""
    if peer is None:
        return NOTHING, NOTHING
    return f"{peer.lag}", ReplicationState.Name(peer.state).removeprefix("REPLICATION_STATE_").lower()


def _summary(newest: GetClusterStatusResponse, known: Sequence[GetClusterStatusResponse]) -> Iterator[str]:
    members = newest.membership
    yield f"voters: {' '.join(members.voters) or NOTHING}; learners: {' '.join(members.learners) or NOTHING}"
    if members.outgoing:
        yield f"a change is under way, from the voters {' '.join(members.outgoing)}"
    called = [f"{v.node_id} {n} by {cause}" for v in known for cause, n in sorted(v.elections.items()) if n]
    yield f"elections called since each node started: {', '.join(called) or 'none'}"
    tutor = f"reachable, model {newest.tutor_model}" if newest.tutor_reachable else "unreachable"
    yield f"tutor: {tutor}; pending questions: {newest.pending_queries}; users: {newest.users}"


def _complaints(
    addresses: Mapping[str, str], views: Views, leader: GetClusterStatusResponse | None
) -> Iterator[str]:
    for node_id, view in views.items():
        for alarm in view.alarms if view else ():
            yield f"{node_id}: {alarm}"
    if leader is None:
        yield "no node leads: a majority of the voters must run and reach each other"
        return
    members = leader.membership
    named = {*members.voters, *members.outgoing, *members.learners}
    for node_id in sorted(named - addresses.keys()):
        where = members.addresses.get(node_id, "an unknown address")
        yield f"{node_id} at {where} is a member, and the configuration does not name it"
    for node_id in sorted(addresses.keys() - named):
        yield f"{node_id} is in the configuration, and no member of the cluster"
    states: dict[int, dict[str, str]] = {}
    for node_id, view in views.items():
        if view and view.state_hash:
            states.setdefault(view.applied_index, {})[node_id] = view.state_hash
    for index, hashes in states.items():
        if len(set(hashes.values())) > 1:
            yield f"{' and '.join(sorted(hashes))} hold different states at index {index}"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        value.rjust(width) if heading in NUMBERS else value.ljust(width)
        for heading, value, width in zip(HEADINGS, row, widths, strict=True)
    )
    return "  ".join(cells).rstrip()


def _size(count: int) -> str:
    """Bytes, for people."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.0f} TiB"
