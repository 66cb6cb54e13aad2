"""How the tutor may answer is set."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.fields import Fields
from lms_cluster.tutor_policy import tutor_policy
from lms_cluster.views.tutoring import waiting_for_tutor_alone
from protos.lms_pb2 import (
    EVENT_KIND_TUTOR_OFF,
    TUTOR_POLICY_HINT,
    TUTOR_POLICY_OFF,
    TUTOR_POLICY_QUOTE,
    NewTutoring,
    PostResponse,
)
from storage.events import Audience
from storage.models.course import Tutoring

POLICIES = {TUTOR_POLICY_QUOTE: "quote", TUTOR_POLICY_HINT: "hint", TUTOR_POLICY_OFF: "off"}


def set_policy(data: NewTutoring, act: Act) -> PostResponse:
    """What waits for the tutor goes on waiting while it is off; whoever asked it is told, once each time."""
    fields = Fields()
    fields.one_of("policy", data.policy, tuple(POLICIES), "quote, hint or off")
    fields.done()
    turned_off = data.policy == TUTOR_POLICY_OFF and tutor_policy() != TUTOR_POLICY_OFF
    Tutoring.delete().execute()
    row = Tutoring.create(id=1, policy=data.policy, author=act.author.username, set_ms=act.now_ms)
    if turned_off:
        for query in waiting_for_tutor_alone():
            act.tell(EVENT_KIND_TUTOR_OFF, ids.QUERY.id(query.number), Audience.PERSON, query.asker_id)
    act.detail = POLICIES[data.policy]
    return act.accepted(items.tutoring(row, act.author.display_name))
