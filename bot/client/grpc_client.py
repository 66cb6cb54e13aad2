"""The classroom over gRPC: every call with a deadline, on whichever node answers (rotation.py)."""

from __future__ import annotations

from bot.client.calls.course import Course
from bot.client.calls.coursework import Coursework
from bot.client.calls.feed import Feed
from bot.client.calls.grading import Grading
from bot.client.calls.operations import Operations
from bot.client.calls.people import People
from bot.client.calls.questions import Questions
from bot.client.calls.tutoring import TutorPolicies


class GrpcLmsClient(People, Course, Coursework, Grading, Questions, TutorPolicies, Feed, Operations):
    """An LmsClient. `nodes` maps node ids to "host:port"; channels open on first use, in the running loop."""

    async def close(self) -> None:
        await self._nodes.close()
