"""Every act of a person, by whom and to what, with its place in the log; for administrators."""

from __future__ import annotations

import pytest

from protos.command_pb2 import CreateLinkCodes, RecordBackup, RecordTransfer, ResetPassword
from protos.lms_pb2 import (
    KIND_AUDIT,
    RECIPIENT_INSTRUCTOR,
    ROLE_STUDENT,
    Audit,
    NewAnnouncement,
    NewDisabling,
    NewQuery,
    NewRoster,
    RosterRow,
)
from tests.lms_cluster.course import Course, at
from tests.lms_cluster.test_people import code


def records(course: Course, **filter_: object) -> list[Audit]:
    """Of the test's own acts."""
    found = [item.audit for item in course.get("root", KIND_AUDIT, filter=filter_).items]
    return [record for record in found if record.deed != "add users"]


@pytest.fixture
def audited(course: Course) -> Course:
    course.accepted("grace", announce=NewAnnouncement(text="One."))
    course.now_ms += 1_000
    course.accepted("root", set_disabled=NewDisabling(username="bob", disabled=True))
    course.now_ms += 1_000
    roster = NewRoster(
        rows=[RosterRow(username=name, display_name=name, role=ROLE_STUDENT) for name in ("cleo", "dora")]
    )
    course.accepted("root", import_roster=roster)
    return course


def test_the_newest_act_comes_first_with_its_author_object_and_entry(audited: Course) -> None:
    imported, disabled, announced = records(audited)
    last = len(audited.log)
    assert (imported.deed, imported.object, imported.detail) == ("import users", "", "cleo, dora")
    assert (disabled.username, disabled.display_name) == ("root", "Root")
    assert (disabled.deed, disabled.object, disabled.detail) == (
        "disable and enable users",
        "bob",
        "disabled",
    )
    assert (announced.username, announced.deed, announced.object) == ("grace", "announce", "N1")
    assert [record.index for record in (imported, disabled, announced)] == [last, last - 1, last - 2]
    assert {record.term for record in (imported, disabled, announced)} == {1}
    assert disabled.time.ToMilliseconds() == audited.now_ms - 1_000


def test_acts_are_found_by_person_by_object_and_by_time(audited: Course) -> None:
    assert [record.deed for record in records(audited, person="grace")] == ["announce"]
    assert [record.deed for record in records(audited, object="N1")] == ["announce"]
    assert [record.deed for record in records(audited, object="bob")] == ["disable and enable users"]
    assert records(audited, person="grace", object="bob") == []
    since = at(audited.now_ms - 1_000)
    assert [record.deed for record in records(audited, since=since)] == [
        "import users",
        "disable and enable users",
    ]


def test_an_act_on_several_is_found_by_each_of_them(audited: Course) -> None:
    assert [record.deed for record in records(audited, object="dora")] == ["import users"]
    assert records(audited, object="dor") == []
    codes = CreateLinkCodes(codes=[code("cleo"), code("dora")])
    audited.accepted("root", create_link_codes=codes)
    assert [r.deed for r in records(audited, object="cleo")] == ["make sign-in links", "import users"]


def test_a_reason_that_names_somebody_is_not_an_act_on_them(audited: Course) -> None:
    assert records(audited, object="disabled") == []


def test_pages_go_on_to_older_acts(audited: Course) -> None:
    first = audited.get("root", KIND_AUDIT, page_size=2)
    second = audited.get("root", KIND_AUDIT, page_size=5, page_token=first.next_page_token)
    found = [item.audit.deed for page in (first, second) for item in page.items]
    assert found == ["import users", "disable and enable users", "announce", *["add users"] * 4]
    assert second.next_page_token == ""


def test_one_record_is_opened_by_its_entry(audited: Course) -> None:
    entry = str(len(audited.log))
    assert audited.one("root", KIND_AUDIT, entry).audit.deed == "import users"
    assert audited.refusal("root", KIND_AUDIT, id="1").reason == "NO_SUCH_ITEM"
    assert audited.refusal("root", KIND_AUDIT, id="x").reason == "NO_SUCH_ITEM"


def test_what_is_done_to_the_cluster_is_an_act_too(course: Course) -> None:
    course.accepted("root", record_transfer=RecordTransfer(node_id="n2"))
    course.accepted("root", record_backup=RecordBackup(node_id="n3"))
    assert [(record.deed, record.object) for record in records(course)] == [
        ("make backups", "n3"),
        ("transfer leadership", "n2"),
    ]
    assert course.refused("grace", record_backup=RecordBackup(node_id="n3")).reason == "WRONG_ROLE"


def test_an_operators_act_is_theirs_and_no_persons(course: Course) -> None:
    course.add("operator", ROLE_STUDENT)
    course.accepted("", reset_administrator=ResetPassword(code=code("root"), lifetime_ms=1))
    course.sign_in("root")
    (record,) = records(course, object="root")
    assert record.operator
    assert (record.username, record.display_name) == ("", "")
    assert (record.deed, record.index, record.term) == ("reset passwords", len(course.log) - 1, 1)
    assert records(course, operator=True) == [record]
    assert records(course, person="operator") == []
    assert not any(each.operator for each in records(course) if each != record)


def test_a_refused_act_and_a_dry_run_leave_no_record(course: Course) -> None:
    course.refused("root", set_disabled=NewDisabling(username="root", disabled=True))
    course.refused("", reset_administrator=ResetPassword(code=code("ann")))
    rows = [RosterRow(username="cleo", display_name="Cleo", role=ROLE_STUDENT)]
    course.accepted("root", import_roster=NewRoster(rows=rows, dry_run=True))
    assert records(course) == []


def test_who_asked_stands_in_no_record(course: Course) -> None:
    course.accepted("ann", ask=NewQuery(text="Why?", recipient=RECIPIENT_INSTRUCTOR))
    (record,) = records(course)
    assert (record.username, record.display_name, record.object) == ("", "", "Q1")
    assert records(course, person="ann") == []


@pytest.mark.parametrize("username", ["grace", "ann"])
def test_the_audit_is_for_administrators(audited: Course, username: str) -> None:
    assert audited.refusal(username, KIND_AUDIT).reason == "WRONG_ROLE"
