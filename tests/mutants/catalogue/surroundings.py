"""Bugs around the core: the driver, the log and the state on disk."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SURROUNDINGS = (
    Mutant(
        "raft/runtime/node_task.py",
        "await self._commit(self._store.append, ready.hard_state, ready.entries)",
        "asyncio.ensure_future(self._commit(self._store.append, ready.hard_state, ready.entries))",
        "the driver answers before the disk has",
        "tests/sim/test_disks.py",
    ),
    Mutant(
        "raft/runtime/proposals.py",
        "    if term != applied.term:\n",
        "    if False:\n",
        "a caller is answered with another term's entry at its index",
        "tests/raft_runtime/test_proposals.py",
    ),
    Mutant(
        "raft/runtime/compaction.py",
        "index = min(tail_begin, durable_index)",
        "index = tail_begin",
        "the log is compacted past the state's last checkpoint",
        "tests/raft_runtime/test_compaction.py",
    ),
    Mutant(
        "raft/runtime/recovery.py",
        "        store.restore(applied)\n",
        "        pass\n",
        "an install that was cut short is never finished",
        "tests/raft_runtime/test_recovery.py",
    ),
    Mutant(
        "storage/log_store.py",
        '"synchronous": "full",',
        '"synchronous": "normal",',
        "a write returns before it has reached the disk",
        "tests/storage/test_log_store.py",
    ),
    Mutant(
        "storage/log_store.py",
        "head = replace(head, hard_state=hard_state)",
        "head = replace(head)",
        "term and vote are not stored",
        "tests/storage/test_log_store.py",
    ),
    Mutant(
        "storage/log_store.py",
        "            self._writer.execute_sql(DELETE_FROM, (first,))\n",
        "            pass\n",
        "entries that were replaced stay in the file",
        "tests/storage/test_log_store.py",
    ),
    Mutant(
        "storage/log_store.py",
        "            self._writer.execute_sql(DELETE_ALL)\n",
        "            pass\n",
        "a restored log keeps the entries from before the snapshot",
        "tests/storage/test_log_base.py",
    ),
    Mutant(
        "storage/classroom.py",
        "            store_progress(batch.progress)\n        self._progress = batch.progress\n",
        "        with bound_to(self._writer):\n"
        "            store_progress(batch.progress)\n"
        "        self._progress = batch.progress\n",
        "the applied index is stored after the transaction",
        "tests/raft/test_mistakes_on_disk.py",
    ),
    Mutant(
        "storage/batch.py",
        "            if is_own_fault(error):\n",
        "            if False:\n",
        "an entry is skipped on the one node that failed",
        "tests/raft/test_mistakes_on_disk.py",
    ),
    Mutant(
        "storage/outcomes.py",
        "    _store.run(request_id, username, fingerprint, at_index, outcome)\n",
        "    pass\n",
        "what a request came to is not remembered",
        "tests/storage/test_outcomes.py",
    ),
    Mutant(
        "storage/outcomes.py",
        "row = _find.first(request_id, username, at_index - KEPT_INDEXES)",
        "row = _find.first(request_id, username, -1)",
        "what an entry still remembers depends on where batches were cut",
        "tests/storage/test_outcomes.py",
    ),
)
