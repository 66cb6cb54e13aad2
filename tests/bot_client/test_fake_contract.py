"""The contract of every LmsClient, over the classroom in memory."""

from __future__ import annotations

import pytest

from bot.client.fake import FakeLmsClient
from tests.bot_client.contract import LmsClientContract
from tests.world import PEOPLE


@pytest.fixture
def client() -> FakeLmsClient:
    client = FakeLmsClient()
    for person in PEOPLE.values():
        client.seat(person.username, person.display_name, person.role, person.password)
    return client


class TestFakeLmsClient(LmsClientContract):
    """See the contract."""
