"""What proves a caller to be a node of this cluster: a secret that its nodes share, shown with every call.

It keeps out whoever can merely reach the port. Whoever can read the network needs mutual TLS against them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Final

HEADER: Final = "homeroom-cluster-secret"
CHARACTERS_MIN: Final = 32


class ClusterSecret:
    """Printable ASCII, at least CHARACTERS_MIN of it. Never shown in a log: its repr hides it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Raises ValueError, which does not repeat the value."""
        if len(value) < CHARACTERS_MIN or not all("!" <= character <= "~" for character in value):
            raise ValueError(f"a cluster's secret has at least {CHARACTERS_MIN} printable ASCII characters")
        self._value = value

    def __repr__(self) -> str:
        return "ClusterSecret(…)"

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """To be sent with a call."""
        return ((HEADER, self._value),)

    def is_shown_in(self, metadata: Iterable[tuple[str, str | bytes]]) -> bool:
        """Whether a caller knows it; takes the same time whatever was sent."""
        shown = next((value for key, value in metadata if key == HEADER), "")
        shown_bytes = shown if isinstance(shown, bytes) else shown.encode()
        return hmac.compare_digest(shown_bytes, self._value.encode())
