"""Bugs in elections, replication, commitment and reads."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

PROTOCOL = (
    Mutant(
        "raft/leader.py",
        "if index >= self._noop_index and index > core.commit_index:",
        "if index > core.commit_index:",
        "entries of earlier terms are committed by counting",
    ),
    Mutant(
        "raft/leader.py",
        "matches[core.node_id] = core.log.durable_index",
        "matches[core.node_id] = core.log.last_index",
        "a leader counts its own entries before they are durable",
    ),
    Mutant(
        "raft/leader.py",
        "return self._reads.can_begin() and self._core.commit_index >= self._noop_index",
        "return self._reads.can_begin()",
        "a new leader serves reads before its no-op has committed",
    ),
    Mutant(
        "raft/leader.py",
        "        return self._core.quorum.agrees(active)\n",
        "        return bool(active)\n",
        "a leader that nobody answers stays in place",
    ),
    Mutant(
        "raft/reads.py",
        "self.round += 1",
        "self.round = 1",
        "every read uses the first round of confirmation over again",
    ),
    Mutant(
        "raft/candidate.py",
        "if message.vote_granted and message.pre_vote == self._pre_vote:",
        "if message.vote_granted:",
        "answers to a poll count as votes",
    ),
    Mutant(
        "raft/candidate.py",
        "self._granted.add(voter)",
        "self._granted.add(min({voter, *self._core.membership.electors} - self._granted, default=voter))",
        "a voter's duplicated reply counts as another voter's",
    ),
    Mutant(
        "raft/candidate.py",
        "if not self._pre_vote and core.durable_hard_state == HardState(core.term, core.node_id):",
        "if not self._pre_vote:",
        "a candidate counts its own vote after any write, durable or not",
    ),
    Mutant(
        "raft/voting.py",
        "core.send_after_durable(RequestVoteReply(",
        "core.send(RequestVoteReply(",
        "a vote leaves before it is durable",
    ),
    Mutant(
        "raft/core.py",
        "waiting = self.messages_after_durable\n",
        "waiting = self.messages\n",
        "an acknowledgement leaves before the entries are durable",
    ),
    Mutant(
        "raft/voting.py",
        " and core.vote in (None, request.from_)\n",
        "\n",
        "a node votes for everybody who asks in a term",
    ),
    Mutant(
        "raft/voting.py",
        "if is_later and not request.pre_vote:",
        "if is_later:",
        "a poll raises the term of those polled",
    ),
    Mutant(
        "raft/voting.py",
        "if is_later and core.behaviour.hears_leader() and not request.leadership_transfer:",
        "if is_later and request.pre_vote and core.behaviour.hears_leader():",
        "a vote request deposes a leader that its followers hear",
    ),
    Mutant(
        "raft/core.py",
        "if message.term < self.term:",
        "if message.term < self.term and not isinstance(message, AppendEntriesReply):",
        "an answer to a leader of an earlier term counts for the present one",
    ),
    Mutant(
        "raft/core.py",
        "            self.messages_after_durable.clear()",
        "            pass",
        "promises of an earlier term leave in the name of the next",
    ),
    Mutant(
        "raft/core.py",
        "                if message.term != self.term + 1:\n",
        "                if message.term < self.term:\n",
        "a late grant to the poll before counts in the next",
    ),
    Mutant(
        "raft/log.py",
        "return (last_term, last_index) >= (self.last_term, self.last_index)",
        "return last_term >= self.last_term",
        "a vote goes to a shorter log",
    ),
    Mutant(
        "raft/log.py",
        "return index <= self.last_index and (index <= self.base.index or self.term(index) == term)",
        "return index <= self.last_index",
        "the previous entry's term is not compared",
    ),
    Mutant(
        "raft/log.py",
        "        if self.matches(index, term):\n            self.durable_index",
        "        if index <= self.last_index:\n            self.durable_index",
        "a write is confirmed by its index alone",
    ),
    Mutant(
        "raft/follower.py",
        "known = log.first_conflict(entries)",
        "known = 0 if entries[0].index > core.commit_index else log.first_conflict(entries)",
        "every append truncates what follows its previous entry",
    ),
    Mutant(
        "raft/follower.py",
        "core.commit_to(min(message.commit_index, verified_index))",
        "core.commit_to(min(message.commit_index, log.last_index))",
        "a follower commits up to its own last entry, verified or not",
    ),
    Mutant(
        "raft/follower.py",
        "conflict_term, conflict_index = 0, log.last_index + 1",
        "conflict_term, conflict_index = 0, log.last_index + 2",
        "the hint where a short log ends is off by one",
    ),
    Mutant(
        "raft/replication.py",
        "            return meeting_index + 1\n",
        "            return meeting_index\n",
        "the search for the meeting point goes back one entry too far",
    ),
    Mutant(
        "raft/progress.py",
        "        return 0 if self.state is ProgressState.SNAPSHOT else self.next_index - 1",
        "        return 0 if self.state is ProgressState.SNAPSHOT else self.match_index",
        "a heartbeat names what was acknowledged, so that a lost append never shows",
    ),
    Mutant(
        "raft/forwarding.py",
        "        if key in self._ids:\n",
        "        if False:\n",
        "a forwarded request that arrives twice is appended twice",
    ),
    Mutant(
        "raft/intake.py",
        "if size + length > room and (entries or self._uncommitted):",
        "if False:",
        "a leader without a quorum takes proposals without end",
    ),
)
