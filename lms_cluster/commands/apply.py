"""From a command to its outcome: whose it is, whether it came before, whether they may, and what it does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message

from lms_cluster.authority import Audited, CommandRule, authorise, rule_of
from lms_cluster.commands import (
    accounts,
    announcements,
    answers,
    assignments,
    audit,
    extensions,
    files,
    grade_imports,
    grades,
    materials,
    openings,
    operations,
    passwords,
    queries,
    regrades,
    releases,
    reminders,
    roster,
    sign_in_links,
    submissions,
    tutoring,
)
from lms_cluster.commands.act import Act
from lms_cluster.fields import Fields
from lms_cluster.refusal import Code, Refused
from lms_cluster.viewer import viewer_of
from protos.command_pb2 import (
    AddFirstAdministrator,
    AddUser,
    Command,
    CreateLinkCodes,
    Outcome,
    PublishMaterial,
    ResetPassword,
    SetPassword,
)
from protos.lms_pb2 import NewGradeImport, NewLinkCodes, NewPasswordReset, NewRoster, PostResponse
from storage.database import bound_database
from storage.outcomes import remember, remembered

_EFFECTS: Mapping[str, Callable[[Any, Act], PostResponse]] = {
    "create_session": accounts.create_session,
    "end_session": accounts.end_session,
    "add_user": accounts.add_user,
    "add_first_administrator": accounts.add_first_administrator,
    "put_chunk": files.put_chunk,
    "put_file": files.put_file,
    "publish_material": materials.publish,
    "read_material": materials.read,
    "create_assignment": assignments.create,
    "grant_extension": extensions.grant,
    "submit": submissions.submit,
    "grade": grades.grade,
    "release": releases.release,
    "import_grades": grade_imports.import_grades,
    "request_regrade": regrades.request,
    "reply_regrade": regrades.reply,
    "ask": queries.ask,
    "follow_up": queries.follow_up,
    "resolve": queries.resolve,
    "rate": queries.rate,
    "reveal": queries.reveal,
    "answer": answers.answer,
    "endorse": answers.endorse,
    "correct": answers.correct,
    "record_tutor_answer": answers.record_tutor_answer,
    "report_tutor_delay": answers.report_tutor_delay,
    "set_tutoring": tutoring.set_policy,
    "announce": announcements.announce,
    "announce_opening": openings.announce_opening,
    "remind_of_due": reminders.remind_of_due,
    "import_roster": roster.import_roster,
    "create_link_codes": sign_in_links.create,
    "set_password": passwords.set_own,
    "reset_password": passwords.reset,
    "reset_administrator": passwords.reset_administrator,
    "set_disabled": accounts.set_disabled,
    "record_transfer": operations.record,
    "record_backup": operations.record,
}


def apply_command(command: Command, index: int, term: int) -> Outcome:
    """Apply one entry. Runs inside Classroom.apply; a refusal is an Outcome, and leaves no rows behind."""
    kind = command.WhichOneof("data")
    try:
        rule = rule_of(kind)
        signed_in = None if rule.roles is None else viewer_of(command.token_sha256)
        act = Act(index, term, command.time_ms, signed_in, command.token_sha256, command.version)
        return _once(command, str(kind), rule, act)
    except Refused as refusal:
        return Outcome(refused=refusal.as_message())


def _once(command: Command, kind: str, rule: CommandRule, act: Act) -> Outcome:
    """The outcome of the first command of this author under this request id."""
    if not rule.once or (act.signed_in is None and not command.request_id):
        return _effect(command, kind, rule, act)
    fields = Fields()
    fields.request_id(command.request_id)
    fields.done()
    username = "" if act.signed_in is None else act.signed_in.username
    fingerprint = _fingerprint(kind, getattr(command, kind))
    earlier = remembered(username, command.request_id, act.index)
    if earlier is None:
        outcome = _effect(command, kind, rule, act)
        serialised = outcome.SerializeToString(deterministic=True)
        remember(username, command.request_id, fingerprint, act.index, serialised)
        return outcome
    if earlier.fingerprint != fingerprint:
        message = "This request id was used for something else."
        raise Refused(Code.INVALID_ARGUMENT, "REQUEST_ID_REUSED", message)
    return Outcome.FromString(earlier.outcome)


def _effect(command: Command, kind: str, rule: CommandRule, act: Act) -> Outcome:
    try:
        if act.signed_in is not None:
            authorise(rule, act.signed_in.role)
        data = getattr(command, kind)
        with bound_database().atomic() as changes:
            accepted = _EFFECTS[kind](data, act)
            if isinstance(data, NewRoster | NewGradeImport) and data.dry_run:
                changes.rollback(begin=False)
            elif rule.audit is not Audited.NOT and act.version:
                audit.record(act, rule, accepted.item.id)
        return Outcome(accepted=accepted)
    except Refused as refusal:
        return Outcome(refused=refusal.as_message())


def _fingerprint(kind: str, data: Message) -> bytes:
    """Digest of what the author asked for, without what the accepting node added: a retry may be accepted by
    another node, which salts a password anew, makes other codes, may extract a text a little differently."""
    asked_for: Message = data
    if isinstance(data, PublishMaterial):
        asked_for = data.material
    elif isinstance(data, AddUser):
        asked_for = AddUser(username=data.username, display_name=data.display_name, role=data.role)
    elif isinstance(data, AddFirstAdministrator):
        asked_for = AddFirstAdministrator(username=data.username, display_name=data.display_name)
    elif isinstance(data, CreateLinkCodes):
        usernames = [] if data.newcomers else [code.username for code in data.codes]
        asked_for = NewLinkCodes(usernames=usernames, newcomers=data.newcomers)
    elif isinstance(data, SetPassword):
        asked_for = SetPassword()
    elif isinstance(data, ResetPassword):
        asked_for = NewPasswordReset(username=data.code.username)
    serialised = asked_for.SerializeToString(deterministic=True)
    return hashlib.sha256(kind.encode() + b"\0" + serialised).digest()
