"""cluster.toml: what it says, and how its mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_cluster.config import ConfigError, NodeConfig, load_config

GOOD = """
title = "Distributed Systems"
time_zone = "Asia/Kolkata"
tutor = "127.0.0.1:50060"
secret_file = "cluster.secret"

[[nodes]]
id = "n1"
address = "127.0.0.1:50051"
data = "n1"

[[nodes]]
id = "n2"
address = "lms-2.school.example:50051"
data = "/var/lib/homeroom/n2"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "cluster.toml"
    path.write_text(text)
    return path


def test_a_cluster_is_its_title_zone_tutor_and_nodes(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, GOOD))
    assert (config.title, config.time_zone.key, config.tutor) == (
        "Distributed Systems",
        "Asia/Kolkata",
        "127.0.0.1:50060",
    )
    assert config.node("n1") == NodeConfig("n1", "127.0.0.1:50051", tmp_path / "n1")
    assert config.node("n2").data == Path("/var/lib/homeroom/n2")


def test_a_node_may_say_where_its_metrics_are(tmp_path: Path) -> None:
    text = GOOD.replace('data = "n1"', 'data = "n1"\nmetrics = "127.0.0.1:9101"')
    config = load_config(written(tmp_path, text))
    assert [node.metrics for node in config.nodes] == ["127.0.0.1:9101", ""]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("title =", "titel =", "unknown key 'titel'"),
        ('title = "Distributed Systems"', "", "title: expected a text"),
        ("Asia/Kolkata", "Asia/Atlantis", "'Asia/Atlantis' is not a known time zone"),
        ("Asia/Kolkata", "../../etc/passwd", "not a known time zone"),
        ("Asia/Kolkata", "Asia", "'Asia' is not a known time zone"),
        ('"127.0.0.1:50060"', '"127.0.0.1"', 'tutor: expected "host:port"'),
        ('"127.0.0.1:50051"', '"127.0.0.1:99999"', r'nodes\[0\].address: expected "host:port"'),
        ('id = "n2"', 'id = "N 2"', r"nodes\[1\].id: expected"),
        ('id = "n2"', 'id = "n1"', "two nodes share one id"),
        ("lms-2.school.example:50051", "127.0.0.1:50051", "two nodes share one address"),
        ("[[nodes]]", "[[node]]", "unknown key 'node'"),
        ('data = "n1"', 'data = "n1"\nmetrics = "9101"', r'nodes\[0\].metrics: expected "host:port"'),
        ("title =", "title", "cluster.toml: "),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load_config(written(tmp_path, GOOD.replace(old, new)))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_config(tmp_path / "none.toml")


def test_nodes_that_are_no_tables_are_told(tmp_path: Path) -> None:
    text = GOOD.partition("[[nodes]]")[0] + 'nodes = ["n1"]\n'
    with pytest.raises(ConfigError, match=r"expected at least one \[\[nodes\]\]"):
        load_config(written(tmp_path, text))
