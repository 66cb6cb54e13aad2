"""ResetAdministrator: the way back in for a classroom whose administrators have lost theirs."""

from __future__ import annotations

from lms_cluster.deadline import Deadline
from lms_cluster.fields import Fields
from lms_cluster.proposer import Proposer
from lms_cluster.stamp import stamped
from protos.command_pb2 import LinkCodeDigest, ResetPassword
from protos.lms_pb2 import ResetAdministratorRequest, ResetAdministratorResponse

LIFETIME_MS = 24 * 3_600 * 1000
DIGEST_BYTES = 32


class AdministratorResets:
    def __init__(self, proposer: Proposer) -> None:
        self._proposer = proposer

    async def reset(
        self, request: ResetAdministratorRequest, deadline: Deadline
    ) -> ResetAdministratorResponse:
        """The code itself never comes here, and its digest tells one request from another: tried again,
        through any node, it is done once, and the code that the operator holds is the one in force.

        Raises Refused: INVALID_FIELD, NO_SUCH_ITEM, RULE for who is no administrator, ACCOUNT_DISABLED, and
        as Proposer.propose.
        """
        fields = Fields()
        fields.username("username", request.username)
        if len(request.code_sha256) != DIGEST_BYTES:
            fields.wrong("code_sha256", f"must be {DIGEST_BYTES} bytes, you sent {len(request.code_sha256)}")
        fields.done()
        command = stamped(request.code_sha256.hex(), b"")
        code = LinkCodeDigest(username=request.username, code_sha256=request.code_sha256)
        command.reset_administrator.CopyFrom(ResetPassword(code=code, lifetime_ms=LIFETIME_MS))
        done = await self._proposer.propose(command, deadline)
        return ResetAdministratorResponse(
            expires=done.link_codes[0].expires, index=done.index, term=done.term
        )
