"""What every LmsClient does, whatever is behind it.

A suite gives a `client` of a classroom with the people of tests/world.py in it. Nothing here
counts on an empty classroom: ids come from receipts.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from bot.client.api import (
    UPLOAD_BYTES_MAX,
    EventKind,
    File,
    Item,
    LmsClient,
    LmsError,
    Page,
    QueryState,
    Recipient,
)
from tests.bot_client.contract_of_grading import GradingContract
from tests.world import sign_in

T = TypeVar("T")

PAGE = b"# Quorums\n\nTwo majorities of the same servers always share a server.\n"


def fresh_id() -> str:
    return secrets.token_hex(16)


async def refusal(act: Awaitable[object]) -> LmsError:
    with pytest.raises(LmsError) as caught:
        await act
    return caught.value


async def new_assignment(client: LmsClient, points: int = 20) -> str:
    due = datetime.now(UTC) + timedelta(days=7)
    token = await sign_in(client, "grace")
    receipt = await client.add_assignment(token, fresh_id(), "Quorums", "Show that they meet.", points, due)
    return receipt.item.id


async def new_submission(
    client: LmsClient, username: str, assignment_id: str, text: str = "They meet."
) -> str:
    token = await sign_in(client, username)
    return (await client.submit(token, fresh_id(), assignment_id, text, ())).item.id


async def upload(client: LmsClient, token: str, name: str, content: bytes) -> File:
    return await client.upload(token, name, "text/markdown", content)


def ids(page: Page[T]) -> list[str]:
    return [item.id for item in page.items]  # type: ignore[attr-defined]


class LmsClientContract(GradingContract):
    # --- sessions ---

    async def test_a_login_tells_who_came_in(self, client: LmsClient) -> None:
        session = await client.login("ada", "correct horse ada")
        assert (session.user.username, session.user.display_name, session.user.role) == (
            "ada",
            "Ada",
            "student",
        )
        assert await client.account(session.token) == session.user

    async def test_a_wrong_password_and_a_wrong_name_are_refused_alike(self, client: LmsClient) -> None:
        wrong_password = await refusal(client.login("edsger", "wrong"))
        wrong_name = await refusal(client.login("nobody", "correct horse ada"))
        assert wrong_password.reason == wrong_name.reason == "BAD_CREDENTIALS"
        assert wrong_password.message == wrong_name.message

    async def test_after_logout_the_token_is_refused_everywhere(self, client: LmsClient) -> None:
        token, other = await sign_in(client, "ada"), await sign_in(client, "ada")
        await client.logout(token)
        for act in (
            client.account(token),
            client.materials(token),
            client.ask(token, fresh_id(), "Hello?", Recipient.INSTRUCTOR),
            client.upload(token, "a.md", "text/markdown", b"a"),
            client.logout(token),
        ):
            error = await refusal(act)
            assert (error.code, error.reason) == ("UNAUTHENTICATED", "SESSION_ENDED")
        assert (await client.account(other)).username == "ada"

    # --- people ---

    async def test_an_administrator_adds_a_person_who_can_sign_in(self, client: LmsClient) -> None:
        root = await sign_in(client, "root")
        username = f"new-{secrets.token_hex(4)}"
        receipt = await client.add_user(root, fresh_id(), username, "Ne W", "student", "a password")
        assert (receipt.item.username, receipt.item.role) == (username, "student")
        assert receipt.index > 0
        assert receipt.term > 0
        assert (await client.login(username, "a password")).user == receipt.item
        assert receipt.item in (await client.users(root)).items

    async def test_a_username_is_given_once(self, client: LmsClient) -> None:
        root = await sign_in(client, "root")
        error = await refusal(client.add_user(root, fresh_id(), "ada", "Ada Again", "student", "a password"))
        assert error.code == "ALREADY_EXISTS"

    async def test_a_malformed_username_is_named_as_the_fault(self, client: LmsClient) -> None:
        root = await sign_in(client, "root")
        error = await refusal(client.add_user(root, fresh_id(), "Ada L", "Ada", "student", "a password"))
        assert error.code == "INVALID_ARGUMENT"
        assert set(error.violations) == {"username"}

    async def test_each_act_is_for_its_roles_only(self, client: LmsClient) -> None:
        ada, grace, root = [await sign_in(client, name) for name in ("ada", "grace", "root")]
        soon = datetime.now(UTC) + timedelta(days=1)
        for act in (
            client.add_user(grace, fresh_id(), "mallory", "Mallory", "administrator", "a password"),
            client.add_assignment(ada, fresh_id(), "Holidays", "", 10, soon),
            client.announce(ada, fresh_id(), "No homework!"),
            client.put_grade(ada, fresh_id(), "S1", 20, "", 0),
            client.release(root, fresh_id(), "A1"),
            client.answer(ada, fresh_id(), "Q1", "Yes."),
            client.submit(grace, fresh_id(), "A1", "Mine.", ()),
            client.ask(grace, fresh_id(), "Why?", Recipient.TUTOR),
            client.users(ada),
            client.submissions(root),
            client.grades(root),
        ):
            error = await refusal(act)
            assert (error.code, error.reason) == ("PERMISSION_DENIED", "WRONG_ROLE")

    # --- files and materials ---

    async def test_a_material_can_be_found_read_and_fetched(self, client: LmsClient) -> None:
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        word = f"quorum{secrets.token_hex(4)}"
        content = f"# Notes\n\nThe {word} is a majority.\n".encode()
        file = await upload(client, grace, "notes.md", content)
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        material = (await client.add_material(grace, fresh_id(), "Notes", "sets", file)).item
        found = await client.materials(ada, word)
        assert ids(found) == [material.id]
        assert found.items[0].text == ""
        assert word in (await client.material(ada, material.id)).text
        described, fetched = await client.download(ada, material.id)
        assert fetched == content
        assert (described.name, described.size) == ("notes.md", len(content))

    async def test_reading_counts_once_and_only_for_the_reader(self, client: LmsClient) -> None:
        grace = await sign_in(client, "grace")
        file = await upload(client, grace, "page.md", PAGE)
        material = (await client.add_material(grace, fresh_id(), "Page", "", file)).item
        ada, linus = await sign_in(client, "ada"), await sign_in(client, "linus")
        before = [(await client.progress(token)).items[0] for token in (ada, linus)]
        await client.mark_read(ada, fresh_id(), material.id)
        await client.mark_read(ada, fresh_id(), material.id)
        after = [(await client.progress(token)).items[0] for token in (ada, linus)]
        assert after[0].materials_read == before[0].materials_read + 1
        assert after[1].materials_read == before[1].materials_read

    async def test_empty_and_too_large_files_are_refused_with_the_limit_named(
        self, client: LmsClient
    ) -> None:
        ada = await sign_in(client, "ada")
        empty = await refusal(client.upload(ada, "empty.txt", "text/plain", b""))
        large = await refusal(client.upload(ada, "large.bin", "", b"x" * (UPLOAD_BYTES_MAX + 1)))
        assert empty.code == large.code == "INVALID_ARGUMENT"
        assert large.reason == "TOO_LARGE"
        assert "20 MB" in large.message
        for refused in (empty, large):
            assert refused.violations == {"file": refused.message}

    async def test_text_that_is_not_utf8_is_no_material(self, client: LmsClient) -> None:
        grace = await sign_in(client, "grace")
        file = await upload(client, grace, "latin1.txt", b"caf\xe9 \xff\xfe")
        error = await refusal(client.add_material(grace, fresh_id(), "Latin", "", file))
        assert error.code == "INVALID_ARGUMENT"
        assert "UTF-8" in error.violations["file"]

    async def test_nobody_hands_in_a_file_that_somebody_else_uploaded(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        linus, ada = await sign_in(client, "linus"), await sign_in(client, "ada")
        file = await upload(client, linus, "work.md", secrets.token_bytes(64))
        error = await refusal(client.submit(ada, fresh_id(), assignment_id, "", (file,)))
        assert error.code == "INVALID_ARGUMENT"

    # --- assignments and submissions ---

    async def test_a_due_date_in_the_past_is_named_as_the_fault(self, client: LmsClient) -> None:
        grace = await sign_in(client, "grace")
        past = datetime.now(UTC) - timedelta(days=1)
        error = await refusal(client.add_assignment(grace, fresh_id(), "Late", "", 10, past))
        assert error.code == "INVALID_ARGUMENT"
        assert set(error.violations) == {"due"}

    async def test_an_assignment_comes_back_as_it_was_set(self, client: LmsClient) -> None:
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        due = datetime(2199, 1, 2, 3, 4, tzinfo=UTC)
        made = (await client.add_assignment(grace, fresh_id(), "Clocks", "Draw one.", 30, due)).item
        seen = await client.assignment(ada, made.id)
        assert (seen.title, seen.instructions, seen.points, seen.due) == ("Clocks", "Draw one.", 30, due)

    async def test_attempts_count_for_each_student_apart(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        await new_submission(client, "ada", assignment_id, "one")
        second = await new_submission(client, "ada", assignment_id, "two")
        await new_submission(client, "linus", assignment_id, "mine")
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        assert (await client.submission(ada, second)).attempt == 2
        assert (await client.assignment(ada, assignment_id)).submissions == 2
        assert (await client.assignment(grace, assignment_id)).submissions == 2
        assert len((await client.submissions(grace, assignment_id)).items) == 3
        assert len((await client.submissions(grace, assignment_id, pending=True)).items) == 2

    async def test_files_of_a_submission_come_back_byte_for_byte(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        contents = [secrets.token_bytes(300 * 1024), b"1,2,3\n"]
        files = [await upload(client, ada, f"{n}.bin", content) for n, content in enumerate(contents)]
        submission = (await client.submit(ada, fresh_id(), assignment_id, "", tuple(files))).item
        assert [file.sha256 for file in submission.files] == [file.sha256 for file in files]
        for file, content in zip(files, contents, strict=True):
            assert (await client.download(grace, submission.id, file.sha256))[1] == content

    async def test_handing_in_nothing_is_refused(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        ada = await sign_in(client, "ada")
        assert (await refusal(client.submit(ada, fresh_id(), assignment_id, " ", ()))).violations

    async def test_anothers_item_is_refused_exactly_as_one_that_does_not_exist(
        self, client: LmsClient
    ) -> None:
        assignment_id = await new_assignment(client)
        submission_id = await new_submission(client, "ada", assignment_id)
        ada, linus = await sign_in(client, "ada"), await sign_in(client, "linus")
        query_id = (await client.ask(ada, fresh_id(), "Is this private?", Recipient.INSTRUCTOR)).item.id
        absent = "S987654321"
        for there, not_there in (
            (client.submission(linus, submission_id), client.submission(linus, absent)),
            (client.download(linus, submission_id), client.download(linus, absent)),
            (client.grade(linus, submission_id), client.grade(linus, absent)),
            (client.query(linus, query_id), client.query(linus, "Q987654321")),
        ):
            one, other = await refusal(there), await refusal(not_there)
            assert (one.code, one.reason) == (other.code, other.reason) == ("NOT_FOUND", "NO_SUCH_ITEM")
            assert one.message.split()[:-1] == other.message.split()[:-1]

    # --- grades ---

    async def test_a_grade_is_seen_by_its_student_once_released(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        submission_id = await new_submission(client, "ada", assignment_id)
        grace, ada, linus = [await sign_in(client, name) for name in ("grace", "ada", "linus")]
        draft = (await client.put_grade(grace, fresh_id(), submission_id, 15, "Good.", 0)).item
        assert (draft.version, draft.released, draft.points_max) == (1, False, 20)
        assert (await refusal(client.grade(ada, submission_id))).code == "NOT_FOUND"
        assert not (await client.submission(ada, submission_id)).graded
        assert (await client.release(grace, fresh_id(), assignment_id)).item == 1
        seen = await client.grade(ada, submission_id)
        assert (seen.points, seen.feedback, seen.released) == (15, "Good.", True)
        assert submission_id in ids(await client.grades(ada, assignment_id))
        assert ids(await client.grades(linus, assignment_id)) == []
        assert (await client.release(grace, fresh_id(), assignment_id)).item == 0

    async def test_a_changed_grade_is_a_draft_until_released_again(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        submission_id = await new_submission(client, "ada", assignment_id)
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        await client.put_grade(grace, fresh_id(), submission_id, 15, "", 0)
        await client.release(grace, fresh_id(), assignment_id)
        await client.put_grade(grace, fresh_id(), submission_id, 17, "", 1)
        assert (await client.grade(ada, submission_id)).points == 15
        assert (await client.grade(grace, submission_id)).points == 17

    async def test_of_two_graders_the_second_learns_of_the_first(self, client: LmsClient) -> None:
        submission_id = await new_submission(client, "ada", await new_assignment(client))
        grace, alan = await sign_in(client, "grace"), await sign_in(client, "alan")
        await client.put_grade(grace, fresh_id(), submission_id, 15, "", 0)
        error = await refusal(client.put_grade(alan, fresh_id(), submission_id, 12, "", 0))
        assert (error.code, error.reason) == ("ABORTED", "GRADE_CHANGED")
        assert (await client.put_grade(alan, fresh_id(), submission_id, 12, "", 1)).item.version == 2

    async def test_points_out_of_range_are_named_as_the_fault(self, client: LmsClient) -> None:
        submission_id = await new_submission(client, "ada", await new_assignment(client, points=20))
        grace = await sign_in(client, "grace")
        error = await refusal(client.put_grade(grace, fresh_id(), submission_id, 21, "", 0))
        assert error.code == "INVALID_ARGUMENT"
        assert error.violations == {"points": "must be 0 to 20, you sent 21"}

    async def test_only_the_newest_attempt_is_graded(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        first = await new_submission(client, "ada", assignment_id)
        second = await new_submission(client, "ada", assignment_id)
        grace = await sign_in(client, "grace")
        error = await refusal(client.put_grade(grace, fresh_id(), first, 10, "", 0))
        assert error.code == "FAILED_PRECONDITION"
        assert second in error.message

    # --- questions and announcements ---

    async def test_an_instructor_answers_without_learning_who_asked(self, client: LmsClient) -> None:
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        asked = (await client.ask(ada, fresh_id(), "Is one term enough?", Recipient.INSTRUCTOR)).item
        waiting = {query.id: query for query in (await client.queries(grace, pending=True)).items}
        assert "ada" not in repr(waiting[asked.id]).lower()
        answered = (await client.answer(grace, fresh_id(), asked.id, "It is.")).item
        assert answered.state is QueryState.ANSWERED
        assert asked.id not in ids(await client.queries(grace, pending=True))
        seen = await client.query(ada, asked.id)
        assert [(answer.text, answer.author, answer.by_tutor) for answer in seen.answers] == [
            ("It is.", "Grace", False)
        ]

    async def test_an_announcement_is_there_for_everyone(self, client: LmsClient) -> None:
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        made = (await client.announce(grace, fresh_id(), "The room is B2.")).item
        assert made.id in ids(await client.announcements(ada))
        assert await client.announcement(ada, made.id) == made

    # --- exactly once ---

    async def test_the_same_request_id_acts_once_and_answers_alike(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        ada, request_id = await sign_in(client, "ada"), fresh_id()
        first = await client.submit(ada, request_id, assignment_id, "Once.", ())
        assert await client.submit(ada, request_id, assignment_id, "Once.", ()) == first
        assert (await client.assignment(ada, assignment_id)).submissions == 1

    async def test_a_request_id_is_not_for_two_acts(self, client: LmsClient) -> None:
        ada, request_id = await sign_in(client, "ada"), fresh_id()
        await client.ask(ada, request_id, "One?", Recipient.INSTRUCTOR)
        error = await refusal(client.ask(ada, request_id, "Two?", Recipient.INSTRUCTOR))
        assert (error.code, error.reason) == ("INVALID_ARGUMENT", "REQUEST_ID_REUSED")

    # --- lists ---

    async def test_a_long_list_comes_in_pages_without_gap_or_repeat(self, client: LmsClient) -> None:
        assignment_id = await new_assignment(client)
        ada = await sign_in(client, "ada")
        made = [
            (await client.submit(ada, fresh_id(), assignment_id, f"try {n}", ())).item.id for n in range(110)
        ]
        first = await client.submissions(ada, assignment_id)
        second = await client.submissions(ada, assignment_id, page=first.next_page)
        assert first.next_page
        assert not second.next_page
        assert ids(first) + ids(second) == made

    # --- watching ---

    async def test_a_watch_tells_what_happens_after_it_began_and_to_whom(self, client: LmsClient) -> None:
        ada, linus, grace = [await sign_in(client, name) for name in ("ada", "linus", "grace")]
        adas, linuses = client.watch(ada, ""), client.watch(linus, "")
        for events in (adas, linuses):
            assert (await anext(events)).kind is None
        asked = (await client.ask(ada, fresh_id(), "Am I heard?", Recipient.INSTRUCTOR)).item
        await client.answer(grace, fresh_id(), asked.id, "You are.")
        announced = (await client.announce(grace, fresh_id(), "To all.")).item
        answered, told = await anext(adas), await anext(adas)
        assert (answered.kind, told.kind) == (EventKind.QUERY_ANSWERED, EventKind.ANNOUNCEMENT)
        assert told.item == announced
        assert (await anext(linuses)).item == announced
        for events in (adas, linuses):
            await events.aclose()  # type: ignore[attr-defined]

    async def test_a_watch_goes_on_from_its_cursor(self, client: LmsClient) -> None:
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        events = client.watch(ada, "")
        cursor = (await anext(events)).cursor
        await events.aclose()  # type: ignore[attr-defined]
        made = [(await client.announce(grace, fresh_id(), f"Number {n}.")).item for n in range(3)]
        again = client.watch(ada, cursor)
        told: list[Item | None] = []
        while len(told) < len(made):
            event = await anext(again)
            if event.kind is not None:
                told.append(event.item)
        assert told == made
        await again.aclose()  # type: ignore[attr-defined]

    async def test_a_watch_ends_with_its_session(self, client: LmsClient) -> None:
        ada = await sign_in(client, "ada")
        events = client.watch(ada, "")
        await anext(events)
        await client.logout(ada)
        error = await refusal(anext(events))
        assert error.code == "UNAUTHENTICATED"

    # --- the cluster ---

    async def test_the_status_names_one_leader(self, client: LmsClient) -> None:
        nodes = await client.status()
        assert not any(node.error for node in nodes)
        assert [node.role for node in nodes].count("leader") == 1
