"""What the launcher's commands say when they cannot do what was asked: what is wrong, and what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from demo import chat
from lms_cluster.local import __main__ as launcher
from lms_cluster.local.cluster import ClusterError, LocalCluster


def test_a_broken_configuration_is_named_with_its_place(tmp_path: Path) -> None:
    LocalCluster.create(tmp_path, node_count=3)
    path = tmp_path / "cluster.toml"
    path.write_text(path.read_text().replace('time_zone = "UTC"', 'time_zone = "Mars/Olympus"'))
    with pytest.raises(ClusterError, match=r"cluster\.toml\.time_zone: 'Mars/Olympus'"):
        LocalCluster.open(tmp_path)


def test_what_is_left_of_a_cluster_is_not_made_into_another(tmp_path: Path) -> None:
    secret = LocalCluster.create(tmp_path, node_count=3).config.secret_file
    before = secret.read_text()
    (tmp_path / "cluster.toml").unlink()
    with pytest.raises(ClusterError, match=r"cluster\.toml is gone.*move the folder away"):
        LocalCluster.create(tmp_path, node_count=5)
    assert secret.read_text() == before
    assert not (tmp_path / "cluster.toml").exists()


def test_a_chat_needs_a_cluster_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "HOME", tmp_path)
    with pytest.raises(ClusterError, match=r"no cluster here yet.*\./cluster\.sh up"):
        chat.open_chat(None)
    LocalCluster.create(tmp_path, node_count=3)
    with pytest.raises(ClusterError, match=r"No node runs.*\./cluster\.sh up"):
        chat.open_chat(None)


def test_a_demo_user_needs_the_demo_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "HOME", tmp_path)
    monkeypatch.setattr(LocalCluster, "require_running", lambda cluster: None)
    LocalCluster.create(tmp_path, node_count=3)
    with pytest.raises(ClusterError, match=r"demo course is not in this classroom.*\./cluster\.sh demo"):
        chat.open_chat("amara")


@pytest.mark.parametrize(
    ("lost", "words", "said"),
    [
        ("cluster.secret", "status", r"cluster\.secret: the cluster's secret cannot be read"),
        ("run", "logs", r"Nothing was written yet.*\./cluster\.sh up"),
    ],
)
def test_what_the_launcher_lacks_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, words: str, said: str
) -> None:
    monkeypatch.setattr(launcher, "HOME", tmp_path)
    monkeypatch.setattr(sys, "argv", ["cluster.sh", words])
    LocalCluster.create(tmp_path, node_count=3)
    (tmp_path / lost).unlink(missing_ok=True)
    with pytest.raises(SystemExit, match=said):
        launcher.main()


def test_a_folder_that_is_a_file_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").touch()
    monkeypatch.setattr(launcher, "HOME", tmp_path / "home")
    monkeypatch.setattr(sys, "argv", ["cluster.sh", "up"])
    with pytest.raises(SystemExit, match="File exists"):
        launcher.main()
