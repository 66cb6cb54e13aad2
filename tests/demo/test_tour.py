"""The tour as `./cluster.sh demo` plays it without a terminal: real nodes, a real tutor, a killed leader."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.classroom import open_or_found
from demo.tour.run import run, unused_folder
from lms_cluster.local.cluster import LocalCluster


@pytest.mark.timeout(240)
def test_the_tour_holds_beside_a_classroom_that_is_kept(tmp_path: Path) -> None:
    open_or_found(tmp_path)
    before = contents(tmp_path)
    assert run(tmp_path)
    assert contents(tmp_path, leaving_out=tmp_path / "tour") == before
    tour = LocalCluster.open(tmp_path / "tour")
    assert not any(process.pid() for process in (*tour.nodes.values(), tour.tutor))


def test_the_first_tour_is_played_in_the_classroom_that_is_kept_after_it(tmp_path: Path) -> None:
    assert unused_folder(tmp_path) == tmp_path


def test_a_further_tour_finds_nothing_of_the_last_one(tmp_path: Path) -> None:
    open_or_found(tmp_path)
    open_or_found(unused_folder(tmp_path))
    assert not unused_folder(tmp_path).exists()


def contents(folder: Path, leaving_out: Path | None = None) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not (leaving_out and path.is_relative_to(leaving_out))
    }
