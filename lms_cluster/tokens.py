"""Session tokens: returned once to their owner, known to the cluster by their SHA-256 only."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

from lms_cluster.refusal import session_ended

TOKEN_BYTES = 32
SCHEME = "Bearer "
HEADER_CHARACTERS_MAX = 256


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_of(link_code: str, nonce: bytes) -> str:
    """The token of a sign-in by a one-time link: the same for all its tries, and known to nobody who lacks
    the code or the nonce."""
    return base64.urlsafe_b64encode(hmac.digest(nonce, link_code.encode(), "sha256")).rstrip(b"=").decode()


def digest(token: str) -> bytes:
    """32 bytes. A token is random in full, so that a plain hash cannot be guessed back."""
    return sha256(token.encode()).digest()


def digest_in(metadata: Iterable[tuple[str, str | bytes]] | None) -> bytes:
    """The digest of the token in a call's "authorization: Bearer TOKEN". Raises Refused SESSION_ENDED."""
    for key, value in metadata or ():
        if key == "authorization" and isinstance(value, str) and len(value) <= HEADER_CHARACTERS_MAX:
            if value.startswith(SCHEME):
                return digest(value.removeprefix(SCHEME))
            break
    raise session_ended()
