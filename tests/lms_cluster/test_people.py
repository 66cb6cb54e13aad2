"""Who may come in and how: links, passwords, disabled people, whole rosters."""

from __future__ import annotations

import hashlib

import pytest

from lms_cluster.newcomers import newcomers
from protos.command_pb2 import (
    AddUser,
    CreateLinkCodes,
    CreateSession,
    LinkCodeDigest,
    ResetPassword,
    SetPassword,
)
from protos.lms_pb2 import (
    KIND_ACCOUNT,
    KIND_MATERIAL,
    KIND_USER,
    ROLE_ADMINISTRATOR,
    ROLE_INSTRUCTOR,
    ROLE_STUDENT,
    NewDisabling,
    NewRoster,
    PostResponse,
    Role,
    RosterRow,
    User,
)
from tests.lms_cluster.course import HASH, Course, token

HOUR_MS = 3_600_000


def code(username: str, salt: str = "") -> LinkCodeDigest:
    return LinkCodeDigest(
        username=username, code_sha256=hashlib.sha256(f"{username}{salt}".encode()).digest()
    )


def make_links(course: Course, *usernames: str, salt: str = "") -> PostResponse:
    codes = CreateLinkCodes(codes=[code(name, salt) for name in usernames], lifetime_ms=HOUR_MS)
    return course.accepted("root", create_link_codes=codes)


def link_in(username: str, salt: str = "", session: str = "") -> CreateSession:
    return CreateSession(
        link_code_sha256=code(username, salt).code_sha256,
        token_sha256=token(session or f"{username} by link"),
    )


def with_password(course: Course, username: str, password_hash: str) -> CreateSession:
    return CreateSession(
        username=username,
        token_sha256=token(f"{username} anew"),
        password_hash_sha256=hashlib.sha256(password_hash.encode()).digest(),
    )


def user(course: Course, username: str) -> User:
    return course.one("root", KIND_USER, username).user


def row(
    username: str, name: str = "", role: Role.ValueType = ROLE_STUDENT, sourced_id: str = ""
) -> RosterRow:
    return RosterRow(
        username=username, display_name=name or username.title(), role=role, sourced_id=sourced_id
    )


# --- one-time links ---


def test_a_link_opens_one_session_and_is_used_up(course: Course) -> None:
    (made,) = make_links(course, "ann").link_codes
    assert (made.username, made.code) == ("ann", "")
    assert made.expires.ToMilliseconds() == course.now_ms + HOUR_MS
    assert course.accepted("", create_session=link_in("ann")).item.user.username == "ann"
    assert course.one("ann by link", KIND_ACCOUNT, "ann").user.username == "ann"
    refusal = course.refused("", create_session=link_in("ann", session="a second one"))
    assert (refusal.code, refusal.reason) == (16, "LINK_USED")
    assert course.refusal("a second one", KIND_MATERIAL).reason == "SESSION_ENDED"


def test_another_try_of_the_sign_in_that_used_the_link_gets_the_same_answer(course: Course) -> None:
    make_links(course, "ann")
    first = course.accepted("", create_session=link_in("ann"))
    assert course.accepted("", create_session=link_in("ann")).item == first.item


def test_a_link_is_good_until_it_expires(course: Course) -> None:
    make_links(course, "ann", "bob")
    course.now_ms += HOUR_MS - 1
    course.accepted("", create_session=link_in("ann"))
    course.now_ms += 1
    refusal = course.refused("", create_session=link_in("bob"))
    assert (refusal.code, refusal.reason) == (16, "LINK_EXPIRED")


def test_a_newer_link_voids_the_earlier_one_of_that_person_alone(course: Course) -> None:
    make_links(course, "ann", "bob")
    make_links(course, "ann", salt="newer")
    assert course.refused("", create_session=link_in("ann")).reason == "LINK_USED"
    course.accepted("", create_session=link_in("ann", "newer"))
    course.accepted("", create_session=link_in("bob"))


def test_links_are_for_people_who_are_there_and_enabled_once_each(course: Course) -> None:
    course.accepted("root", set_disabled=NewDisabling(username="bob", disabled=True))
    codes = CreateLinkCodes(codes=[code(name) for name in ("ann", "nobody", "bob", "ann")])
    refusal = course.refused("root", create_link_codes=codes)
    assert {v.field: v.description for v in refusal.violations} == {
        "usernames[1]": "there is no user nobody",
        "usernames[2]": "bob is disabled",
        "usernames[3]": "ann must not come twice",
    }
    assert course.refused("", create_session=link_in("ann")).reason == "LINK_USED"
    assert course.refused("root", create_link_codes=CreateLinkCodes()).violations[0].field == "usernames"


def test_a_repeated_making_of_links_keeps_the_codes_of_the_first(course: Course) -> None:
    """A retry through another node has made other codes: they are not in force."""
    for salt in ("first", "second"):
        codes = CreateLinkCodes(codes=[code("ann", salt)], lifetime_ms=HOUR_MS)
        course.accepted("root", "links-for-ann", create_link_codes=codes)
    assert course.refused("", create_session=link_in("ann", "second")).reason == "LINK_USED"
    course.accepted("", create_session=link_in("ann", "first"))


def test_newcomers_are_those_without_any_way_in(course: Course) -> None:
    roster = NewRoster(rows=[row(name) for name in ("cleo", "dora", "emil", "fred")])
    course.accepted("root", import_roster=roster)
    make_links(course, "cleo", "dora")
    course.accepted("", create_session=link_in("cleo"))
    course.accepted("root", set_disabled=NewDisabling(username="fred", disabled=True))
    with course.classroom.reading():
        assert newcomers(course.now_ms) == ["emil"]
        assert newcomers(course.now_ms + HOUR_MS) == ["dora", "emil"]
    codes = [code(name, "again") for name in ("ann", "cleo", "dora", "emil")]
    asked = CreateLinkCodes(codes=codes, lifetime_ms=HOUR_MS, newcomers=True)
    made = course.accepted("root", create_link_codes=asked)
    assert [link.username for link in made.link_codes] == ["emil"]
    course.accepted("", create_session=link_in("dora"))
    refusal = course.refused("root", create_link_codes=asked)
    assert (refusal.reason, "Everybody has a way in" in refusal.message) == ("RULE", True)


# --- passwords ---


def test_an_own_new_password_ends_the_other_sessions(course: Course) -> None:
    another = CreateSession(username="ann", token_sha256=token("ann elsewhere"))
    course.accepted("", create_session=another)
    item = course.accepted("ann", set_password=SetPassword(password_hash=HASH + "new")).item
    assert item.user.username == "ann"
    assert course.refusal("ann elsewhere", KIND_MATERIAL).reason == "SESSION_ENDED"
    assert course.ids("ann", KIND_MATERIAL) == []
    assert course.ids("bob", KIND_MATERIAL) == []


def test_a_reset_voids_the_password_ends_every_session_and_makes_a_link(course: Course) -> None:
    reset = ResetPassword(code=code("ann"), lifetime_ms=HOUR_MS)
    response = course.accepted("root", reset_password=reset)
    assert response.item.user.without_password
    assert [(link.username, link.code) for link in response.link_codes] == [("ann", "")]
    assert course.refusal("ann", KIND_MATERIAL).reason == "SESSION_ENDED"
    late = with_password(course, "ann", HASH)
    assert course.refused("", create_session=late).reason == "BAD_CREDENTIALS"
    course.accepted("", create_session=link_in("ann"))


def test_nobody_resets_their_own_password_or_a_disabled_persons(course: Course) -> None:
    assert course.refused("root", reset_password=ResetPassword(code=code("root"))).reason == "RULE"
    course.accepted("root", set_disabled=NewDisabling(username="bob", disabled=True))
    refusal = course.refused("root", reset_password=ResetPassword(code=code("bob")))
    assert (refusal.code, refusal.reason) == (7, "ACCOUNT_DISABLED")
    refusal = course.refused("root", reset_password=ResetPassword(code=code("nobody")))
    assert refusal.reason == "NO_SUCH_ITEM"


def test_an_operators_reset_lets_the_last_administrator_in_and_nobody_with_what_was_lost(
    course: Course,
) -> None:
    reset = ResetPassword(code=code("root"), lifetime_ms=HOUR_MS)
    response = course.accepted("", reset_administrator=reset)
    assert response.item.user.without_password
    (made,) = response.link_codes
    assert (made.username, made.code) == ("root", "")
    assert made.expires.ToMilliseconds() == course.now_ms + HOUR_MS
    assert course.refusal("root", KIND_USER).reason == "SESSION_ENDED"
    late = with_password(course, "root", HASH)
    assert course.refused("", create_session=late).reason == "BAD_CREDENTIALS"
    course.accepted("", create_session=link_in("root"))
    again = link_in("root", session="a second one")
    assert course.refused("", create_session=again).reason == "LINK_USED"


def test_what_an_operators_reset_gave_expires(course: Course) -> None:
    reset = ResetPassword(code=code("root"), lifetime_ms=HOUR_MS)
    course.accepted("", reset_administrator=reset)
    course.now_ms += HOUR_MS
    assert course.refused("", create_session=link_in("root")).reason == "LINK_EXPIRED"


def test_an_operator_resets_enabled_administrators_only(course: Course) -> None:
    course.add("ruth", ROLE_ADMINISTRATOR)
    course.accepted("root", set_disabled=NewDisabling(username="ruth", disabled=True))
    for username, reason in (
        ("ann", "RULE"),
        ("grace", "RULE"),
        ("ruth", "ACCOUNT_DISABLED"),
        ("nobody", "NO_SUCH_ITEM"),
    ):
        reset = ResetPassword(code=code(username), lifetime_ms=HOUR_MS)
        assert course.refused("", reset_administrator=reset).reason == reason
        refused = course.refused("", create_session=link_in(username, session="a try"))
        assert refused.reason == "LINK_USED"
    assert course.ids("ann", KIND_ACCOUNT) == ["ann"]
    assert course.ids("grace", KIND_ACCOUNT) == ["grace"]


def test_an_operators_code_that_a_link_has_already_opens_for_the_administrator_alone(
    course: Course,
) -> None:
    make_links(course, "ann")
    same = LinkCodeDigest(username="root", code_sha256=code("ann").code_sha256)
    course.accepted("", reset_administrator=ResetPassword(code=same, lifetime_ms=HOUR_MS))
    assert course.accepted("", create_session=link_in("ann")).item.user.username == "root"


def test_a_person_may_be_added_without_a_password_but_not_in_the_first_release(course: Course) -> None:
    cleo = AddUser(username="cleo", display_name="Cleo", role=ROLE_STUDENT)
    old = course.refused("root", version=0, add_user=cleo)
    assert [(v.field, v.description) for v in old.violations] == [("password", "must not be empty")]
    assert course.accepted("root", add_user=cleo).item.user.without_password
    broken = AddUser(username="dora", display_name="Dora", role=ROLE_STUDENT, password_hash="plain")
    assert course.refused("root", add_user=broken).violations[0].field == "password"


# --- disabling ---


def test_a_disabled_person_is_out_until_enabled_again(course: Course) -> None:
    make_links(course, "ann")
    course.accepted("root", set_disabled=NewDisabling(username="ann", disabled=True))
    assert user(course, "ann").disabled
    assert course.refusal("ann", KIND_MATERIAL).reason == "SESSION_ENDED"
    login = with_password(course, "ann", HASH)
    refusal = course.refused("", create_session=login)
    assert (refusal.code, refusal.reason) == (7, "ACCOUNT_DISABLED")
    assert course.refused("", create_session=link_in("ann")).reason == "LINK_USED"
    item = course.accepted("root", set_disabled=NewDisabling(username="ann")).item
    assert not item.user.disabled
    course.accepted("", create_session=login)
    assert course.refusal("ann", KIND_MATERIAL).reason == "SESSION_ENDED"
    assert course.ids("ann anew", KIND_MATERIAL) == []


def test_one_administrator_always_remains(course: Course) -> None:
    myself = NewDisabling(username="root", disabled=True)
    assert course.refused("root", set_disabled=myself).reason == "RULE"
    course.add("ines", ROLE_ADMINISTRATOR)
    course.accepted("ines", set_disabled=myself)
    other = NewDisabling(username="ines", disabled=True)
    assert course.refused("root", set_disabled=other).reason == "SESSION_ENDED"
    assert course.refused("ines", set_disabled=other).reason == "RULE"


def test_disabling_somebody_twice_is_done_already(course: Course) -> None:
    for _ in range(2):
        course.accepted("root", set_disabled=NewDisabling(username="ann", disabled=True))
    refusal = course.refused("root", set_disabled=NewDisabling(username="nobody", disabled=True))
    assert refusal.reason == "NO_SUCH_ITEM"


# --- rosters ---


def test_a_roster_adds_who_is_new_and_renames_who_is_known(course: Course) -> None:
    roster = NewRoster(
        rows=[
            row("cleo", "Cleo Patra", sourced_id="77"),
            row("ann", "Ann Onymous"),
            row("bob"),
            row("dora", role=ROLE_INSTRUCTOR),
        ]
    )
    response = course.accepted("root", import_roster=roster)
    assert (response.added, response.changed, response.unchanged) == (2, 1, 1)
    cleo = user(course, "cleo")
    assert (cleo.display_name, cleo.role, cleo.sourced_id) == ("Cleo Patra", ROLE_STUDENT, "77")
    assert cleo.without_password
    assert user(course, "ann").display_name == "Ann Onymous"
    assert not user(course, "ann").without_password
    assert user(course, "dora").role == ROLE_INSTRUCTOR


def test_a_row_without_an_id_leaves_the_one_that_is_known(course: Course) -> None:
    course.accepted("root", import_roster=NewRoster(rows=[row("ann", sourced_id="7")]))
    response = course.accepted("root", import_roster=NewRoster(rows=[row("ann")]))
    assert response.unchanged == 1
    assert user(course, "ann").sourced_id == "7"


def test_one_wrong_row_keeps_all_of_them_out_and_each_fault_names_its_row(course: Course) -> None:
    course.accepted("root", import_roster=NewRoster(rows=[row("bob", sourced_id="7")]))
    roster = NewRoster(
        rows=[
            row("cleo"),
            row("Not a name"),
            row("ann", role=ROLE_INSTRUCTOR),
            row("cleo"),
            RosterRow(username="dora", display_name=" ", sourced_id="7"),
        ]
    )
    refusal = course.refused("root", import_roster=roster)
    assert {v.field: v.description for v in refusal.violations} == {
        "rows[1].username": "must be 2 to 32 of the characters a-z, 0-9, dot, underscore, hyphen",
        "rows[2].role": "ann is a student; a role is not changed",
        "rows[3].username": "cleo is in an earlier row already",
        "rows[4].display_name": "must not be empty",
        "rows[4].role": "must be student, instructor or administrator",
        "rows[4].sourced_id": "is the id of bob",
    }
    assert "cleo" not in course.ids("root", KIND_USER)


def test_a_dry_run_counts_and_changes_nothing(course: Course) -> None:
    before = course.get("root", KIND_USER).items
    roster = NewRoster(rows=[row("cleo"), row("ann", "Another Name")], dry_run=True)
    response = course.accepted("root", import_roster=roster)
    assert (response.added, response.changed) == (1, 1)
    assert course.get("root", KIND_USER).items == before


def test_a_roster_is_neither_empty_nor_endless(course: Course) -> None:
    assert course.refused("root", import_roster=NewRoster()).violations[0].field == "rows"
    endless = NewRoster(rows=[row(f"s{n}") for n in range(1_001)])
    assert "1,000" in course.refused("root", import_roster=endless).violations[0].description
    wrong = NewRoster(rows=[row("!") for _ in range(1_000)])
    assert 50 <= len(course.refused("root", import_roster=wrong).violations) <= 52


@pytest.mark.parametrize("username", ["grace", "ann"])
def test_people_are_the_administrators_business(course: Course, username: str) -> None:
    for data in (
        {"import_roster": NewRoster(rows=[row("cleo")])},
        {"create_link_codes": CreateLinkCodes(codes=[code(username)])},
        {"reset_password": ResetPassword(code=code("bob"))},
        {"set_disabled": NewDisabling(username="bob", disabled=True)},
    ):
        assert course.refused(username, **data).reason == "WRONG_ROLE"


# --- finding people ---


def test_people_are_found_by_words_and_by_role(course: Course) -> None:
    course.accepted(
        "root", import_roster=NewRoster(rows=[row("cleo", "Cléo Ödegård", sourced_id="x-77"), row("ed_1")])
    )

    def found(words: str) -> list[str]:
        return course.ids("grace", KIND_USER, filter={"words": words})

    assert found("student") == ["ann", "bob", "cleo", "ed_1"]
    assert found("ÖDEGÅRD") == ["cleo"]
    assert found("x-77") == ["cleo"]
    assert found("instructors gra") == ["grace"]
    assert found("ed_1") == ["ed_1"]
    assert found("%") == []
    first = course.get("grace", KIND_USER, filter={"words": "student"}, page_size=3)
    assert [item.id for item in first.items] == ["ann", "bob", "cleo"]
    second = course.get(
        "grace", KIND_USER, filter={"words": "student"}, page_token=first.next_page_token, page_size=3
    )
    assert [item.id for item in second.items] == ["ed_1"]
    assert second.next_page_token == ""
