"""One node more or less in a cluster.toml that people have edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms_cluster.config import ConfigError, load_config
from lms_cluster.local.cluster_file import add_node, remove_node, write_new


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "cluster.toml"
    write_new(path, "T", "127.0.0.1:9", "secret", {"n1": "127.0.0.1:1", "n2": "127.0.0.1:2"})
    path.write_text("# by hand\n" + path.read_text().replace('id = "n2"', 'id = "n2"   # the second'))
    return path


def test_a_node_comes_and_goes_and_the_rest_stays_as_it_was(path: Path) -> None:
    before = path.read_text()
    add_node(path, "n3", "127.0.0.1:3")
    assert load_config(path).addresses == {"n1": "127.0.0.1:1", "n2": "127.0.0.1:2", "n3": "127.0.0.1:3"}
    assert load_config(path).node("n3").data == path.parent / "n3"
    remove_node(path, "n3")
    assert path.read_text() == before
    remove_node(path, "n2")
    assert list(load_config(path).addresses) == ["n1"]
    assert path.read_text().startswith("# by hand\n")


def test_a_node_between_others_goes_alone(path: Path) -> None:
    remove_node(path, "n1")
    assert list(load_config(path).addresses) == ["n2"]
    assert "# the second" in path.read_text()


def test_what_would_make_no_configuration_changes_nothing(path: Path) -> None:
    before = path.read_text()
    for node_id, address in (("n2", "127.0.0.1:3"), ("n3", "127.0.0.1:2"), ("n3", "nowhere")):
        with pytest.raises(ConfigError):
            add_node(path, node_id, address)
    remove_node(path, "n9")
    assert path.read_text() == before
    remove_node(path, "n2")
    with pytest.raises(ConfigError, match="at least one"):
        remove_node(path, "n1")
    assert [each.name for each in path.parent.iterdir()] == ["cluster.toml"]
