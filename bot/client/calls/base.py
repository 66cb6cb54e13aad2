"""What most calls are made of: one item, a page of a list, a post."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from bot.client import values
from bot.client.api import Item, LmsError, Page, Receipt
from bot.client.rotation import Nodes
from protos import lms_pb2
from protos.lms_pb2 import PostRequest

T = TypeVar("T", bound=Item)

READ_SECONDS = 3.0
WRITE_SECONDS = 5.0
PAGE_SIZE = 100
"""The most that a node gives at once."""


class Calls:
    """`nodes` maps node ids to "host:port"; channels open on first use, in the running loop."""

    def __init__(self, nodes: Mapping[str, str]) -> None:
        self._nodes = Nodes(nodes, Random())  # noqa: S311 -- spreads load and pauses, guards nothing

    async def _get(self, token: str, request: lms_pb2.GetRequest) -> lms_pb2.GetResponse:
        return await self._nodes.call(
            lambda stub, seconds: stub.Get(request, timeout=seconds, metadata=bearer(token)), READ_SECONDS
        )

    async def _one(self, token: str, value: type[T], kind: lms_pb2.Kind.ValueType, id_: str) -> T:
        response = await self._get(token, lms_pb2.GetRequest(kind=kind, id=id_))
        if len(response.items) != 1:
            raise LmsError("INTERNAL", "INTERNAL", "The node answered with something else than one item.")
        return values.item_of(value, response.items[0])

    async def _list(
        self, token: str, value: type[T], kind: lms_pb2.Kind.ValueType, wanted: lms_pb2.Filter, page: str
    ) -> Page[T]:
        request = lms_pb2.GetRequest(kind=kind, filter=wanted, page_size=PAGE_SIZE, page_token=page)
        response = await self._get(token, request)
        items = tuple(values.item_of(value, message) for message in response.items)
        return Page(items, response.next_page_token)

    async def _post(self, token: str, request: PostRequest) -> lms_pb2.PostResponse:
        return await self._nodes.call(
            lambda stub, seconds: stub.Post(request, timeout=seconds, metadata=bearer(token)),
            WRITE_SECONDS,
            writes=True,
        )


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


def receipt(value: type[T], response: lms_pb2.PostResponse) -> Receipt[T]:
    return Receipt(values.item_of(value, response.item), response.index, response.term)
