"""A replicated command as one line for an operator: what was asked for, and nothing secret.

Bytes are shown by their number: they are digests of tokens and parts of files. So is what a password became.
Texts are cut, since a log is looked into for its shape and not to read along.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import DecodeError, Message

from protos.command_pb2 import Command

HIDDEN = frozenset({"password_hash"})
TEXT_CHARACTERS_MAX = 60
PARTS_MAX = 3


def command_line(data: bytes) -> str:
    """`data` is a COMMAND entry's."""
    try:
        command = Command.FromString(data)
    except DecodeError:
        return f"no command this release knows ({len(data)} bytes)"
    kind = command.WhichOneof("data")
    if kind is None:
        return "a command of a later release"
    parts = [f"request={command.request_id}", f"time_ms={command.time_ms}"]
    return f"{kind} {' '.join([*parts, *_fields(getattr(command, kind))])}"


def _fields(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        parts = list(value) if field.is_repeated else [value]
        shown = [_shown(field.name, part) for part in parts[:PARTS_MAX]]
        if len(parts) > PARTS_MAX:
            shown.append(f"{len(parts) - PARTS_MAX} more")
        yield f"{field.name}={', '.join(shown)}"


def _shown(name: str, value: object) -> str:
    if isinstance(value, Message):
        return f"({' '.join(_fields(value))})"
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if name in HIDDEN:
        return "<hidden>"
    if isinstance(value, str):
        more = f" … {len(value)} characters" if len(value) > TEXT_CHARACTERS_MAX else ""
        return ascii(value[:TEXT_CHARACTERS_MAX]) + more
    return str(value)
