"""The faults of a run are known before it begins."""

from __future__ import annotations

from tests.chaos.faults import pairs
from tests.chaos.schedule import WEIGHTS, Fault, Kind, schedule

NODES = ("n1", "n2", "n3")


def test_a_seed_decides_every_fault() -> None:
    assert list(schedule(7, 300.0, 3)) == list(schedule(7, 300.0, 3))
    assert list(schedule(7, 300.0, 3)) != list(schedule(8, 300.0, 3))


def test_every_fault_ends_before_the_time_is_over_and_each_kind_has_its_turn() -> None:
    faults = list(schedule(1, 600.0, 3))
    assert all(fault.at + fault.lasts <= 600.0 for fault in faults)
    assert {fault.kind for fault in faults} == set(WEIGHTS) == set(Kind)


def test_links_are_cut_in_the_directions_that_their_name_says() -> None:
    def cut(kind: Kind) -> set[tuple[str, str]]:
        fault = Fault(kind, at=0, lasts=1, order=(0, 1, 2), leader_first=False, count=1, strength=0.5)
        return set(pairs(fault, NODES))

    assert cut(Kind.CUT_ONE_WAY) == {("n1", "n2")}
    assert cut(Kind.CUT) == {("n1", "n2"), ("n2", "n1")}
    assert cut(Kind.MUTE) == {("n1", "n2"), ("n1", "n3")}
    assert cut(Kind.DEAF) == {("n2", "n1"), ("n3", "n1")}
    assert cut(Kind.SPLIT) == cut(Kind.MUTE) | cut(Kind.DEAF)
