"""Where the course servers are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config
from bot.config import ConfigError

GOOD = """
title = "Distributed Systems"
time_zone = "Asia/Kolkata"
tutor = "127.0.0.1:50060"
[[nodes]]
id = "n1"
address = "127.0.0.1:50051"
data = "n1"
"""


def test_the_nodes_and_the_zone_come_from_the_clusters_own_file(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(GOOD)
    found = config.from_file(path)
    assert found.nodes == {"n1": "127.0.0.1:50051"}
    assert str(found.time_zone) == "Asia/Kolkata"


def test_or_from_a_list_of_addresses() -> None:
    found = config.from_addresses("127.0.0.1:1, [::1]:2,")
    assert found.nodes == {"n1": "127.0.0.1:1", "n2": "[::1]:2"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "nodes = []",
        GOOD.replace("127.0.0.1:50051", "127.0.0.1"),
        GOOD.replace("Asia/Kolkata", "Mars/Olympus"),
        GOOD.replace("time_zone", "zone"),
        GOOD.replace("address", "adress"),
        "nodes = [1]",
        "nodes = ",
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"cluster\.toml"):
        config.from_file(path)


def test_a_folder_of_time_zones_is_none_and_the_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(GOOD.replace("Asia/Kolkata", "Asia"))
    with pytest.raises(ConfigError, match=r"Asia is no time zone$"):
        config.from_file(path)


def test_an_unknown_time_zone_is_not_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(GOOD.replace("Asia/Kolkata", "Mars/Olympus"))
    with pytest.raises(ConfigError, match=r"No time zone found with key Mars/Olympus$"):
        config.from_file(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        config.from_file(tmp_path / "none.toml")


@pytest.mark.parametrize("addresses", ["", ",", "localhost", "localhost:0", "localhost:99999", "a b:1"])
def test_addresses_that_cannot_be_used_are_refused(addresses: str) -> None:
    with pytest.raises(ConfigError):
        config.from_addresses(addresses)
