"""Where the course servers are: from cluster.toml, which the nodes read too, or from a list of addresses."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ADDRESS = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})")


class ConfigError(Exception):
    """The configuration cannot be used; the message says what is wrong where."""


@dataclass(frozen=True, slots=True)
class Config:
    nodes: Mapping[str, str]
    """Node ids to addresses, "host:port"."""
    time_zone: ZoneInfo
    """In which dates are read and shown."""


def from_file(path: Path) -> Config:
    """What concerns the bot of a cluster.toml. Raises ConfigError."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        nodes = {node["id"]: _address(node["address"]) for node in table["nodes"]}
        time_zone = _zone(table["time_zone"])
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except ZoneInfoNotFoundError as error:
        # A KeyError too, and with a sentence in it.
        raise ConfigError(f"{path}: {error.args[0]}") from None
    except KeyError as error:
        raise ConfigError(f"{path}: {error.args[0]} is missing") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from None
    return _config(nodes, time_zone, str(path))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except OSError:
        # "Europe" is a folder of zones.
        raise ValueError(f"{name} is no time zone") from None


def from_addresses(addresses: str) -> Config:
    """From "host:port,host:port,…"; dates are in UTC. Raises ConfigError."""
    found = [address.strip() for address in addresses.split(",") if address.strip()]
    try:
        nodes = {f"n{number}": _address(address) for number, address in enumerate(found, start=1)}
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return _config(nodes, ZoneInfo("UTC"), "--nodes")


def _config(nodes: dict[str, str], time_zone: ZoneInfo, place: str) -> Config:
    if not nodes:
        raise ConfigError(f"{place}: no node is named")
    return Config(nodes, time_zone)


def _address(value: str) -> str:
    match = _ADDRESS.fullmatch(value)
    if match is None or not 0 < int(match[2]) < 65536:
        raise ValueError(f'expected "host:port", got {value!r}')
    return value
