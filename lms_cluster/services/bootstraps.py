"""Bootstrap: the first account of a classroom that has none."""

from __future__ import annotations

import secrets

from lms_cluster.deadline import Deadline
from lms_cluster.passwords import Passwords
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import rule
from lms_cluster.stamp import stamped
from lms_cluster.views import count_users
from protos.command_pb2 import AddFirstAdministrator
from protos.lms_pb2 import BootstrapRequest, BootstrapResponse


class Bootstraps:
    def __init__(self, proposer: Proposer, reader: Reader, passwords: Passwords) -> None:
        self._proposer = proposer
        self._reader = reader
        self._passwords = passwords

    async def bootstrap(self, request: BootstrapRequest, deadline: Deadline) -> BootstrapResponse:
        """Raises Refused RULE where there are users already."""
        await self._reader.barrier(deadline)
        if self._reader.read_now(count_users):
            raise rule("This classroom already has users; an administrator can add more.")
        password_hash = await self._passwords.hash(request.password, "password")
        command = stamped(secrets.token_hex(16), b"")
        command.add_first_administrator.CopyFrom(
            AddFirstAdministrator(
                username=request.username,
                display_name=request.display_name or request.username,
                password_hash=password_hash,
            )
        )
        await self._proposer.propose(command, deadline)
        return BootstrapResponse()
