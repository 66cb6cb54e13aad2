"""Writing `cluster.toml`: a new one, and one more or one less node in one that people may have edited. The
file is replaced as a whole, and only by one that can be read."""

from __future__ import annotations

import re
from pathlib import Path

from lms_cluster.config import load_config

NODES_TABLE = "[[nodes]]"
_ANY_TABLE = re.compile(r"^\s*\[", re.MULTILINE)


def write_new(path: Path, title: str, tutor: str, secret_file: str, addresses: dict[str, str]) -> None:
    """`addresses`: node ids to "host:port"; each node's data is in a folder of its id."""
    lines = [
        f'title = "{title}"',
        'time_zone = "UTC"',
        f'tutor = "{tutor}"',
        f'secret_file = "{secret_file}"',
    ]
    tables = [node_table(node_id, address) for node_id, address in addresses.items()]
    path.write_text("\n".join(lines) + "\n" + "".join(tables), encoding="utf-8")


def node_table(node_id: str, address: str) -> str:
    return f'\n{NODES_TABLE}\nid = "{node_id}"\naddress = "{address}"\ndata = "{node_id}"\n'


def add_node(path: Path, node_id: str, address: str) -> None:
    """Raises ConfigError when that makes no configuration: an id or an address that is there already."""
    _replace(path, path.read_text(encoding="utf-8").rstrip("\n") + "\n" + node_table(node_id, address))


def remove_node(path: Path, node_id: str) -> None:
    """Does nothing when the node is not there. Raises ConfigError when it is the last one."""
    text = path.read_text(encoding="utf-8")
    starts = [match.start() for match in _ANY_TABLE.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        table = text[start:end]
        is_node = table.lstrip().startswith(NODES_TABLE)
        if is_node and re.search(rf'^\s*id\s*=\s*["\']{re.escape(node_id)}["\']', table, re.MULTILINE):
            _replace(path, text[:start].rstrip("\n") + "\n" + text[end:])
            return


def _replace(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    try:
        load_config(new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
