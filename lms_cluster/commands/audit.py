"""Every act of a person or an operator leaves a record: who, what, to what, and where in the log."""

from __future__ import annotations

from lms_cluster.authority import Audited, CommandRule
from lms_cluster.commands.act import Act
from storage.models.people import OPERATOR, Audit


def record(act: Act, rule: CommandRule, object_id: str) -> None:
    """Who asked a question stands in no record: the one way to learn it leaves a record itself."""
    Audit.create(
        log_index=act.index,
        term=act.term,
        username=_author(act, rule),
        deed=rule.deed,
        object=act.object or object_id,
        detail=act.detail,
        time_ms=act.now_ms,
    )


def _author(act: Act, rule: CommandRule) -> str:
    if rule.audit is Audited.OPERATOR:
        return OPERATOR
    return act.author.username if rule.audit is Audited.BY_NAME else ""
