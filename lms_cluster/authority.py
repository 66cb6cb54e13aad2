"""Who may do what, and who may see what: decided here and nowhere else.

A command's author is the owner of its token. Commands of the cluster itself carry no token: a node proposes
them after a check of its own (a password, the cluster's secret, a reachable tutor), never on a client's word
alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lms_cluster.refusal import Code, Refused, wrong_role
from protos.lms_pb2 import (
    KIND_ACCOUNT,
    KIND_ANNOUNCEMENT,
    KIND_ASSIGNMENT,
    KIND_AUDIT,
    KIND_EXTENSION,
    KIND_FAQ,
    KIND_GRADE,
    KIND_MATERIAL,
    KIND_PROGRESS,
    KIND_QUERY,
    KIND_REGRADE,
    KIND_STATISTICS,
    KIND_SUBMISSION,
    KIND_TUTORING,
    KIND_USER,
    ROLE_ADMINISTRATOR,
    ROLE_INSTRUCTOR,
    ROLE_STUDENT,
    Kind,
    Role,
)

STUDENT = frozenset({ROLE_STUDENT})
INSTRUCTOR = frozenset({ROLE_INSTRUCTOR})
ADMINISTRATOR = frozenset({ROLE_ADMINISTRATOR})
EVERYONE = STUDENT | INSTRUCTOR | ADMINISTRATOR


class Audited(Enum):
    """What an act leaves behind beside its rows."""

    NOT = "not"
    BY_NAME = "by name"
    NAMELESS = "nameless"
    """The record says what was done, and not by whom: it would tell who asked a question."""
    OPERATOR = "of an operator"
    """Of whoever shows the cluster's secret: nobody is signed in whose name it could have."""


@dataclass(frozen=True, slots=True)
class CommandRule:
    """`roles` of the author, or None for a command of the cluster itself. `once`: repeating it would do harm,
    so its outcome is kept with its request id, which a client's command must then have."""

    roles: frozenset[Role.ValueType] | None
    once: bool
    deed: str
    audit: Audited = Audited.NOT


def _by(roles: frozenset[Role.ValueType], deed: str, audit: Audited = Audited.BY_NAME) -> CommandRule:
    return CommandRule(roles, once=True, deed=deed, audit=audit)


COMMANDS: Mapping[str, CommandRule] = {
    # Of the cluster itself. The node has verified the password that opens a session, and the secret that an
    # operator shows. A session is opened once, lest a late copy of the command open it again after its
    # logout. A chunk is known by its digest and belongs to nobody until a file names it.
    "create_session": CommandRule(None, once=True, deed="log in"),
    "reset_administrator": CommandRule(None, once=True, deed="reset passwords", audit=Audited.OPERATOR),
    "put_chunk": CommandRule(None, once=False, deed="store a chunk"),
    "add_first_administrator": CommandRule(None, once=True, deed="set up the classroom"),
    "record_tutor_answer": CommandRule(None, once=False, deed="record the tutor's answer"),
    "report_tutor_delay": CommandRule(None, once=False, deed="report that the tutor is away"),
    "announce_opening": CommandRule(None, once=False, deed="tell of an assignment that has opened"),
    "remind_of_due": CommandRule(None, once=False, deed="remind of a due date"),
    # Of people, by the field of Command.
    "end_session": CommandRule(EVERYONE, once=False, deed="log out"),
    "put_file": CommandRule(EVERYONE, once=False, deed="upload files"),
    "add_user": _by(ADMINISTRATOR, "add users"),
    "import_roster": _by(ADMINISTRATOR, "import users"),
    "create_link_codes": _by(ADMINISTRATOR, "make sign-in links"),
    "reset_password": _by(ADMINISTRATOR, "reset passwords"),
    "set_disabled": _by(ADMINISTRATOR, "disable and enable users"),
    "reveal": _by(ADMINISTRATOR, "learn who asked a question"),
    "record_transfer": _by(ADMINISTRATOR, "transfer leadership"),
    "record_backup": _by(ADMINISTRATOR, "make backups"),
    "set_password": _by(EVERYONE, "change their password"),
    "publish_material": _by(INSTRUCTOR, "publish materials"),
    "create_assignment": _by(INSTRUCTOR, "set assignments"),
    "grade": _by(INSTRUCTOR, "grade"),
    "release": _by(INSTRUCTOR, "release grades"),
    "grant_extension": _by(INSTRUCTOR, "grant extensions"),
    "import_grades": _by(INSTRUCTOR, "import grades"),
    "reply_regrade": _by(INSTRUCTOR, "answer regrade requests"),
    "answer": _by(INSTRUCTOR, "answer questions"),
    "endorse": _by(INSTRUCTOR, "endorse answers"),
    "correct": _by(INSTRUCTOR, "correct answers"),
    "set_tutoring": _by(INSTRUCTOR | ADMINISTRATOR, "set the tutor's policy"),
    "announce": _by(INSTRUCTOR, "announce"),
    "submit": _by(STUDENT, "submit"),
    "request_regrade": _by(STUDENT, "ask for a regrade"),
    "ask": _by(STUDENT, "ask questions", Audited.NAMELESS),
    "follow_up": _by(STUDENT, "follow up on questions", Audited.NAMELESS),
    "rate": _by(STUDENT, "rate answers", Audited.NAMELESS),
    "resolve": _by(STUDENT | INSTRUCTOR, "resolve questions", Audited.NAMELESS),
    "read_material": _by(EVERYONE, "read materials", Audited.NOT),
}


class Visibility(Enum):
    ALL = "all"
    OWN = "own"


READS: Mapping[Kind.ValueType, Mapping[Role.ValueType, Visibility]] = {
    KIND_MATERIAL: dict.fromkeys(EVERYONE, Visibility.ALL),
    KIND_ASSIGNMENT: dict.fromkeys(EVERYONE, Visibility.ALL),
    KIND_ANNOUNCEMENT: dict.fromkeys(EVERYONE, Visibility.ALL),
    KIND_TUTORING: dict.fromkeys(EVERYONE, Visibility.ALL),
    KIND_ACCOUNT: dict.fromkeys(EVERYONE, Visibility.OWN),
    # A student's own: of grades, the released versions only; of queries, those they asked.
    KIND_SUBMISSION: {ROLE_STUDENT: Visibility.OWN, ROLE_INSTRUCTOR: Visibility.ALL},
    KIND_GRADE: {ROLE_STUDENT: Visibility.OWN, ROLE_INSTRUCTOR: Visibility.ALL},
    KIND_QUERY: {ROLE_STUDENT: Visibility.OWN, ROLE_INSTRUCTOR: Visibility.ALL},
    KIND_PROGRESS: {ROLE_STUDENT: Visibility.OWN, ROLE_INSTRUCTOR: Visibility.ALL},
    KIND_USER: {ROLE_INSTRUCTOR: Visibility.ALL, ROLE_ADMINISTRATOR: Visibility.ALL},
    KIND_EXTENSION: {ROLE_STUDENT: Visibility.OWN, ROLE_INSTRUCTOR: Visibility.ALL},
    KIND_REGRADE: {ROLE_STUDENT: Visibility.OWN, ROLE_INSTRUCTOR: Visibility.ALL},
    KIND_STATISTICS: {ROLE_INSTRUCTOR: Visibility.ALL},
    KIND_FAQ: dict.fromkeys(EVERYONE, Visibility.ALL),
    KIND_AUDIT: {ROLE_ADMINISTRATOR: Visibility.ALL},
}

_NOUNS = {
    KIND_SUBMISSION: "submissions",
    KIND_GRADE: "grades",
    KIND_QUERY: "questions",
    KIND_PROGRESS: "progress",
    KIND_USER: "users",
    KIND_EXTENSION: "extensions",
    KIND_REGRADE: "regrade requests",
    KIND_STATISTICS: "statistics",
    KIND_AUDIT: "the audit",
}
_PLURALS = {
    ROLE_STUDENT: "students",
    ROLE_INSTRUCTOR: "instructors",
    ROLE_ADMINISTRATOR: "administrators",
}


def rule_of(command: str | None) -> CommandRule:
    """The rule for a field of Command; None, a field of a later release. Raises Refused UNKNOWN_COMMAND."""
    if command is None:
        raise Refused(Code.UNIMPLEMENTED, "UNKNOWN_COMMAND", "This release does not know what was asked for.")
    return COMMANDS[command]


def authorise(rule: CommandRule, role: Role.ValueType) -> None:
    """Raises Refused WRONG_ROLE."""
    if rule.roles is not None and role not in rule.roles:
        raise wrong_role(f"Only {_named(rule.roles)} can {rule.deed}.")


def visibility(kind: Kind.ValueType, role: Role.ValueType) -> Visibility:
    """Raises Refused UNKNOWN_KIND or WRONG_ROLE."""
    if kind not in READS:
        raise Refused(Code.INVALID_ARGUMENT, "UNKNOWN_KIND", f"There are no items of kind {kind}.")
    seen = READS[kind].get(role)
    if seen is None:
        raise wrong_role(f"Only {_named(READS[kind])} can see {_NOUNS[kind]}.")
    return seen


def _named(roles: frozenset[Role.ValueType] | Mapping[Role.ValueType, Visibility]) -> str:
    return " and ".join(plural for role, plural in _PLURALS.items() if role in roles)
