"""Values as bytes to be digested."""

from __future__ import annotations

from collections.abc import Iterable


def encoded(values: Iterable[object]) -> bytes:
    """Unambiguous: every value is led by its type and length."""
    parts = []
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode()
        parts.append(f"{type(value).__name__}{len(data)}:".encode())
        parts.append(data)
    parts.append(b"\n")
    return b"".join(parts)
