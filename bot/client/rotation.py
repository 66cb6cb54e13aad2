"""Reaching the cluster through whichever node answers.

Every try of one call carries the same request, so trying again can never act twice. A try ends in one of
four ways: answered, refused for good, surely not done (no connection, or the node says that it has no
quorum), or *maybe done* (sent, and no answer came). One maybe among the tries makes the whole call a maybe:
what a later try says about itself says nothing about the earlier one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, TypeVar

import grpc

from bot.client.api import LmsError
from bot.client.refusals import (
    DISK_ALMOST_FULL,
    NO_QUORUM,
    OUTCOME_UNKNOWN,
    TOO_MANY_QUESTIONS,
    is_transient,
    lms_error,
)
from protos.lms_pb2_grpc import AdminServiceStub, LmsServiceStub

if TYPE_CHECKING:
    from protos.lms_pb2_grpc import AdminServiceAsyncStub, LmsServiceAsyncStub

T = TypeVar("T")
Attempt = Callable[["LmsServiceAsyncStub", float], Awaitable[T]]
"""One try: given a node's stub and the seconds that it may take."""

PATIENCE_SECONDS = 10.0
CONNECT_SECONDS = 1.0
PAUSE_SECONDS_MIN = 0.05
PAUSE_SECONDS_MAX = 0.8

_CHANNEL_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    # Also how long one connection attempt may take; the default of 20 s would hide a node that came back.
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
)

_TELLS_NOTHING_OF_EARLIER_TRIES = frozenset({"INTERNAL", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED"})
"""A node says these before the request id was looked at; any other refusal is its outcome, as is that of too
many questions."""


class Unreachable(Exception):
    """No connection to the node: nothing was sent."""


class Pause:
    """Jittered, doubling pauses, so that many clients do not come back in step."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._seconds = PAUSE_SECONDS_MIN

    def reset(self) -> None:
        self._seconds = PAUSE_SECONDS_MIN

    def next_seconds(self) -> float:
        seconds = self._seconds * self._random.uniform(0.5, 1.0)
        self._seconds = min(self._seconds * 2, PAUSE_SECONDS_MAX)
        return seconds


class Nodes:
    """One channel per node, and the node that answered last. Belongs to one event loop."""

    def __init__(self, addresses: Mapping[str, str], random: Random) -> None:
        if not addresses:
            raise ValueError("a client needs at least one node")
        self.addresses = dict(addresses)
        self.random = random
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._order = list(addresses)
        random.shuffle(self._order)

    async def call(self, attempt: Attempt[T], try_seconds: float, *, writes: bool = False) -> T:
        """Try node after node until one answers; for up to PATIENCE_SECONDS after the first failure.

        Raises LmsError: the cluster's refusal as soon as one comes; in the end UNAVAILABLE/NO_QUORUM (or
        DISK_ALMOST_FULL) when surely nothing happened, UNKNOWN/OUTCOME_UNKNOWN when a write may have.
        """
        give_up_at: float | None = None
        maybe_done = False
        no_room: LmsError | None = None
        pause = Pause(self.random)
        failures = 0
        while True:
            node_id = self._order[0]
            try:
                stub = await self.connected(node_id)
                return await attempt(stub, try_seconds)
            except Unreachable:
                wait = 0.0
            except grpc.aio.AioRpcError as failure:
                error = lms_error(failure)
                if not is_transient(error) or error.retry_after >= PATIENCE_SECONDS:
                    no_outcome = error.code in _TELLS_NOTHING_OF_EARLIER_TRIES
                    unsaid = writes and maybe_done and no_outcome and error.reason != TOO_MANY_QUESTIONS
                    raise (_exhausted(maybe_done=True) if unsaid else error) from failure
                maybe_done = maybe_done or error.reason == OUTCOME_UNKNOWN
                no_room = error if error.reason == DISK_ALMOST_FULL else None
                wait = 0.0 if no_room else error.retry_after  # another node may have room at once
            failures += 1
            # A node that says when to come back is asked again: what it was busy with may be this very call.
            if not wait:
                self.avoid(node_id)
            if failures % len(self._order) == 0:
                wait = max(wait, pause.next_seconds())
            now = time.monotonic()
            give_up_at = give_up_at or now + PATIENCE_SECONDS
            if now + wait >= give_up_at:
                raise (no_room if no_room and not maybe_done else _exhausted(writes and maybe_done))
            await asyncio.sleep(wait)
            try_seconds = min(try_seconds, max(1.0, give_up_at - time.monotonic()))

    def avoid(self, node_id: str) -> None:
        """Prefer the others from now on."""
        if self._order[0] == node_id:
            self._order.append(self._order.pop(0))

    @property
    def preferred(self) -> str:
        return self._order[0]

    async def connected(self, node_id: str) -> LmsServiceAsyncStub:
        """Connecting is a step of its own, so that whatever fails after it is known to have been sent.

        Raises Unreachable.
        """
        channel = self._channel(node_id)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                while (state := channel.get_state(try_to_connect=True)) is not grpc.ChannelConnectivity.READY:
                    if state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
                        raise Unreachable(node_id)
                    await channel.wait_for_state_change(state)
        except TimeoutError:
            raise Unreachable(node_id) from None
        return LmsServiceStub(channel)

    def admin(self, node_id: str) -> AdminServiceAsyncStub:
        return AdminServiceStub(self._channel(node_id))

    def _channel(self, node_id: str) -> grpc.aio.Channel:
        # Not in __init__: a channel binds to the loop that is running when it is made.
        if node_id not in self._channels:
            self._channels[node_id] = grpc.aio.insecure_channel(self.addresses[node_id], _CHANNEL_OPTIONS)
        return self._channels[node_id]

    async def close(self) -> None:
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))
        self._channels.clear()


def _exhausted(maybe_done: bool) -> LmsError:
    if maybe_done:
        return LmsError("UNKNOWN", OUTCOME_UNKNOWN, "No node confirmed that it was saved.")
    return LmsError("UNAVAILABLE", NO_QUORUM, "No quorum of the course servers answered; nothing was saved.")
