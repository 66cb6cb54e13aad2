"""Membership as a value, its history in the log, and its changes on whole clusters: S24, S25, S27."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raft import Entry, EntryKind, HardState, Membership, MembershipChange, Role, Snapshot
from raft.log import Log
from raft.membership_history import MembershipHistory
from raft.quorum import Joint, Majority, quorum_of
from tests.raft.disk import Disk
from tests.raft.lone import Lone
from tests.raft.network import Faults, Network

nodes = st.lists(st.sampled_from("abcdefgh"), unique=True).map(sorted).map(tuple)
memberships = st.builds(
    Membership,
    nodes,
    nodes,
    nodes,
    st.dictionaries(st.sampled_from("abc"), st.text()).map(lambda at: tuple(sorted(at.items()))),
)


@settings(deadline=None)
@given(memberships)
def test_a_membership_survives_its_encoding(membership: Membership) -> None:
    assert Membership.decode(membership.encode()) == membership


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"voters":"abc"}', b"null"])
def test_bytes_that_are_no_membership_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Membership.decode(data)


def test_a_change_of_voters_is_joint_and_ends_in_the_new_ones() -> None:
    before = Membership(("a", "b"), learners=("d",), addresses=(("a", "1"), ("b", "2"), ("d", "4")))
    joint = before.changed(MembershipChange((("e", "5"),), promote=("d",), remove=("b",)))
    assert (joint.voters, joint.outgoing, joint.learners) == (("a", "d"), ("a", "b"), ("e",))
    assert dict(joint.addresses) == {"a": "1", "b": "2", "d": "4", "e": "5"}
    final = joint.final()
    assert (final.voters, final.outgoing, final.learners) == (("a", "d"), (), ("e",))
    assert dict(final.addresses) == {"a": "1", "d": "4", "e": "5"}


def test_a_change_of_learners_alone_moves_no_majority() -> None:
    before = Membership(("a", "b"), learners=("d",))
    after = before.changed(MembershipChange((("e", "5"),), remove=("d",)))
    assert not after.is_joint
    assert (after.voters, after.learners) == (("a", "b"), ("e",))


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 12)), max_size=30),
)
def test_the_history_tells_the_membership_of_every_place(actions: list[tuple[int, bool, int]]) -> None:
    founders = Membership(("a",))
    history = MembershipHistory(Disk(voters="a"))
    model: list[Membership | None] = []  # by index, None where the entry holds none
    base, at_base = 0, founders
    for action, is_change, number in actions:
        last = base + len(model)
        if action in (0, 1):
            membership = Membership(("a", f"n{last}-{number}")) if is_change else None
            data = membership.encode() if membership else b""
            kind = EntryKind.MEMBERSHIP if membership else EntryKind.COMMAND
            history.append([Entry(1, last + 1, kind, data)])
            model.append(membership)
        elif action == 2 and model:
            index = base + 1 + number % len(model)
            history.truncate(index)
            del model[index - base - 1 :]
        elif action == 3 and model:
            index = base + 1 + number % len(model)
            at_base = next((m for m in reversed(model[: index - base]) if m), at_base)
            history.compact(index)
            del model[: index - base]
            base = index
        expected = at_base
        for offset, each in enumerate([None, *model]):
            expected = each or expected
            assert history.at(base + offset) == expected
        assert history.latest == expected
        assert history.quorum == quorum_of(expected)
    history.restore(40, founders)
    assert (history.latest, history.latest_index, history.at(41)) == (founders, 40, founders)


def test_the_history_is_read_from_the_store() -> None:
    later = Membership(("a", "b"))
    disk = Disk(
        base=Snapshot(4, 1, Membership(("a",))), log=[Entry(1, 5, EntryKind.MEMBERSHIP, later.encode())]
    )
    history = MembershipHistory(disk)
    assert (history.at(4), history.latest, history.latest_index) == (Membership(("a",)), later, 5)


@settings(deadline=None)
@given(nodes, nodes, st.sets(st.sampled_from("abcdefgh")))
def test_joint_consensus_agrees_when_both_majorities_do(
    incoming: tuple[str, ...], outgoing: tuple[str, ...], agreeing: set[str]
) -> None:
    joint = Joint(Majority(incoming), Majority(outgoing))
    both = Majority(incoming).agrees(agreeing) and Majority(outgoing).agrees(agreeing)
    assert joint.agrees(agreeing) is both
    if incoming and outgoing:
        values = {node: int(node in agreeing) for node in "abcdefgh"}
        assert joint.reached(values) == int(both)


def test_a_commit_before_the_joint_entry_does_not_end_joint_consensus() -> None:
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    lone.acknowledge("c", 1)
    lone.propose(b"x")
    lone.node.change_membership(9, MembershipChange(remove=("c",)))
    lone.run()
    assert lone.results[-1].index == 3
    lone.acknowledge("b", 2)
    assert lone.node.status().commit_index == 2
    assert lone.node.status().membership.is_joint
    lone.acknowledge("b", 3)
    assert lone.node.status().membership == Membership(("a", "b"))
    assert [entry.kind for entry in lone.disk.log[2:]] == [EntryKind.MEMBERSHIP] * 2


def removing_c() -> Lone:
    """A leader whose removal of c has committed, without a word from c since."""
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    lone.acknowledge("c", 1)
    lone.node.change_membership(9, MembershipChange(remove=("c",)))
    lone.run()
    lone.acknowledge("b", 2)
    lone.acknowledge("b", 3)
    assert lone.node.status().membership == Membership(("a", "b"))
    return lone


def test_who_has_left_is_told_and_then_forgotten() -> None:
    lone = removing_c()
    lone.tick(2)
    assert lone.progress("c").match_index == 1
    lone.acknowledge("c", 3)
    lone.tick()
    assert [peer.node_id for peer in lone.node.status().peers] == ["b"]
    lone.acknowledge("c", 3)


def test_who_has_left_and_is_silent_is_forgotten_after_two_election_timeouts() -> None:
    lone = removing_c()
    for _ in range(2 * lone.config.election_ticks + 1):
        lone.tick()
        lone.acknowledge("b", 3)
    assert [peer.node_id for peer in lone.node.status().peers] == ["b"]


def test_what_is_compacted_is_not_remembered_change_by_change() -> None:
    changes = [Membership(("a", f"n{i}")) for i in range(1, 4)]
    disk = Disk(
        HardState(1), [Entry(1, i, EntryKind.MEMBERSHIP, m.encode()) for i, m in enumerate(changes, 1)]
    )
    log = Log(disk)
    assert log.memberships.latest_index == 3
    log.append([Entry(1, 4, EntryKind.NOOP)])
    disk.append(None, log.unstable())
    log.mark_durable(4, 1)
    assert log.compact(4).membership == changes[-1]
    assert (log.memberships.latest, log.memberships.latest_index) == (changes[-1], 4)


# Whole clusters


def grow(network: Network, *joining: str) -> None:
    """Let them join as learners and promote them once that is possible."""
    for name in joining:
        if name not in network.machines:
            network.add_machine(name)
    apply_change(network, MembershipChange(add_learners=tuple((name, name) for name in joining)))
    apply_change(network, MembershipChange(promote=joining))


def apply_change(network: Network, change: MembershipChange, ticks_max: int = 400) -> None:
    """Ask whoever leads until it is done, as an operator would."""
    for _ in range(ticks_max):
        leader = network.elect()
        members = network.node(leader).status().membership
        added = {node for node, _ in change.add_learners} <= set(members.members)
        promoted = set(change.promote) <= set(members.voters)
        removed = not set(change.remove) & set(members.members)
        if added and promoted and removed and not members.is_joint:
            return
        network.change(leader, change)
        network.tick(2)
    raise AssertionError(f"{change} was never done: {list(network.changes.values())[-3:]}")


@pytest.mark.parametrize("seed", range(8))
def test_three_grow_to_five_and_shrink_to_three_under_load_and_faults(seed: int) -> None:
    # S24
    network = Network(seed=seed, faults=Faults(drop=0.05, duplicate=0.05, delay_max=3, sync_delay_max=2))
    network.elect()
    for number, change in enumerate(
        (
            MembershipChange(add_learners=(("d", "4"), ("e", "5"))),
            MembershipChange(promote=("d", "e")),
            MembershipChange(remove=("a", "b")),
        )
    ):
        for name, _ in change.add_learners:
            network.add_machine(name)
        for name in network.machines:
            network.propose(name, b"%s-%d" % (name.encode(), number))
        if number == 2:
            network.cut("d")
            network.tick(3)
            network.heal()
        apply_change(network, change)
    network.faults = Faults()
    network.tick(40)
    leader = network.elect()
    assert network.node(leader).status().membership.voters == ("c", "d", "e")
    network.propose(leader, b"end")
    network.tick(20)
    network.check_end()


@pytest.mark.parametrize("steps", [*range(1, 40, 3)])
def test_a_whole_cluster_is_replaced_though_leaders_crash_on_the_way(steps: int) -> None:
    # S25: {a,b,c} → {d,e,f}, the leader crashing so many steps after the change was asked for.
    network = Network(seed=steps, faults=Faults(delay_max=2, sync_delay_max=2))
    network.elect()
    for name in "def":
        network.add_machine(name)
    apply_change(network, MembershipChange(add_learners=(("d", "4"), ("e", "5"), ("f", "6"))))
    network.tick(60)
    leader = network.elect()
    replaced = MembershipChange(promote=("d", "e", "f"), remove=("a", "b", "c"))
    network.change(leader, replaced)
    network.settle(steps)
    network.crash(leader, keep_pending_write=steps % 2 == 0)
    network.tick(5)
    network.restart(leader)
    network.tick(20)
    if network.node(network.elect()).status().membership.voters != ("d", "e", "f"):
        apply_change(network, replaced)
    network.tick(40)
    for name in "abc":
        network.crash(name)
    network.tick(40)
    leader = network.elect()
    assert leader in "def"
    network.propose(leader, b"end")
    network.tick(20)
    assert network.committed[-1].data == b"end"


def test_a_leader_that_is_removed_hands_over_and_nobody_waits_for_a_timeout() -> None:
    # S27
    network = Network(seed=1)
    leader = network.elect()
    network.tick(5)
    before = sum(network.node(name).status().campaigns_by_timeout for name in network.machines)
    network.change(leader, MembershipChange(remove=(leader,)))
    network.tick(4)
    successor = network.leader()
    assert successor is not None
    assert successor != leader
    assert network.node(leader).status().role is Role.FOLLOWER
    assert leader not in network.node(leader).status().membership.members
    after = sum(network.node(name).status().campaigns_by_timeout for name in network.machines)
    assert after == before
    network.tick(100)
    assert network.leader() == successor


def test_a_removed_node_that_comes_back_disturbs_nobody() -> None:
    # S27
    network = Network(seed=1)
    leader = network.elect()
    gone = next(name for name in network.machines if name != leader)
    network.cut(gone)
    network.change(leader, MembershipChange(remove=(gone,)))
    network.tick(60)
    term = network.node(leader).status().term
    assert [peer.node_id for peer in network.node(leader).status().peers] != [gone]
    network.heal()
    for number in range(20):
        network.propose(leader, b"%d" % number)
        network.tick(5)
    assert network.leader() == leader
    assert network.node(leader).status().term == term


def test_one_of_two_can_be_removed_while_both_live_and_not_after_it_died() -> None:
    # S27: both must agree that one leaves.
    for dies in (False, True):
        network = Network(size=2, seed=1)
        leader = network.elect()
        other = next(name for name in network.machines if name != leader)
        if dies:
            network.crash(other)
        network.change(leader, MembershipChange(remove=(other,)))
        network.tick(9)
        membership = network.node(leader).status().membership
        assert membership.is_joint is dies
        if dies:
            network.restart(other)
            network.tick(60)
        leader = network.elect()
        network.propose(leader, b"alone")
        network.tick(5)
        assert network.committed[-1].data == b"alone"


def test_a_new_node_joins_by_snapshot_and_votes_once_promoted() -> None:
    network = Network(size=1, seed=1)
    leader = network.elect()
    for number in range(30):
        network.propose(leader, b"%d" % number)
        network.tick()
        network.machines[leader].compact(keep=0)
    grow(network, "b")
    grow(network, "c")
    network.tick(20)
    assert network.node(leader).status().membership.voters == ("a", "b", "c")
    assert network.machines["c"].disk.base().index > 0
    network.crash(leader)
    assert network.elect() in "bc"
