"""What every LmsClient does with assignments, extensions and submissions."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from bot.client.api import AssignmentRules, LatePolicy, LmsClient, RubricLine
from tests.bot_client.contract import fresh_id, new_assignment, refusal, upload
from tests.world import sign_in


class CourseworkContract:
    async def test_the_rules_of_an_assignment_come_back_as_they_were_set(self, client: LmsClient) -> None:
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        due = datetime(2199, 1, 2, 3, 4, tzinfo=UTC)
        rules = AssignmentRules(
            opens=datetime(2026, 1, 1, tzinfo=UTC),
            cutoff=due + timedelta(days=3),
            attempts_max=2,
            late=LatePolicy(10, timedelta(days=1), 40),
            rubric=(RubricLine("clarity", 10), RubricLine("proof", 20)),
            files=(await upload(client, grace, "tables.md", b"1 2 3"),),
        )
        made = (await client.add_assignment(grace, fresh_id(), "Clocks", "Draw.", 30, due, rules)).item
        seen = await client.assignment(ada, made.id)
        assert made.rules == seen.rules == rules
        assert (seen.due, seen.extended_due, seen.closes) == (due, None, due + timedelta(days=3))
        assert (await client.download(ada, made.id))[1] == b"1 2 3"

    async def test_before_it_opens_only_its_dates_are_told(self, client: LmsClient) -> None:
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        opens = datetime(2198, 1, 1, tzinfo=UTC)
        rules = AssignmentRules(opens=opens, files=(await upload(client, grace, "exam.md", b"?"),))
        due = opens + timedelta(days=1)
        made = (await client.add_assignment(grace, fresh_id(), "Exam", "Why?", 5, due, rules)).item
        seen = await client.assignment(ada, made.id)
        assert (seen.title, seen.instructions, seen.rules) == ("Exam", "", AssignmentRules(opens=opens))
        assert (await refusal(client.download(ada, made.id))).code == "NOT_FOUND"
        refused = await refusal(client.submit(ada, fresh_id(), made.id, "Because.", ()))
        assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "NOT_OPEN")

    async def test_an_extension_moves_one_students_due_date_and_cut_off(self, client: LmsClient) -> None:
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        due = datetime(2199, 1, 2, 3, 4, tzinfo=UTC)
        rules = AssignmentRules(cutoff=due)
        made = (await client.add_assignment(grace, fresh_id(), "Clocks", "", 30, due, rules)).item
        later = due + timedelta(days=2)
        extension = (await client.extend(grace, fresh_id(), made.id, "ada", later)).item
        assert (extension.student_name, extension.due, extension.author) == ("Ada", later, "Grace")
        seen = await client.assignment(ada, made.id)
        assert (seen.due, seen.everybodys_due, seen.closes) == (later, due, later)
        assert (await client.assignment(await sign_in(client, "linus"), made.id)).due == due
        assert [each.id for each in (await client.extensions(grace, made.id)).items] == [extension.id]

    async def test_a_submission_bears_its_receipt(self, client: LmsClient) -> None:
        assignment_id, ada = await new_assignment(client), await sign_in(client, "ada")
        receipt = await client.submit(ada, fresh_id(), assignment_id, "They meet.", ())
        seen = await client.submission(ada, receipt.item.id)
        assert (seen.index, seen.term) == (receipt.index, receipt.term)
        assert len(seen.sha256) == 64
        assert seen == receipt.item

    async def test_the_same_file_is_pointed_out(self, client: LmsClient) -> None:
        assignment_id, ada = await new_assignment(client), await sign_in(client, "ada")
        files = (await upload(client, ada, "work.md", secrets.token_bytes(64)),)
        first = (await client.submit(ada, fresh_id(), assignment_id, "", files)).item
        again = (await client.submit(ada, fresh_id(), assignment_id, "", files)).item
        assert (await client.submission(ada, again.id)).same_files_as == (first.id,)
