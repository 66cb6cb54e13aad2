"""The command line, against a running cluster."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lms_cluster.lmsctl import bootstrap, main
from tests.lms_cluster.services.cluster import NODES, RunningCluster, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def config(cluster: RunningCluster, tmp_path: Path) -> Path:
    lines = ['title = "T"', 'time_zone = "UTC"', f'tutor = "{cluster.config.tutor}"']
    lines.append(f'secret_file = "{cluster.config.secret_file}"')
    for node in cluster.config.nodes:
        lines += ["[[nodes]]", f'id = "{node.id}"', f'address = "{node.address}"', f'data = "{node.data}"']
    path = tmp_path / "cluster.toml"
    path.write_text("\n".join(lines))
    return path


async def run(monkeypatch: pytest.MonkeyPatch, config: Path, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["lmsctl", "--config", str(config), *words])
    await asyncio.to_thread(main)


async def test_the_first_administrator_is_made_once(
    cluster: RunningCluster,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(bootstrap.PASSWORD_VARIABLE, "short")
    with pytest.raises(SystemExit, match="password: must be 8"):
        await run(monkeypatch, config, "bootstrap", "root")
    monkeypatch.setenv(bootstrap.PASSWORD_VARIABLE, "password of root")
    await run(monkeypatch, config, "bootstrap", "root", "--name", "The Administrator")
    assert "root is the administrator" in capsys.readouterr().out
    assert (await cluster.login("root", "n2")).token
    with pytest.raises(SystemExit, match="already has users"):
        await run(monkeypatch, config, "bootstrap", "second")


async def test_a_password_that_nobody_types_is_asked_for_in_a_sentence(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(question: str) -> str:
        raise EOFError

    monkeypatch.delenv(bootstrap.PASSWORD_VARIABLE, raising=False)
    monkeypatch.setattr("getpass.getpass", nobody)
    with pytest.raises(SystemExit, match=f"nobody typed a password; {bootstrap.PASSWORD_VARIABLE}"):
        await run(monkeypatch, config, "bootstrap", "root")


async def test_status_shows_every_node_and_who_leads(
    cluster: RunningCluster,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await eventually(cluster.leader)
    await run(monkeypatch, config, "cluster", "status")
    lines = capsys.readouterr().out.splitlines()
    nodes = [line for line in lines if line.startswith(NODES)]
    assert len(nodes) == 3
    assert sum("leader" in line for line in nodes) == 1
    assert "tutor: unreachable" in lines[-1]
    assert (await cluster.leader()) in NODES
