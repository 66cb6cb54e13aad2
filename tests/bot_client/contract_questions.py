"""What every LmsClient does about questions: threads, the FAQ, and who asked."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable

import pytest

from bot.client.api import EventKind, LmsClient, LmsError, Query, QueryState, Recipient
from tests.world import sign_in


def fresh_id() -> str:
    return secrets.token_hex(16)


async def refusal(act: Awaitable[object]) -> LmsError:
    with pytest.raises(LmsError) as caught:
        await act
    return caught.value


async def asked(client: LmsClient, text: str = "Why odd?", private: bool = False) -> str:
    ada = await sign_in(client, "ada")
    receipt = await client.ask(ada, fresh_id(), text, Recipient.INSTRUCTOR, private)
    assert receipt.item.private == private
    return receipt.item.id


async def waits(client: LmsClient, token: str, query_id: str) -> bool:
    page = await client.queries(token, pending=True)
    found = list(page.items)
    while page.next_page:
        page = await client.queries(token, pending=True, page=page.next_page)
        found += page.items
    return query_id in {query.id for query in found}


class QuestionsContract:
    async def test_a_thread_is_followed_up_and_closed_and_opens_again(self, client: LmsClient) -> None:
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        query_id = await asked(client)
        assert await waits(client, grace, query_id)
        await client.answer(grace, fresh_id(), query_id, "To overlap.")
        assert not await waits(client, grace, query_id)
        followed = (await client.follow_up(ada, fresh_id(), query_id, "Overlap with what?")).item
        assert [(each.text, each.after_answers) for each in followed.follow_ups] == [
            ("Overlap with what?", 1)
        ]
        assert (followed.state, followed.own) == (QueryState.PENDING, True)
        resolved = (await client.resolve(grace, fresh_id(), query_id)).item
        assert (resolved.state, resolved.own) == (QueryState.RESOLVED, False)
        assert not await waits(client, grace, query_id)
        await client.follow_up(ada, fresh_id(), query_id, "Still: with what?")
        assert await waits(client, grace, query_id)

    async def test_what_is_published_is_found_by_everybody_and_says_nothing_of_who_asked(
        self, client: LmsClient
    ) -> None:
        grace = await sign_in(client, "grace")
        word = "word" + secrets.token_hex(8)
        query_id = await asked(client, f"What is {word}?")
        answered = await client.answer(grace, fresh_id(), query_id, "A word.", publish=True)
        assert answered.item.published
        for username in ("linus", "root", "grace"):
            token = await sign_in(client, username)
            (found,) = (await client.faq(token, word)).items
            assert (found.id, found.question) == (query_id, f"What is {word}?")
            assert await client.known_answer(token, query_id) == found
            assert (found.answer.text, found.answer.author) == ("A word.", "Grace")
        linus = await sign_in(client, "linus")
        assert (await refusal(client.query(linus, query_id))).code == "NOT_FOUND"

    async def test_an_answer_is_published_later_without_being_given_twice(self, client: LmsClient) -> None:
        grace = await sign_in(client, "grace")
        query_id = await asked(client)
        await client.answer(grace, fresh_id(), query_id, "To overlap.")
        published = (await client.answer(grace, fresh_id(), query_id, "", publish=True)).item
        assert published.published
        assert len(published.answers) == 1

    async def test_what_was_asked_privately_cannot_be_published(self, client: LmsClient) -> None:
        grace = await sign_in(client, "grace")
        query_id = await asked(client, private=True)
        error = await refusal(client.answer(grace, fresh_id(), query_id, "No.", publish=True))
        assert (error.code, "privately" in error.message) == ("FAILED_PRECONDITION", True)
        assert await waits(client, grace, query_id)

    async def test_what_the_tutor_has_not_answered_is_neither_rated_nor_reviewed(
        self, client: LmsClient
    ) -> None:
        grace = await sign_in(client, "grace")
        query_id = await asked(client)
        for act in (
            client.endorse(grace, fresh_id(), query_id),
            client.correct(grace, fresh_id(), query_id, "No."),
        ):
            assert (await refusal(act)).code == "FAILED_PRECONDITION"

    async def test_ones_own_questions_are_searched_by_words(self, client: LmsClient) -> None:
        ada, linus = await sign_in(client, "ada"), await sign_in(client, "linus")
        word = "word" + secrets.token_hex(8)
        query_id = await asked(client, f"What is {word}?")
        assert [query.id for query in (await client.queries(ada, words=f"Is {word} known?")).items] == [
            query_id
        ]
        assert (await client.queries(linus, words=word)).items == ()

    async def test_an_administrator_learns_who_asked_and_nobody_else_does(self, client: LmsClient) -> None:
        root, grace = await sign_in(client, "root"), await sign_in(client, "grace")
        query_id = await asked(client)
        asker = (await client.reveal(root, fresh_id(), query_id, "The dean asked.")).item
        assert (asker.username, asker.display_name) == ("ada", "Ada")
        error = await refusal(client.reveal(grace, fresh_id(), query_id, "Curious."))
        assert error.code == "PERMISSION_DENIED"

    async def test_instructors_are_told_of_a_follow_up(self, client: LmsClient) -> None:
        ada, grace = await sign_in(client, "ada"), await sign_in(client, "grace")
        query_id = await asked(client)
        watch = client.watch(grace, "")
        assert (await anext(watch)).kind is None
        await client.follow_up(ada, fresh_id(), query_id, "And why not even?")
        async for event in watch:
            if isinstance(event.item, Query) and event.item.id == query_id:
                assert event.kind is EventKind.QUERY_FOLLOWED_UP
                assert not event.item.own
                break
