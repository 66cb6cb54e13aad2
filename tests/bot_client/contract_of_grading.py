"""What every LmsClient does about grades: feedback, single releases, imports, regrades, statistics."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

import pytest

from bot.client.api import ImportCounts, ImportedGrade, LmsClient, LmsError
from tests.world import sign_in


def fresh_id() -> str:
    return secrets.token_hex(16)


async def refusal(act: Awaitable[object]) -> LmsError:
    with pytest.raises(LmsError) as caught:
        await act
    return caught.value


async def handed_in(client: LmsClient) -> tuple[str, str]:
    """An assignment of 20 points and a submission of ada's."""
    grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
    due = datetime.now(UTC) + timedelta(days=7)
    assignment = await client.add_assignment(grace, fresh_id(), "Quorums", "Show that they meet.", 20, due)
    submission = await client.submit(ada, fresh_id(), assignment.item.id, "They meet.", ())
    return assignment.item.id, submission.item.id


class GradingContract:
    async def test_feedback_and_its_files_reach_the_student_with_the_release(self, client: LmsClient) -> None:
        _, submission = await handed_in(client)
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        await client.put_grade(grace, fresh_id(), submission, 15, "", 0)
        file = await client.upload(grace, "remarks.txt", "text/plain", secrets.token_bytes(8))
        given = (await client.put_feedback(grace, fresh_id(), submission, "See the file.", (file,), 0)).item
        assert (given.points, given.version, given.files) == (15, 2, (file,))
        assert (await refusal(client.download(ada, submission, file.sha256))).code == "NOT_FOUND"
        released = await client.release_grade(grace, fresh_id(), submission)
        assert (released.item.released, released.index > 0) == (True, True)
        seen = await client.grade(ada, submission)
        assert (seen.feedback, seen.files, seen.score_hundredths) == ("See the file.", (file,), 1_500)
        assert (await client.download(ada, submission, file.sha256))[0].name == "remarks.txt"

    async def test_a_grade_is_saved_and_released_in_one_act(self, client: LmsClient) -> None:
        _, submission = await handed_in(client)
        grace, ada = await sign_in(client, "grace"), await sign_in(client, "ada")
        await client.put_grade(grace, fresh_id(), submission, 15, "Good.", 0, release=True)
        assert (await client.grade(ada, submission)).released

    async def test_of_three_graders_at_once_one_gives_each_grade_and_the_others_learn_of_it(
        self, client: LmsClient
    ) -> None:
        root, third = await sign_in(client, "root"), f"grader-{secrets.token_hex(4)}"
        await client.add_user(root, fresh_id(), third, "Third", "instructor", "a password")
        graders = [await sign_in(client, "grace"), await sign_in(client, "alan")]
        graders.append((await client.login(third, "a password")).token)
        assignment, first = await handed_in(client)
        submissions = [first]
        for student in ("linus", "edsger"):
            token = await sign_in(client, student)
            submissions.append((await client.submit(token, fresh_id(), assignment, "They do.", ())).item.id)
        given = [
            (submission, points, token) for submission in submissions for points, token in enumerate(graders)
        ]
        outcomes = await asyncio.gather(
            *(client.put_grade(token, fresh_id(), each, points, "", 0) for each, points, token in given),
            return_exceptions=True,
        )
        for submission in submissions:
            won = []
            for (each, points, _), outcome in zip(given, outcomes, strict=True):
                if each != submission:
                    continue
                if isinstance(outcome, LmsError):
                    assert (outcome.code, outcome.reason) == ("ABORTED", "GRADE_CHANGED")
                else:
                    won.append(points)
            grade = await client.grade(graders[0], submission)
            assert ([grade.points], grade.version) == (won, 1)

    async def test_an_import_is_tried_first_and_then_taken_whole(self, client: LmsClient) -> None:
        assignment, submission = await handed_in(client)
        grace = await sign_in(client, "grace")
        rows = [ImportedGrade(assignment, "ada", 0, points=15)]
        tried = await client.import_grades(grace, fresh_id(), rows, dry_run=True)
        assert tried.item == ImportCounts(1, 0, 0)
        assert (await refusal(client.grade(grace, submission))).code == "NOT_FOUND"
        assert (await client.import_grades(grace, fresh_id(), rows, dry_run=False)).item == tried.item
        grade = await client.grade(grace, submission)
        assert (grade.points, grade.released) == (15, False)
        again = [ImportedGrade(assignment, "ada", 1, score_hundredths=1_500)]
        assert (await client.import_grades(grace, fresh_id(), again, dry_run=True)).item.unchanged == 1
        error = await refusal(client.import_grades(grace, fresh_id(), [*rows, *rows], dry_run=False))
        assert set(error.violations) == {"grades[1]"}

    async def test_a_regrade_is_asked_for_answered_and_resolved(self, client: LmsClient) -> None:
        assignment, submission = await handed_in(client)
        grace, ada, linus = [await sign_in(client, name) for name in ("grace", "ada", "linus")]
        error = await refusal(client.request_regrade(ada, fresh_id(), assignment, "Page 2."))
        assert error.code == "FAILED_PRECONDITION"
        await client.put_grade(grace, fresh_id(), submission, 15, "", 0, release=True)
        regrade = (await client.request_regrade(ada, fresh_id(), assignment, "Page 2.")).item
        assert regrade in (await client.regrades(grace, pending=True)).items
        answered = (await client.reply_regrade(grace, fresh_id(), regrade.id, "It stands.", True)).item
        assert [(each.text, each.by_student) for each in answered.messages] == [
            ("Page 2.", True),
            ("It stands.", False),
        ]
        assert (await client.regrade(ada, regrade.id)) == answered
        assert answered.resolved
        assert regrade.id not in [each.id for each in (await client.regrades(grace, pending=True)).items]
        assert (await refusal(client.regrade(linus, regrade.id))).code == "NOT_FOUND"

    async def test_statistics_are_of_one_assignment(self, client: LmsClient) -> None:
        assignment, submission = await handed_in(client)
        grace = await sign_in(client, "grace")
        await client.put_grade(grace, fresh_id(), submission, 15, "", 0)
        found = await client.statistics(grace, assignment)
        assert (found.submitted, found.graded, found.released) == (1, 1, 0)
        assert found.scores_hundredths == (1_500,)
        assert found.mean_hundredths == found.median_hundredths == 1_500
