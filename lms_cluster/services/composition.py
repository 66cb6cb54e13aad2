"""The services in front of one node's state, composed, and the work beside the calls that belongs to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import grpc

from lms_cluster.alarms import Alarms
from lms_cluster.dated_notices import DatedNotices
from lms_cluster.disk_reserve import DiskReserve
from lms_cluster.extraction.sandbox import Extractor
from lms_cluster.feed import Feed
from lms_cluster.login_attempts import LoginAttempts
from lms_cluster.passwords import Passwords
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.services.accounts import Accounts
from lms_cluster.services.admin import AdminService
from lms_cluster.services.administration import Administration
from lms_cluster.services.administrator_resets import AdministratorResets
from lms_cluster.services.backups import Backups
from lms_cluster.services.bootstraps import Bootstraps
from lms_cluster.services.cluster_status import ClusterStatus
from lms_cluster.services.files import Files
from lms_cluster.services.lms import LmsService
from lms_cluster.services.membership import MembershipChanges
from lms_cluster.services.posts import Posts
from lms_cluster.services.reads import Reads
from lms_cluster.services.receipts import Receipts
from lms_cluster.services.sessions import Sessions
from lms_cluster.services.watches import Watches
from lms_cluster.tutor_delays import TutorDelays
from lms_cluster.tutor_dispatch import TutorDispatch
from lms_cluster.tutor_link import TutorLink
from protos import lms_pb2_grpc
from raft.runtime.driver import Driver
from raft.runtime.secret import ClusterSecret
from storage.classroom import Classroom


class Services:
    """`applied` is to be called with every batch, and `beside` to be run while the services are; `close` when
    done. The driver, the classroom and the tutor's link stay the caller's."""

    def __init__(
        self,
        driver: Driver,
        classroom: Classroom,
        tutor: TutorLink,
        disk: DiskReserve,
        alarms: Alarms,
        secret: ClusterSecret,
        *,
        folder: Path,
        passwords: Passwords,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`folder` holds backups on their way. `clock` gives the time of day in seconds."""
        self.reader = Reader(driver, classroom, clock)
        proposer = Proposer(driver, disk)
        attempts = LoginAttempts()
        membership = MembershipChanges(driver)
        backups = Backups(folder, classroom, lambda: disk.free)
        self._passwords = passwords
        self._extractor = Extractor()
        self._feed = Feed(self.reader)
        self._dispatch = TutorDispatch(driver, self.reader, proposer, tutor)
        delays = TutorDelays(driver, self.reader, proposer, tutor, clock)
        dated_notices = DatedNotices(driver, self.reader, proposer, clock)
        self._lms = LmsService(
            Sessions(proposer, self.reader, passwords, attempts, LoginAttempts()),
            Posts(
                proposer,
                self.reader,
                Accounts(proposer, self.reader, passwords, attempts),
                self._extractor,
            ),
            Reads(self.reader),
            Files(proposer, self.reader),
            Watches(self.reader, self._feed),
        )
        self._admin = AdminService(
            Bootstraps(proposer, self.reader, passwords),
            ClusterStatus(driver, self.reader, tutor, disk, alarms),
            membership,
            Administration(driver.status().node_id, proposer, self.reader, membership, backups),
            AdministratorResets(proposer),
            backups,
            Receipts(self.reader),
            self.reader,
            secret,
        )
        self.beside: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "feed": self._feed.run,
            "tutor dispatch": self._dispatch.run,
            "tutor delays": delays.run,
            "dated notices": dated_notices.run,
        }
        """Each runs until cancelled, by its name."""

    def add_to(self, server: grpc.aio.Server) -> None:
        lms_pb2_grpc.add_LmsServiceServicer_to_server(self._lms, server)
        lms_pb2_grpc.add_AdminServiceServicer_to_server(self._admin, server)

    def applied(self) -> None:
        """Entries were applied. Called on the event loop."""
        self._feed.notify()
        self._dispatch.notify()

    async def close(self) -> None:
        await self._extractor.close()
        self._passwords.close()
        self.reader.close()
