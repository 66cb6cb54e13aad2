"""A request counts once, though it comes again after a restart, a power loss, or on a node that never saw it
but took a snapshot. Until it is forgotten, which depends on the log alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from protos.command_pb2 import Command, Outcome
from protos.lms_pb2 import NewAnnouncement, PostResponse
from raft.membership import Membership
from raft.types import Entry, EntryKind
from storage.classroom import Classroom
from storage.models.people import User
from storage.outcomes import remember, remembered
from tests.storage.faults.disk import Disk, RandomLoss
from tests.storage.faults.mount import mounted
from tests.storage.faults.recovery import written

KEPT = 15
MEMBERS = Entry(1, 1, EntryKind.MEMBERSHIP, Membership(voters=("n1",)).encode())


@pytest.fixture(autouse=True)
def remembered_for_a_short_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.outcomes.KEPT_INDEXES", KEPT)


def count_up(command: Command, index: int, term: int) -> Outcome:
    """Adds one to the counter that the announcement names, unless the request was answered before."""
    name = command.announce.text
    earlier = remembered(name, command.request_id, index)
    if earlier is not None:
        return Outcome.FromString(earlier.outcome)
    added = User.update(created_ms=User.created_ms + 1).where(User.username == name).execute()
    if not added:
        User.create(username=name, display_name=name, role=1, password_hash="", created_ms=1)
    outcome = Outcome(accepted=PostResponse(index=index, term=term))
    remember(name, command.request_id, b"", index, outcome.SerializeToString(deterministic=True))
    return outcome


def counts(classroom: Classroom) -> dict[str, int]:
    with classroom.reading():
        return {user.username: user.created_ms for user in User.select().order_by(User.username)}


def entry(index: int, request_id: str, name: str = "ann", time_ms: int = 1) -> Entry:
    command = Command(request_id=request_id, time_ms=time_ms, announce=NewAnnouncement(text=name))
    return Entry(1, index, EntryKind.COMMAND, command.SerializeToString())


def opened(folder: Path, name: str = "classroom") -> closing[Classroom]:
    return closing(Classroom(folder / f"{name}.db", count_up))


def random_log(random: Random, length: int) -> list[Entry]:
    """Few requests, often repeated, by clocks that jump by years."""
    return [
        MEMBERS,
        *(
            entry(index, f"request {random.randrange(12)}", random.choice("ab"), random.randrange(1 << 42))
            for index in range(2, length + 1)
        ),
    ]


def apply_in_batches(classroom: Classroom, log: Sequence[Entry], random: Random) -> list[bytes]:
    responses: list[bytes] = []
    while log:
        size = random.randint(1, 9)
        responses += classroom.apply(log[:size])
        log = log[size:]
    return responses


def test_a_request_repeated_after_a_restart_gets_the_same_answer(tmp_path: Path) -> None:
    with opened(tmp_path) as classroom:
        first = classroom.apply([MEMBERS, entry(2, "request")])[1]
    with opened(tmp_path) as classroom:
        assert classroom.apply([entry(3, "request")]) == [first]
        assert counts(classroom) == {"ann": 1}


def test_a_request_repeated_to_a_node_that_took_a_snapshot_gets_the_same_answer(tmp_path: Path) -> None:
    with opened(tmp_path, "leader") as leader, opened(tmp_path, "follower") as follower:
        first = leader.apply([MEMBERS, entry(2, "request")])[1]
        leader.write_snapshot(tmp_path / "snapshot")
        follower.read_snapshot(tmp_path / "snapshot")
        follower.install(tmp_path / "snapshot")
        again = entry(3, "request", time_ms=1 << 40)
        assert follower.apply([again]) == leader.apply([again]) == [first]
        assert counts(follower) == {"ann": 1}
        assert follower.state_hash() == leader.state_hash()


def test_an_answer_is_forgotten_by_the_length_of_the_log_and_by_no_clock(tmp_path: Path) -> None:
    with opened(tmp_path) as classroom:
        first, *_ = classroom.apply([MEMBERS, entry(2, "request")])[1:]
        fill = [entry(index, f"other {index}", "bob", time_ms=1 << 41) for index in range(3, 1 + KEPT)]
        classroom.apply(fill)
        assert classroom.apply([entry(1 + KEPT, "request")]) == [first]
        assert classroom.apply([entry(2 + KEPT, "request")]) != [first]
        assert counts(classroom)["ann"] == 2


@pytest.mark.parametrize("seed", range(4))
def test_nodes_answer_alike_whether_they_applied_all_restarted_or_took_snapshots(
    tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    log = random_log(random, 120)
    with opened(tmp_path, "steady") as steady:
        answers = [response for each in log for response in steady.apply([each])]
        expected = counts(steady), steady.state_hash()
    with opened(tmp_path, "hurried") as hurried:
        assert apply_in_batches(hurried, log, random) == answers
        assert (counts(hurried), hurried.state_hash()) == expected
    cuts = sorted(random.sample(range(1, len(log)), 5))
    source = "source 0"
    for life, (low, high) in enumerate(zip([0, *cuts], [*cuts, len(log)], strict=True), start=1):
        with opened(tmp_path, source) as classroom:
            assert apply_in_batches(classroom, log[low:high], random) == answers[low:high]
            last = counts(classroom), classroom.state_hash()
            classroom.write_snapshot(tmp_path / f"snapshot {life}")
        source = f"source {life}"
        with opened(tmp_path, source) as follower:
            follower.read_snapshot(tmp_path / f"snapshot {life}")
            follower.install(tmp_path / f"snapshot {life}")
    assert last == expected


@pytest.mark.parametrize("seed", range(4))
def test_a_counter_counts_once_through_any_power_losses_and_the_replay_after_each(
    tmp_path: Path, seed: int
) -> None:
    """S10. The log is on another disk, and stays."""
    random = Random(seed)
    log = random_log(random, 200)
    with opened(tmp_path, "steady") as steady:
        steady.apply(log)
        expected = counts(steady), steady.state_hash()
    folder = written({}, tmp_path / "life")
    durable = lives = 0
    while True:
        lives += 1
        disk = Disk(folder)
        with mounted(disk), opened(folder) as classroom:
            assert classroom.applied().index >= durable
            for _batch in range(random.randint(1, 8)):
                index = classroom.applied().index
                classroom.apply(log[index : index + random.randint(1, 5)])
            if classroom.applied().index == len(log):
                assert (counts(classroom), classroom.state_hash()) == expected
                break
            kept_calls = 0
            if random.random() < 0.7:
                durable = classroom.checkpoint()
                kept_calls = len(disk)
        lost = disk.power_loss(random.randint(kept_calls, len(disk)))
        folder = written(lost.files(RandomLoss(random.randrange(1 << 32))), folder)
    assert lives > 5
