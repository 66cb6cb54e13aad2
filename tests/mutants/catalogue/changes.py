"""Bugs in membership, snapshots, compaction, transfer, and the return of wiped disks."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

CHANGES = (
    Mutant(
        "raft/quorum.py",
        "    return Majority(membership.voters)",
        "    return Majority(tuple({*membership.voters, *membership.learners}))",
        "a learner counts in the majority",
    ),
    Mutant(
        "raft/quorum.py",
        "return self.incoming.agrees(nodes) and self.outgoing.agrees(nodes)",
        "return self.incoming.agrees(nodes)",
        "in joint consensus the old majority is not asked for votes",
    ),
    Mutant(
        "raft/quorum.py",
        "return min(self.incoming.reached(values), self.outgoing.reached(values))",
        "return self.incoming.reached(values)",
        "in joint consensus the old majority is not asked for entries",
    ),
    Mutant(
        "raft/core.py",
        "        return self.log.memberships.latest\n",
        "        return self.log.memberships.at(self.commit_index)\n",
        "a membership is in force only once it has committed",
    ),
    Mutant(
        "raft/core.py",
        "memberships = (self.membership, self.log.memberships.at(self.commit_index))",
        "memberships = (self.membership,)",
        "a removed voter never leads again, though its removal has not committed",
    ),
    Mutant(
        "raft/log.py",
        "        self.memberships.truncate(index)\n",
        "",
        "a membership stays in force after its entry was truncated",
    ),
    Mutant(
        "raft/log.py",
        "self.base = Snapshot(index, self.term(index), self.memberships.at(index))",
        "self.base = Snapshot(index, self.term(index), self.memberships.latest)",
        "a snapshot names a membership from after its end",
    ),
    Mutant(
        "raft/reconfiguration.py",
        "return progress.resync is None and progress.match_index >= self._settled_index",
        "return progress.match_index >= self._settled_index",
        "a learner is promoted that is not synced",
    ),
    Mutant(
        "raft/reconfiguration.py",
        "return progress.resync is None and progress.match_index >= self._settled_index",
        "return progress.resync is None",
        "a learner is promoted that lags behind",
    ),
    Mutant(
        "raft/reconfiguration.py",
        "if core.commit_index < self._noop_index or not self._is_settled():",
        "if not self._is_settled():",
        "a membership changes before an entry of this term has committed",
    ),
    Mutant(
        "raft/reconfiguration.py",
        "return not core.membership.is_joint and core.log.memberships.latest_index <= core.commit_index",
        "return not core.membership.is_joint",
        "a second change begins while the first has not committed",
    ),
    Mutant(
        "raft/voting.py",
        "        core.is_synced\n        and (is_free",
        "        (is_free",
        "a node that is not synced votes",
    ),
    Mutant(
        "raft/replication.py",
        "peer: progress.match_index if progress.resync is None else 0",
        "peer: progress.match_index",
        "a node that is not synced counts for commitment",
    ),
    Mutant(
        "raft/resync.py",
        "return self.run if self._holds_entry and commit_index >= self.index else 0",
        "return self.run if self._holds_entry else 0",
        "a node is called synced before an entry has committed without it",
    ),
    Mutant(
        "raft/follower.py",
        "if message.sync_run and message.sync_run == core.unsynced_run:",
        "if message.sync_run:",
        "the word that an earlier disk was synced is taken for this one",
    ),
    Mutant(
        "raft/follower.py",
        "if core.log.matches(snapshot.index, snapshot.term):",
        "if snapshot.index <= core.log.last_index:",
        "a log that conflicts with a snapshot keeps its tail",
    ),
    Mutant(
        "raft/follower.py",
        "if snapshot.index > core.commit_index:",
        "if True:",
        "an old snapshot takes back what has committed since",
    ),
    Mutant(
        "raft/node.py",
        "if not log.base.index <= index <= self._applied_index:",
        "if not log.base.index <= index <= self._core.commit_index:",
        "the log is compacted past what is applied",
    ),
    Mutant(
        "raft/replication.py",
        "if progress.next_index <= base_index and progress.state is not ProgressState.SNAPSHOT:",
        "if progress.next_index <= base_index:",
        "a snapshot that is under way is sent again with every message",
    ),
    Mutant(
        "raft/transfer.py",
        "return target if progress.match_index == self._core.log.last_index else None",
        "return target",
        "leadership is handed to a node that has not caught up",
    ),
    Mutant(
        "raft/voting.py",
        "if is_later and core.behaviour.hears_leader() and not request.leadership_transfer:",
        "if is_later and core.behaviour.hears_leader():",
        "the campaign that a leader asked for is refused for its sake",
    ),
)
