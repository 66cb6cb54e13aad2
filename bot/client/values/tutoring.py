"""How the tutor may answer."""

from __future__ import annotations

from bot.client.api import Tutoring, TutorPolicy
from bot.client.values.basics import moment
from protos import lms_pb2

POLICIES = {
    TutorPolicy.QUOTE: lms_pb2.TUTOR_POLICY_QUOTE,
    TutorPolicy.HINT: lms_pb2.TUTOR_POLICY_HINT,
    TutorPolicy.OFF: lms_pb2.TUTOR_POLICY_OFF,
}
_SAID = {number: policy for policy, number in POLICIES.items()}


def tutoring(item: lms_pb2.Item) -> Tutoring:
    message = item.tutoring
    set_at = moment(message.set_at) if message.HasField("set_at") else None
    return Tutoring(_SAID.get(message.policy, TutorPolicy.QUOTE), message.author, set_at)
