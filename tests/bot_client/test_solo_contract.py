"""The contract of every LmsClient, over a classroom in one process: what holds there holds on a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.client.grpc_client import GrpcLmsClient
from tests.bot_client.contract import LmsClientContract
from tests.bot_client.contract_coursework import CourseworkContract
from tests.bot_client.contract_of_people import PeopleContract
from tests.bot_client.contract_questions import QuestionsContract
from tests.bot_client.contract_tutoring import TutoringContract
from tests.solo.classroom import seated


@pytest_asyncio.fixture
async def client() -> AsyncIterator[GrpcLmsClient]:
    async with seated() as classroom:
        yield classroom.client


class TestSoloClassroom(
    LmsClientContract, CourseworkContract, PeopleContract, QuestionsContract, TutoringContract
):
    """See the contract."""
