"""cluster.toml: one file that describes the whole cluster; every node and every client reads the same one.

title = "Distributed Systems"
time_zone = "Asia/Kolkata"
tutor = "127.0.0.1:50060"
secret_file = "cluster.secret"    # mode 0600, the same on every node

[[nodes]]
id = "n1"
address = "127.0.0.1:50051"
data = "n1"
metrics = "127.0.0.1:9101"        # optional: where Prometheus finds this node

Relative paths start at the file's folder.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NODE_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
ADDRESS = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})")


class ConfigError(Exception):
    """The file cannot be used; the message names the file, the place and what was expected."""


@dataclass(frozen=True, slots=True)
class NodeConfig:
    id: str
    address: str
    """Where the node listens and where others find it, "host:port"."""
    data: Path
    metrics: str = ""
    """Where the node serves its metrics over HTTP, "host:port"; empty: nowhere."""


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    title: str
    time_zone: ZoneInfo
    tutor: str
    """The tutor's "host:port"."""
    secret_file: Path
    """Holds what the nodes prove themselves to each other with."""
    nodes: tuple[NodeConfig, ...]

    @property
    def addresses(self) -> dict[str, str]:
        """Node ids to "host:port"."""
        return {node.id: node.address for node in self.nodes}

    def node(self, node_id: str) -> NodeConfig:
        """Raises ConfigError for a node the file does not name."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        known = ", ".join(node.id for node in self.nodes)
        raise ConfigError(f"no node {node_id!r} in the cluster; its nodes are {known}")


def load_config(path: Path) -> ClusterConfig:
    """Raises ConfigError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return _Table(str(path), table).cluster(path.resolve().parent)


@dataclass(frozen=True, slots=True)
class _Table:
    """One TOML table and where it stands, so that every complaint names its place."""

    place: str
    values: dict[str, Any]

    def cluster(self, folder: Path) -> ClusterConfig:
        self._only("title", "time_zone", "tutor", "secret_file", "nodes")
        tables = self.values.get("nodes")
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            raise ConfigError(f"{self.place}: expected at least one [[nodes]]")
        nodes = tuple(
            _Table(f"{self.place}: nodes[{number}]", table).node(folder)
            for number, table in enumerate(tables)
        )
        for name in ("id", "address", "data", "metrics"):
            values = [value for node in nodes if (value := getattr(node, name))]
            if len(set(values)) < len(values):
                raise ConfigError(f"{self.place}: two nodes share one {name}")
        secret_file = folder / self._text("secret_file")
        return ClusterConfig(self._text("title"), self._zone(), self._address("tutor"), secret_file, nodes)

    def node(self, folder: Path) -> NodeConfig:
        self._only("id", "address", "data", "metrics")
        node_id = self._text("id")
        if not NODE_ID.fullmatch(node_id):
            raise ConfigError(f'{self.place}.id: expected letters, digits and "-", got {node_id!r}')
        metrics = self._address("metrics") if "metrics" in self.values else ""
        return NodeConfig(node_id, self._address("address"), folder / self._text("data"), metrics)

    def _only(self, *known: str) -> None:
        if unknown := sorted(self.values.keys() - set(known)):
            raise ConfigError(f"{self.place}: unknown key {unknown[0]!r}; known are {', '.join(known)}")

    def _text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{self.place}.{key}: expected a text")
        return value

    def _address(self, key: str) -> str:
        value = self._text(key)
        match = ADDRESS.fullmatch(value)
        if not match or not 0 < int(match[2]) < 65536:
            raise ConfigError(f'{self.place}.{key}: expected "host:port", got {value!r}')
        return value

    def _zone(self) -> ZoneInfo:
        name = self._text("time_zone")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            # OSError: "Europe" is a folder of zones.
            raise ConfigError(f"{self.place}.time_zone: {name!r} is not a known time zone") from error
