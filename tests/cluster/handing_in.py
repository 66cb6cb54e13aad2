"""Work handed in: what students may write as often as they like, and how all of it is found again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from bot.client.api import LmsClient
from tests.world import sign_in


async def new_assignment(client: LmsClient) -> str:
    """Its id. It takes any number of attempts."""
    due = datetime.now(UTC) + timedelta(days=7)
    token = await sign_in(client, "grace")
    return (await client.add_assignment(token, "the-assignment", "Essays", "", 10, due)).item.id


async def texts_of(client: LmsClient, token: str) -> Counter[str]:
    """How often each text was handed in, by whomever the caller may see."""
    found: Counter[str] = Counter()
    page = ""
    while True:
        submissions = await client.submissions(token, page=page)
        found.update(submission.text for submission in submissions.items)
        if not (page := submissions.next_page):
            return found
