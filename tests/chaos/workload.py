"""The clients: students who hand in texts and files, graders who race each other, through every node."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from random import Random
from typing import TypeVar

from bot.client.api import UPLOAD_BYTES_MAX, LmsClient, LmsError
from bot.client.grpc_client import GrpcLmsClient
from raft.types import NodeId
from tests.chaos.classroom import GRADERS, STUDENTS, Classroom, hand_in
from tests.chaos.grades import CHANGED, Change, Grade, Look
from tests.chaos.record import NO_ANSWER, OUTCOME_UNKNOWN, Record
from tests.sim.linearizability import UNKNOWN, Operation

T = TypeVar("T")
Act = Callable[[LmsClient], Awaitable[T]]

ROAMING = 3
"""Clients that know all nodes, as the product's do; besides them, one for each node knows only that one."""
THINK_SECONDS_MAX = 0.2
HURRIED = 0.1
"""So many of the writes are given up by their client soon."""
HURRIED_SECONDS_MAX = 0.1
FIND_SECONDS = 2.0
"""Whoever looks for a text through a node that is away does not wait for it."""
FILE_PAUSE_SECONDS_MAX = 3.0
FILE_BYTES_MAX = 1_000_000
HOT_GRADES = len(STUDENTS)
"""Graded at the same time, so that graders meet."""
HOT_SECONDS = 20.0
"""Then the next ones are: a history of bounded length is judged in bounded time."""


class Workload:
    """`run` until `stop` is set; what happened is in `record`."""

    def __init__(
        self, addresses: Mapping[NodeId, str], classroom: Classroom, record: Record, seed: int
    ) -> None:
        self.record = record
        self.stop = asyncio.Event()
        self._classroom = classroom
        self._random = Random(seed)
        self._began = 0.0
        self._versions: dict[str, int] = dict.fromkeys(classroom.submissions, 0)
        self._pinned = {node_id: GrpcLmsClient({node_id: address}) for node_id, address in addresses.items()}
        self._roaming = [GrpcLmsClient(addresses) for _ in range(ROAMING)]

    async def run(self) -> None:
        self._began = time.monotonic()
        names = {f"via-{node_id}": client for node_id, client in self._pinned.items()}
        names |= {f"roaming-{number}": client for number, client in enumerate(self._roaming)}
        async with asyncio.TaskGroup() as group:
            for number, (name, client) in enumerate(names.items()):
                student = self._classroom.tokens[STUDENTS[number % len(STUDENTS)]]
                grader = self._classroom.tokens[GRADERS[number % len(GRADERS)]]
                group.create_task(self._repeat(f"{name}-writer", self._write, client, student))
                group.create_task(self._repeat(f"{name}-grader", self._grade, client, grader))
            student = self._classroom.tokens[STUDENTS[0]]
            group.create_task(
                self._repeat("files", self._hand_in, self._roaming[0], student, FILE_PAUSE_SECONDS_MAX)
            )

    async def look_everywhere(self, nodes: Iterable[NodeId]) -> None:
        """Every grade once more, through each of these nodes."""
        token = self._classroom.tokens[GRADERS[0]]
        for node_id in nodes:
            for submission in self._classroom.submissions:
                await self._look(f"last look via {node_id}", self._pinned[node_id], token, submission)

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in (*self._pinned.values(), *self._roaming)))

    async def _repeat(
        self,
        name: str,
        act: Callable[[str, LmsClient, str], Awaitable[None]],
        client: LmsClient,
        token: str,
        pause_max: float = THINK_SECONDS_MAX,
    ) -> None:
        for number in itertools.count():
            if self.stop.is_set():
                return
            await act(f"{name}-{number}", client, token)
            await asyncio.sleep(self._random.uniform(0.0, pause_max))

    # --- texts: a set that only grows ---

    async def _write(self, name: str, client: LmsClient, token: str) -> None:
        text, request_id = f"text {name}", f"chaos-{name}"
        try:
            receipt = await self._insist(
                client,
                lambda each: each.submit(token, request_id, self._classroom.texts_assignment, text, ()),
            )
        except LmsError as error:
            unknown = error.reason == OUTCOME_UNKNOWN
            (self.record.unknown_texts if unknown else self.record.denied_texts).add(text)
            self.record.failed("text", error, writes=True)
            return
        self.record.acknowledged_texts[text] = receipt.item.id
        self.record.done("text", writes=True)
        if self._random.random() < 0.3:
            await self._find(receipt.item.id, text, token)

    async def _find(self, submission: str, text: str, token: str) -> None:
        """What was acknowledged is there for whoever looks afterwards, through whichever node."""
        try:
            found = await self._try(
                self._other(), lambda each: each.submission(token, submission), FIND_SECONDS
            )
        except LmsError as error:
            self.record.failed("find", error, writes=False)
            return
        self.record.done("find", writes=False)
        if found.text != text:
            self.record.accuse(f"find: {submission} should be {text!r}, and is {found.text!r}")

    # --- grades: registers that are compared and set ---

    async def _grade(self, name: str, client: LmsClient, token: str) -> None:
        hot = int(self._now() / HOT_SECONDS) * HOT_GRADES
        place = hot + self._random.randrange(HOT_GRADES)
        submission = self._classroom.submissions[place % len(self._classroom.submissions)]
        if self._random.random() < 0.5:
            await self._look(name, client, token, submission)
        else:
            await self._change(name, client, token, submission)

    async def _look(self, name: str, client: LmsClient, token: str, submission: str) -> None:
        invoked_at = self._now()
        seen: Grade = 0, ""
        try:
            grade = await client.grade(token, submission)
            seen = grade.version, grade.feedback
        except LmsError as error:
            if error.reason != "NO_SUCH_ITEM":
                self.record.failed("look", error, writes=False)
                return
        self._heard(name, invoked_at, Look(submission), seen)
        self.record.done("look", writes=False)
        self._versions[submission] = max(self._versions[submission], seen[0])

    async def _change(self, name: str, client: LmsClient, token: str, submission: str) -> None:
        change = Change(submission, self._versions[submission], name)
        invoked_at = self._now()
        try:
            receipt = await self._insist(
                client,
                lambda each: each.put_grade(
                    token, f"chaos-{name}", submission, 7, change.feedback, change.version
                ),
            )
        except LmsError as error:
            if error.reason == "GRADE_CHANGED":
                self._heard(name, invoked_at, change, CHANGED)
                self.record.done("change refused", writes=True)
                return
            if error.reason == OUTCOME_UNKNOWN:
                self.record.history.append(Operation(name, invoked_at, None, change, UNKNOWN))
            self.record.failed("change", error, writes=True)
            return
        self._heard(name, invoked_at, change, (receipt.item.version, receipt.item.feedback))
        self.record.done("change", writes=True)
        self._versions[submission] = max(self._versions[submission], receipt.item.version)

    def _heard(self, name: str, invoked_at: float, asked: Look | Change, told: Grade | str) -> None:
        self.record.history.append(Operation(name, invoked_at, self._now(), asked, told))

    # --- files ---

    async def _hand_in(self, name: str, client: LmsClient, _: str) -> None:
        await self._hand_in_file(name, client, self._random.randint(1, FILE_BYTES_MAX))

    async def fill(self, files: int) -> None:
        """With files of the largest size: enough of them, and the log is cut for the first time."""
        for number in range(files):
            await self._hand_in_file(f"large-{number}", self._roaming[0], UPLOAD_BYTES_MAX)

    async def _hand_in_file(self, name: str, client: LmsClient, size: int) -> None:
        content = self._random.randbytes(size)
        try:
            submission = await hand_in(client, self._classroom, name, content)
        except LmsError as error:
            self.record.failed("file", error, writes=True)
            return
        self.record.files[submission] = hashlib.sha256(content).hexdigest()
        self.record.done("file", writes=True)

    def _now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    # --- how a client behaves ---

    async def _insist(self, client: LmsClient, act: Act[T]) -> T:
        """Some hang up in the middle. Of those who do not know the outcome half say it again, another way,
        under the same request id. Raises LmsError: unknown, unless that was cleared up."""
        try:
            hurried = self._random.random() < HURRIED
            patience = self._random.uniform(0.0, HURRIED_SECONDS_MAX) if hurried else None
            return await self._try(client, act, patience)
        except LmsError as error:
            if error.reason != OUTCOME_UNKNOWN or self._random.random() < 0.5:
                raise
            unknown = error
        try:
            return await act(self._other())
        except LmsError as error:
            # Not even "nothing was saved" is news of the first try.
            raise (error if error.reason not in NO_ANSWER else unknown) from None

    async def _try(self, client: LmsClient, act: Act[T], patience: float | None) -> T:
        """For so many seconds; who hangs up then does not know the outcome either. Raises LmsError."""
        try:
            async with asyncio.timeout(patience):
                return await act(client)
        except TimeoutError:
            raise LmsError("UNKNOWN", OUTCOME_UNKNOWN, "The client hung up.") from None

    def _other(self) -> LmsClient:
        return self._random.choice([*self._pinned.values(), *self._roaming])
