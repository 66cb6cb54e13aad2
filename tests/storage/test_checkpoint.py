"""What survives a power cut: the log may be compacted up to there and no further."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import checkpoint
from storage.classroom import Classroom
from storage.models.people import User
from tests.storage.classrooms import filled, joins, names, opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "classroom.db"


@pytest.fixture
def classroom(path: Path) -> Iterator[Classroom]:
    with closing(filled(path, "ann")) as made:
        yield made


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "WAIT_SECONDS_MAX", 0.05)


def applied_in_the_file_alone(path: Path, folder: Path) -> int:
    """What is left when the write-ahead log, of which nothing need have reached the disk, is lost."""
    folder.mkdir()
    shutil.copy(path, folder / path.name)
    with closing(opened(folder / path.name)) as left:
        return left.applied().index


def test_what_a_checkpoint_answers_is_in_the_file_itself(
    tmp_path: Path, path: Path, classroom: Classroom
) -> None:
    for index in range(3, 30):
        classroom.apply([joins(index, f"user {index:02}")])
        if index % 5 == 0:
            assert classroom.checkpoint() == index
            assert applied_in_the_file_alone(path, tmp_path / str(index)) == index


def test_while_a_reader_holds_an_old_state_the_answer_is_the_earlier_one(
    tmp_path: Path, path: Path, classroom: Classroom
) -> None:
    assert classroom.checkpoint() == 2
    classroom.apply([joins(3, "bob")])
    with classroom.reading():
        assert User.select().count() == 2
        classroom.apply([joins(4, "cleo")])
        assert classroom.checkpoint() == 2
        assert User.select().count() == 2
    assert classroom.checkpoint() == 4
    assert applied_in_the_file_alone(path, tmp_path / "left") == 4


def test_nothing_is_taken_for_durable_after_a_restart_before_it_has_been_made_so(
    path: Path, classroom: Classroom
) -> None:
    """A killed process leaves what it committed to the kernel, and a power cut may still come."""
    classroom.close()
    with closing(opened(path)) as again:
        with again.reading():
            assert User.select().count() == 1
            again.apply([joins(3, "bob")])
            assert again.checkpoint() == 0
        assert again.checkpoint() == 3


def test_an_installed_snapshot_is_durable(tmp_path: Path, classroom: Classroom) -> None:
    with closing(filled(tmp_path / "leader.db", "ann", "bob", "cleo")) as leader:
        leader.write_snapshot(tmp_path / "sent.snapshot")
    with classroom.reading():
        classroom.install(tmp_path / "sent.snapshot")
        assert User.select().count() == 1
    assert classroom.checkpoint() == 4


def test_checkpoints_and_readers_and_batches_go_on_beside_each_other(
    tmp_path: Path, path: Path, classroom: Classroom
) -> None:
    done = threading.Event()
    failures: list[BaseException] = []
    durable: list[int] = []

    def repeat(work: object) -> None:
        try:
            while not done.is_set():
                work()  # type: ignore[operator]
        except BaseException as error:
            failures.append(error)

    works = [lambda: durable.append(classroom.checkpoint()), lambda: names(classroom)]
    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for index in range(3, 200):
        classroom.apply([joins(index, f"user {index}")])
    done.set()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    assert durable == sorted(durable)
    assert classroom.checkpoint() == 199
    assert applied_in_the_file_alone(path, tmp_path / "left") == 199
