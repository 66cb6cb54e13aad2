"""When an entry is committed: paper §5.3, §5.4.2 and figure 8."""

from __future__ import annotations

import pytest

from raft import AppendEntries
from tests.raft.disk import log_of_terms
from tests.raft.lone import Lone, only
from tests.raft.network import Network


def test_an_entry_commits_once_a_majority_holds_it() -> None:
    # §5.3 "A log entry is committed once the leader that created the entry has replicated it on a majority"
    lone = Lone(voters="abcde")
    lone.lead()
    lone.acknowledge("b", 1)
    assert lone.node.status().commit_index == 0
    lone.acknowledge("b", 1)
    assert lone.node.status().commit_index == 0
    lone.acknowledge("c", 1)
    assert lone.node.status().commit_index == 1


def test_a_commit_covers_all_preceding_entries_and_followers_learn_it_at_once() -> None:
    # §5.3 "This also commits all preceding entries in the leader's log"
    lone = Lone(log=log_of_terms(1, 1), term=1)
    lone.lead()
    told = only(AppendEntries, lone.acknowledge("b", 3))
    assert [e.index for e in lone.applied] == [1, 2, 3]
    assert [(a.to, a.commit_index) for a in told if a.to == "b"] == [("b", 3)]


def test_an_entry_of_an_earlier_term_is_never_committed_by_counting() -> None:
    # §5.4.2 "Raft never commits log entries from previous terms by counting replicas."
    lone = Lone(log=log_of_terms(1, 2), term=3)
    lone.lead()
    lone.acknowledge("b", 2)
    lone.acknowledge("c", 2)
    assert lone.node.status().commit_index == 0
    lone.acknowledge("b", 3)
    assert lone.node.status().commit_index == 3


def test_a_leaders_own_copy_counts_only_once_it_is_durable() -> None:
    # Thesis §10.2.1: the leader may write its disk in parallel, and must not count itself before.
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    lone.propose_without_writing(b"x")
    lone.node.step(lone.acknowledgement("b", 2))
    assert lone.node.status().commit_index == 1
    lone.write()
    assert lone.node.status().commit_index == 2


def test_a_majority_without_the_leader_commits_what_the_leader_has_not_written() -> None:
    # Thesis §10.2.1 "the leader may even commit an entry before it has been written to its own disk"
    lone = Lone()
    lone.lead()
    lone.acknowledge("b", 1)
    lone.propose_without_writing(b"x")
    for peer in "bc":
        lone.node.step(lone.acknowledgement(peer, 2))
    assert lone.node.status().commit_index == 2
    assert [e.index for e in lone.applied] == [1]
    lone.write()
    lone.run()
    assert [e.index for e in lone.applied] == [1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_figure_8_an_old_entry_commits_with_one_of_the_new_term_beside_it_and_then_stays(seed: int) -> None:
    """s1, s2, s3 and s5 of the figure are a, b, c and e. The network checks at every step that nothing
    committed is ever lost."""
    network = Network(size=5, seed=seed)
    network.elect_only("a", "bcde")
    network.settle()
    # (a) a replicates an entry to b alone.
    network.cut("a", "b")
    network.propose("a", b"old")
    network.settle()
    old = network.machines["a"].disk.last_index()
    assert network.machines["b"].disk.last_index() == old > network.machines["c"].disk.last_index()
    # (b) e is elected by c and d, and holds another entry at that index.
    network.elect_only("e", "cd")
    network.cut("e")
    network.settle()
    assert network.machines["e"].disk.term(old) > network.machines["a"].disk.term(old)
    # (c) a leads again. Its old entry reaches a majority and is not committed before one of the new term is.
    network.elect_only("a", "bc")
    assert len(network.committed) == old - 1
    network.settle()
    # (e) Now e, whose last term is smaller, can never win again, and takes over what it missed.
    assert [entry.data for entry in network.committed[old - 1 :]] == [b"old", b""]
    network.heal()
    network.tick(60)
    network.propose(network.elect(), b"last")
    network.tick(10)
    network.check_end()
