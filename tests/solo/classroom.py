"""A classroom in one process, for tests of whatever speaks to one: a node's services, rules and storage, with
nothing replicated, behind a real server on loopback."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import grpc
from argon2 import PasswordHasher
from google.protobuf.message import Message

from bot.client.grpc_client import GrpcLmsClient
from bot.client.values.people import ROLES
from lms_cluster.alarms import Alarms
from lms_cluster.commands import apply_command
from lms_cluster.disk_reserve import DiskReserve
from lms_cluster.passwords import Passwords
from lms_cluster.services.composition import Services
from lms_cluster.stamp import stamped
from lms_cluster.tokens import digest, new_token
from protos.command_pb2 import AddFirstAdministrator, AddUser, Command, CreateSession, EndSession, Outcome
from raft.runtime.secret import ClusterSecret
from raft.runtime.transport import SERVER_OPTIONS
from storage.classroom import Classroom
from tests.solo.driver import NODE_ID, SoloDriver
from tests.solo.tutor import SoloTutor, Tutor
from tests.world import PEOPLE

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def time_of_day() -> datetime:
    return datetime.now(UTC)


class SoloClassroom:
    """Open while it is entered; any number at once. Begins empty but for the people added with `seat`.

    `now` is the classroom's clock, and `tutor` None while the tutor is away.
    """

    client: GrpcLmsClient
    address: str
    """Where it serves, "host:port"."""
    secret: str
    """What its operators show."""
    folder: Path
    """Where its data are."""

    def __init__(self, now: Callable[[], datetime] = time_of_day, tutor: Tutor | None = None) -> None:
        self._now = now
        self._tutor = SoloTutor(tutor)
        self._administrator = ""
        self.secret = secrets.token_hex(16)

    async def __aenter__(self) -> SoloClassroom:
        self._folder = TemporaryDirectory(prefix="classroom-")
        self.folder = folder = Path(self._folder.name)
        self._classroom = Classroom(folder / "classroom.db", apply_command)
        self._driver = SoloDriver(self._classroom, self._time)
        alarms = Alarms()
        self._services = Services(
            self._driver,
            self._classroom,
            self._tutor,
            DiskReserve(folder, self._driver, alarms),
            alarms,
            ClusterSecret(self.secret),
            folder=folder,
            passwords=Passwords(QUICK),
            clock=self._time,
        )
        self._driver.on_applied = lambda index: self._services.applied()
        self._server = grpc.aio.server(options=SERVER_OPTIONS)
        self._services.add_to(self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        self._beside = [asyncio.create_task(run(), name=name) for name, run in self._services.beside.items()]
        self.address = f"127.0.0.1:{port}"
        self.client = GrpcLmsClient({NODE_ID: self.address})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.close()
        await self._server.stop(None)
        for task in self._beside:
            task.cancel()
        ended = await asyncio.gather(*self._beside, return_exceptions=True)
        await self._services.close()
        self._classroom.close()
        self._folder.cleanup()
        for failure in ended:
            if not isinstance(failure, asyncio.CancelledError):
                raise AssertionError("work beside the calls has ended") from failure

    def seat(self, username: str, display_name: str, role: str, password: str) -> None:
        """Add a person. The first is an administrator, in whose name the others are added."""
        password_hash = QUICK.hash(password)
        if not self._administrator:
            if role != "administrator":
                raise ValueError("the first person seated is to be an administrator")
            self._administrator = username
            first = AddFirstAdministrator(
                username=username, display_name=display_name, password_hash=password_hash
            )
            self._carry_out(b"", add_first_administrator=first)
            return
        token_sha256 = digest(new_token())
        session = CreateSession(username=self._administrator, token_sha256=token_sha256)
        user = AddUser(
            username=username, display_name=display_name, role=ROLES[role], password_hash=password_hash
        )
        self._carry_out(b"", create_session=session)
        self._carry_out(token_sha256, add_user=user)
        self._carry_out(token_sha256, end_session=EndSession())

    @property
    def kinds(self) -> Counter[str]:
        """How many commands of each kind were applied; together they count what was."""
        return self._driver.kinds

    def after_each(self, listen: Callable[[Command], None]) -> None:
        """Have `listen` told of every command from now on, once it is applied."""
        self._driver.on_command = listen

    def reading(self) -> AbstractContextManager[None]:
        """The rows, for the storage's models used inside."""
        return self._classroom.reading()

    def set_tutor(self, tutor: Tutor | None) -> None:
        """Send the tutor away, or let it return and answer what waited."""
        self._tutor.become(tutor)

    def _carry_out(self, token_sha256: bytes, **data: Message) -> None:
        """Raises ValueError for what the classroom refuses."""
        command = stamped(secrets.token_hex(16), token_sha256)
        for kind, message in data.items():
            getattr(command, kind).CopyFrom(message)
        outcome = Outcome.FromString(self._driver.apply(command).response)
        if outcome.HasField("refused"):
            raise ValueError(outcome.refused.message)

    def _time(self) -> float:
        return self._now().timestamp()


@asynccontextmanager
async def seated(
    now: Callable[[], datetime] = time_of_day, tutor: Tutor | None = None
) -> AsyncIterator[SoloClassroom]:
    """One with the people of tests/world.py in it."""
    async with SoloClassroom(now, tutor) as classroom:
        for person in PEOPLE.values():
            classroom.seat(person.username, person.display_name, person.role, person.password)
        yield classroom
