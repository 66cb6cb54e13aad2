"""What every LmsClient does about the tutor's policy and what it may quote."""

from __future__ import annotations

import pytest

from bot.client.api import LmsClient, LmsError, Recipient, TutorPolicy
from tests.bot_client.contract import fresh_id, refusal, upload
from tests.world import sign_in


class TutoringContract:
    @pytest.mark.parametrize("policy", [TutorPolicy.HINT, TutorPolicy.OFF, TutorPolicy.QUOTE])
    async def test_the_tutors_policy_is_seen_by_everybody_as_it_was_set(
        self, client: LmsClient, policy: TutorPolicy
    ) -> None:
        grace = await sign_in(client, "grace")
        receipt = await client.set_tutoring(grace, fresh_id(), policy)
        assert receipt.index
        for username in ("ada", "grace", "root"):
            seen = await client.tutoring(await sign_in(client, username))
            assert (seen, seen.policy, seen.author) == (receipt.item, policy, "Grace")

    async def test_a_student_sets_no_policy(self, client: LmsClient) -> None:
        ada = await sign_in(client, "ada")
        error = await refusal(client.set_tutoring(ada, fresh_id(), TutorPolicy.OFF))
        assert (error.code, error.reason) == ("PERMISSION_DENIED", "WRONG_ROLE")

    async def test_a_tutor_that_is_off_refuses_questions_clearly(self, client: LmsClient) -> None:
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        await client.set_tutoring(grace, fresh_id(), TutorPolicy.OFF)
        try:
            error: LmsError = await refusal(client.ask(ada, fresh_id(), "Why odd?", Recipient.TUTOR))
        finally:
            await client.set_tutoring(grace, fresh_id(), TutorPolicy.QUOTE)
        assert (error.code, error.reason) == ("FAILED_PRECONDITION", "TUTOR_OFF")

    async def test_a_material_comes_back_as_quotable_as_it_was_published(self, client: LmsClient) -> None:
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        for unquotable in (False, True):
            file = await upload(client, grace, "solution.md", f"# Solution\n\n{unquotable}\n".encode())
            made = await client.add_material(
                grace, fresh_id(), "Solution", "", file, silent=True, unquotable=unquotable
            )
            assert (await client.material(ada, made.item.id)).unquotable == unquotable
