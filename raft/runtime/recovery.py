"""What a node that was cut short finds when it starts, and how it goes on from there."""

from __future__ import annotations

from dataclasses import replace

import structlog

from raft.types import LogStore, Snapshot, StateMachine

log = structlog.get_logger("raft.recovery")


def finish_install(store: LogStore, state_machine: StateMachine) -> Snapshot:
    """How far the state has been applied, once the log agrees with it.

    A snapshot is installed in two steps, the state first. When the log does not hold what the state was last
    given, the second step is missing: the log begins anew after the state. (A state that is behind the log's
    base is another matter: acknowledged entries would be lost by forgetting the log. Node refuses it.)
    """
    applied = state_machine.applied()
    hard_state = store.hard_state()
    if hard_state.term < applied.term:
        store.append(replace(hard_state, term=applied.term, vote=None), ())
    if applied.index >= store.base().index and not _holds(store, applied):
        log.warning("an install was cut short and is finished", index=applied.index, term=applied.term)
        store.restore(applied)
    return applied


def _holds(store: LogStore, applied: Snapshot) -> bool:
    return applied.index <= store.last_index() and store.term(applied.index) == applied.term
