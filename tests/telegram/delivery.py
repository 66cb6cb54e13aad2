"""How the Bot API delivers updates: to whoever asks, or to a webhook, again and again until confirmed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import count

import aiohttp

from tests.telegram.protocol import Json, Refusal

LONG_POLL_SECONDS_MAX = 50.0
PAGE_MAX = 100


class Delivery:
    def __init__(self) -> None:
        self.polls = 0
        self.asked = 0
        """How often a bot has polled, or said where it is to be sent to."""
        self.webhook: Json = {}
        """What setWebhook was given; empty when there is none."""
        self.posts: list[tuple[int, int]] = []
        """Update id and status of everything posted to a webhook; 0 where no answer came."""
        self.post_seconds = 30.0
        """How long an answer is waited for."""
        self.pause_seconds = 0.05
        """Before an update is posted again, unless the answer demands another pause."""
        self._updates: list[Json] = []
        self._again: list[Json] = []
        self._ids = count(700_001)
        self._arrived = asyncio.Event()
        self._queues: dict[int, list[Json]] = defaultdict(list)
        """For the webhook: by chat, as only one of a chat is posted at a time."""
        self._posting: dict[int, asyncio.Task[None]] = {}

    def deliver(self, update: Json) -> Json:
        update = {"update_id": next(self._ids), **update}
        if self.webhook:
            self._post_later(update)
        else:
            self._updates.append(update)
            self._arrived.set()
        return update

    def deliver_again(self, update: Json) -> Json:
        if self.webhook:
            self._post_later(update)
        else:
            self._again.append(update)
            self._arrived.set()
        return update

    async def close(self) -> None:
        for task in self._posting.values():
            task.cancel()
        await asyncio.gather(*self._posting.values(), return_exceptions=True)

    # --- to whoever asks ---

    async def get_updates(self, parameters: Json) -> list[Json]:
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                "the webhook first",
            )
        self.polls += 1
        self.asked += 1
        poll = self.polls
        # Whoever asked before and still waits is told.
        self._arrived.set()
        offset = int(parameters.get("offset", 0))
        # Asking for later updates confirms the earlier ones.
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        wanted = set(parameters.get("allowed_updates", ()))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(float(parameters.get("timeout", 0)), LONG_POLL_SECONDS_MAX)
        while True:
            if poll != self.polls:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
                    "is running",
                )
            again, self._again = self._again, []
            found = [update for update in again + self._updates if not wanted or wanted & update.keys()]
            if found or loop.time() >= deadline:
                return found[:PAGE_MAX]
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._arrived.wait()
            except TimeoutError:
                continue

    # --- to a webhook ---

    async def set_webhook(self, parameters: Json) -> bool:
        # A server on loopback, as Telegram's own in its local mode, takes http as well.
        if not parameters["url"].startswith(("http://127.0.0.1", "https://")):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = parameters
        self.asked += 1
        pending, self._updates = self._updates, []
        for update in pending:
            self._post_later(update)
        return True

    async def delete_webhook(self, parameters: Json) -> bool:
        self.webhook = {}
        for task in self._posting.values():
            task.cancel()
        self._updates.extend(update for queue in self._queues.values() for update in queue)
        self._updates.sort(key=lambda update: int(update["update_id"]))
        self._queues.clear()
        return True

    def _post_later(self, update: Json) -> None:
        wanted = set(self.webhook.get("allowed_updates", ()))
        if wanted and not wanted & update.keys():
            return
        chat = _chat_of(update)
        self._queues[chat].append(update)
        if chat not in self._posting or self._posting[chat].done():
            self._posting[chat] = asyncio.create_task(self._post_queue(chat))

    async def _post_queue(self, chat: int) -> None:
        queue = self._queues[chat]
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self.post_seconds)) as session:
            while queue:
                status, pause = await self._post(session, queue[0])
                self.posts.append((queue[0]["update_id"], status))
                if 200 <= status <= 299:
                    del queue[0]
                else:
                    await asyncio.sleep(pause)

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> tuple[int, float]:
        """The status, and how long to wait if that is a refusal."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
        try:
            async with session.post(self.webhook["url"], json=update, headers=headers) as answer:
                return answer.status, float(answer.headers.get("Retry-After", self.pause_seconds))
        except (aiohttp.ClientError, TimeoutError):
            return 0, self.pause_seconds


def _chat_of(update: Json) -> int:
    query = update.get("callback_query")
    if query is not None:
        # Taps are queued by person, apart from what is said.
        return -int(query["from"]["id"]) * 1_000_003
    return int(next(iter(value for value in update.values() if isinstance(value, dict)))["chat"]["id"])
