"""Page tokens: where the next page starts, good for the same question only."""

from __future__ import annotations

import base64
import binascii
import hashlib

from lms_cluster.refusal import Violation, invalid
from lms_cluster.views.search import Key
from protos.lms_pb2 import GetRequest


def next_token(request: GetRequest, last: Key) -> str:
    """The token for what follows the item with the key `last`."""
    place = f"{'n' if isinstance(last, int) else 's'}{last}"
    return base64.urlsafe_b64encode(f"{_question(request)}{place}".encode()).decode()


def place_of(request: GetRequest) -> Key | None:
    """The key after which the page starts; None for a first page. Raises Refused INVALID_FIELD."""
    if not request.page_token:
        return None
    try:
        text = base64.urlsafe_b64decode(request.page_token.encode()).decode()
    except (binascii.Error, ValueError):
        text = ""
    question = _question(request)
    kind, place = text[len(question) : len(question) + 1], text[len(question) + 1 :]
    if text.startswith(question):
        if kind == "s":
            return place
        if kind == "n" and place.isascii() and place.isdigit() and len(place) < 16:
            return int(place)
    raise invalid([Violation("page_token", "must come from the page before, of the same list")])


def _question(request: GetRequest) -> str:
    """Digest of what was asked for, but for the page."""
    asked = GetRequest(kind=request.kind, filter=request.filter)
    return hashlib.sha256(asked.SerializeToString(deterministic=True)).hexdigest()[:16]
