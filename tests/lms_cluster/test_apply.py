"""Exactly once, and nothing by halves: what holds for every command."""

from __future__ import annotations

from lms_cluster.authority import COMMANDS
from lms_cluster.commands.apply import _EFFECTS, apply_command
from protos.command_pb2 import (
    AddFirstAdministrator,
    AddUser,
    Command,
    CreateSession,
    EndSession,
    Outcome,
    PublishMaterial,
    Section,
)
from protos.lms_pb2 import (
    KIND_ANNOUNCEMENT,
    KIND_MATERIAL,
    KIND_USER,
    ROLE_STUDENT,
    NewAnnouncement,
    NewMaterial,
    NewReading,
)
from raft.types import Entry, EntryKind
from storage.classroom import Classroom
from tests.lms_cluster.course import HASH, Course, token


def test_every_command_has_a_rule_and_an_effect() -> None:
    commands = {field.name for field in Command.DESCRIPTOR.oneofs_by_name["data"].fields}
    assert set(COMMANDS) == set(_EFFECTS) == commands


def test_a_repeated_request_changes_nothing_and_gets_the_first_response(course: Course) -> None:
    first = course.accepted("grace", "the-same-id", announce=NewAnnouncement(text="Once."))
    course.now_ms += 60_000
    again = course.accepted("grace", "the-same-id", announce=NewAnnouncement(text="Once."))
    assert again == first
    assert course.ids("ann", KIND_ANNOUNCEMENT) == ["N1"]
    assert [event.item.id for event in course.events("ann")] == ["N1"]


def test_a_request_repeated_within_one_batch_is_done_once(course: Course) -> None:
    command = course.command("grace", "the-same-id", announce=NewAnnouncement(text="Once."))
    first, again = course.apply(command, command)
    assert first == again
    assert course.ids("ann", KIND_ANNOUNCEMENT) == ["N1"]


def test_the_same_request_id_for_something_else_is_refused(course: Course) -> None:
    course.accepted("grace", "the-same-id", announce=NewAnnouncement(text="One."))
    refusal = course.refused("grace", "the-same-id", announce=NewAnnouncement(text="Another."))
    assert (refusal.code, refusal.reason) == (3, "REQUEST_ID_REUSED")
    assert course.ids("ann", KIND_ANNOUNCEMENT) == ["N1"]


def test_request_ids_of_different_people_do_not_meet(course: Course) -> None:
    course.accepted("grace", "the-same-id", announce=NewAnnouncement(text="One."))
    course.accepted("alan", "the-same-id", announce=NewAnnouncement(text="Another."))
    assert course.ids("ann", KIND_ANNOUNCEMENT) == ["N1", "N2"]


def test_a_refusal_is_remembered_like_any_outcome(course: Course) -> None:
    first = course.refused("ann", "the-same-id", read_material=NewReading(material_id="M1"))
    course.material()
    assert course.refused("ann", "the-same-id", read_material=NewReading(material_id="M1")) == first


def test_what_the_accepting_node_adds_does_not_make_it_another_request(course: Course) -> None:
    """A retry through another node: a new salt, another clock, a text extracted a little differently."""
    for salt in ("one", "two"):
        user = AddUser(username="carol", display_name="Carol", role=ROLE_STUDENT, password_hash=HASH + salt)
        course.accepted("root", "add-carol", add_user=user)
    file = course.upload("grace", b"pages")
    for text in ("as one release reads it", "as the next one does"):
        material = PublishMaterial(
            material=NewMaterial(title="Pages", file=file), sections=[Section(text=text)]
        )
        course.accepted("grace", "publish-pages", publish_material=material)
    assert course.ids("root", KIND_USER).count("carol") == 1
    assert course.ids("ann", KIND_MATERIAL) == ["M1"]


def test_a_request_id_must_be_eight_to_sixty_four_characters(course: Course) -> None:
    for request_id in ("", "seven77", "x" * 65):
        refusal = course.refused("grace", request_id, announce=NewAnnouncement(text="One."))
        assert refusal.violations[0].field == "request_id"


def test_a_session_opens_once_even_if_a_copy_of_its_command_arrives_after_logout(course: Course) -> None:
    login = CreateSession(username="ann", token_sha256=token("another of ann"))
    course.accepted("", "login-of-ann", create_session=login)
    course.accepted("another of ann", end_session=EndSession())
    course.accepted("", "login-of-ann", create_session=login)
    assert course.refused("another of ann", end_session=EndSession()).reason == "SESSION_ENDED"


def test_a_logged_out_token_is_refused_and_other_sessions_go_on(course: Course) -> None:
    course.accepted(
        "", "login-of-ann", create_session=CreateSession(username="ann", token_sha256=token("another of ann"))
    )
    course.accepted("ann", end_session=EndSession())
    refusal = course.refused("ann", read_material=NewReading(material_id="M1"))
    assert (refusal.code, refusal.reason) == (16, "SESSION_ENDED")
    assert course.refusal("ann", KIND_MATERIAL).reason == "SESSION_ENDED"
    assert course.ids("another of ann", KIND_MATERIAL) == []


def test_a_forged_token_is_refused(course: Course) -> None:
    assert course.refused("mallory", read_material=NewReading(material_id="M1")).reason == "SESSION_ENDED"
    empty = course.apply(course.command("", announce=NewAnnouncement(text="As nobody.")))[0]
    assert empty.refused.reason == "SESSION_ENDED"


def test_the_first_administrator_is_added_once(course: Course) -> None:
    another = AddFirstAdministrator(username="evil", display_name="Evil", password_hash=HASH)
    assert course.refused("", add_first_administrator=another).reason == "RULE"


def test_time_never_runs_backward(course: Course) -> None:
    course.accepted("grace", announce=NewAnnouncement(text="Now."))
    now = course.now_ms
    course.now_ms -= 3_600_000
    item = course.accepted("grace", announce=NewAnnouncement(text="By a slow clock.")).item
    assert item.announcement.announced_at.ToMilliseconds() == now


def test_an_entry_that_no_command_can_be_read_from_is_refused_and_the_next_one_applied(
    course: Course,
) -> None:
    first = len(course.log) + 1
    good = course.command("grace", announce=NewAnnouncement(text="Still here."))
    entries = [
        Entry(1, first, EntryKind.COMMAND, b"\xff\xff\xff"),
        Entry(1, first + 1, EntryKind.NOOP),
        Entry(1, first + 2, EntryKind.COMMAND, good.SerializeToString()),
    ]
    broken, noop, applied = course.classroom.apply(entries)
    assert Outcome.FromString(broken).refused.reason == "INTERNAL"
    assert noop == b""
    assert Outcome.FromString(applied).accepted.item.id == "N1"


def test_a_command_of_a_later_release_is_refused_by_name(course: Course) -> None:
    refusal = course.apply(course.command("grace"))[0].refused
    assert (refusal.code, refusal.reason) == (12, "UNKNOWN_COMMAND")


def test_a_response_says_where_in_the_log_the_post_stands(course: Course) -> None:
    response = course.accepted("grace", announce=NewAnnouncement(text="One."))
    assert (response.index, response.term) == (len(course.log), 1)


def test_a_node_that_replays_the_log_holds_the_same_state(course: Course) -> None:
    course.grade(course.submission("ann", course.assignment()))
    course.material("Raft", "A leader is elected.")
    replayed = Classroom(course.path.with_name("replayed.db"), apply_command)
    replayed.apply(course.log)
    assert replayed.state_hash() == course.classroom.state_hash()
    assert replayed.applied() == course.classroom.applied()
    replayed.close()
