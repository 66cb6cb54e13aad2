"""Who takes part, and who leads: the changes that operators ask for. Only a leader makes them, and every one
of them, asked for again, does nothing more."""

from __future__ import annotations

from lms_cluster.config import ADDRESS, NODE_ID
from lms_cluster.deadline import Deadline
from lms_cluster.refusal import Code, NotLeader, Refused, Violation, invalid, no_quorum
from protos.lms_pb2 import (
    ChangeMembershipRequest,
    ChangeMembershipResponse,
    TransferLeadershipRequest,
    TransferLeadershipResponse,
)
from protos.lms_pb2 import Membership as MembershipMessage
from raft.errors import NotProposed, OutcomeUnknown, ReadUnavailable
from raft.membership import Membership, MembershipChange
from raft.runtime.driver import Driver
from raft.runtime.leadership import TransferFailed
from raft.types import NodeId, Role

REFUSALS = {
    "change_pending": Refused(
        Code.ABORTED, "CHANGE_PENDING", "Another change is under way, or the leader is new; try again soon."
    ),
    "not_caught_up": Refused(
        Code.FAILED_PRECONDITION, "NOT_CAUGHT_UP", "It has not caught up yet; it gets a vote when it has."
    ),
    "impossible": Refused(
        Code.FAILED_PRECONDITION,
        "IMPOSSIBLE",
        "The membership does not allow that: only a learner is promoted, and one voter stays.",
    ),
    "transferring": Refused(
        Code.ABORTED, "TRANSFERRING", "Leadership is being handed over; try again in a moment."
    ),
}


class MembershipChanges:
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def change(self, request: ChangeMembershipRequest, deadline: Deadline) -> ChangeMembershipResponse:
        """Returns once the change is agreed on and no part of it is left to do. Raises Refused: NOT_LEADER, a
        passing or lasting reason of REFUSALS, NO_QUORUM, OUTCOME_UNKNOWN."""
        asked = _checked(request)
        await self._demand_leadership(deadline)
        membership = self._driver.status().membership
        left = what_is_left(asked, membership)
        if left != MembershipChange():
            try:
                membership = await self._driver.change_membership(left, deadline.remaining())
            except NotProposed as failure:
                raise self._refusal(failure.reason) from failure
            except OutcomeUnknown as failure:
                message = "I could not confirm the change. Asking for it again is safe."
                raise Refused(Code.UNKNOWN, "OUTCOME_UNKNOWN", message) from failure
        elif membership.is_joint:
            raise REFUSALS["change_pending"]
        return ChangeMembershipResponse(membership=as_message(membership))

    async def transfer(
        self, request: TransferLeadershipRequest, deadline: Deadline
    ) -> TransferLeadershipResponse:
        """Returns once another node leads, or the one asked for does already. Raises Refused."""
        await self.demand_transferable(request, deadline)
        status = self._driver.status()
        target = request.node_id or None
        if target == status.node_id:
            return TransferLeadershipResponse(leader_id=status.node_id)
        try:
            leader_id = await self._driver.transfer_leadership(target, deadline.remaining())
        except TransferFailed as failure:
            message = f"Leadership stays here: {failure}."
            raise Refused(Code.FAILED_PRECONDITION, "NOT_TRANSFERRED", message) from failure
        return TransferLeadershipResponse(leader_id=leader_id)

    async def demand_transferable(self, request: TransferLeadershipRequest, deadline: Deadline) -> None:
        """Raises Refused NOT_LEADER, and INVALID_FIELD for a node that cannot lead."""
        await self._demand_leadership(deadline)
        if request.node_id and request.node_id not in self._driver.status().membership.voters:
            raise invalid([Violation("node_id", "must be a voter of the cluster")])

    async def _demand_leadership(self, deadline: Deadline) -> None:
        """A leader that has been deposed without knowing would answer with an old membership."""
        try:
            await self._driver.read_index(deadline.remaining())
        except ReadUnavailable as failure:
            raise no_quorum() from failure
        if self._driver.status().role is not Role.LEADER:
            raise self._not_leader()

    def _refusal(self, reason: str) -> Refused:
        if reason in REFUSALS:
            return REFUSALS[reason]
        return self._not_leader() if reason in ("not_leader", "no_leader") else no_quorum()

    def _not_leader(self) -> NotLeader:
        status = self._driver.status()
        return NotLeader(
            status.leader_id or "", dict(status.membership.addresses).get(status.leader_id or "", "")
        )


def what_is_left(asked: MembershipChange, membership: Membership) -> MembershipChange:
    """What of `asked` is not so already."""
    known = dict(membership.addresses)
    return MembershipChange(
        add_learners=tuple(
            (node, address)
            for node, address in asked.add_learners
            if node not in membership.members or known.get(node) != address
        ),
        promote=tuple(node for node in asked.promote if node not in membership.voters),
        remove=tuple(node for node in asked.remove if node in membership.members),
    )


def as_message(membership: Membership) -> MembershipMessage:
    return MembershipMessage(
        voters=membership.voters,
        outgoing=membership.outgoing,
        learners=membership.learners,
        addresses=dict(membership.addresses),
    )


def _checked(request: ChangeMembershipRequest) -> MembershipChange:
    """Raises Refused INVALID_FIELD."""
    wrong = [
        Violation("add_learners", f"must map node ids to host:port, not {node!r} to {address!r}")
        for node, address in request.add_learners.items()
        if not NODE_ID.fullmatch(node) or not ADDRESS.fullmatch(address)
    ]
    if wrong:
        raise invalid(wrong)
    change = MembershipChange(
        tuple(sorted(request.add_learners.items())), tuple(request.promote), tuple(request.remove)
    )
    named: list[NodeId] = [*(node for node, _ in change.add_learners), *change.promote, *change.remove]
    if not named:
        raise invalid([Violation("add_learners", "or promote or remove must name a node")])
    return change
