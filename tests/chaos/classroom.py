"""The classroom that the clients work in: its people signed in, and what they will hand in and grade."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.client.api import LmsClient
from demo.seed import add_first_administrator
from lms_cluster.local.cluster import LocalCluster
from tests.world import PEOPLE, sign_in

STUDENTS = ("ada", "linus", "edsger")
GRADERS = ("grace", "alan")


@dataclass(frozen=True, slots=True)
class Classroom:
    tokens: dict[str, str]
    """By username."""
    submissions: tuple[str, ...]
    """Ids of what there is to grade, never yet graded."""
    texts_assignment: str
    """Where texts are handed in, any number of them."""
    files_assignment: str
    """Where files are."""


async def furnish(cluster: LocalCluster, client: LmsClient, rounds: int) -> Classroom:
    """Every student hands in something for `rounds` assignments. Raises LmsError."""
    root = PEOPLE["root"]
    await asyncio.to_thread(add_first_administrator, cluster, root)
    token = await sign_in(client, root.username)
    for person in PEOPLE.values():
        if person != root:
            await client.add_user(
                token,
                f"chaos-user-{person.username}",
                person.username,
                person.display_name,
                person.role,
                person.password,
            )
    tokens = {username: await sign_in(client, username) for username in (*STUDENTS, *GRADERS)}
    assignments = [await _assignment(client, tokens["grace"], number) for number in range(rounds + 2)]
    submissions = [
        (
            await client.submit(tokens[student], f"chaos-{assignment}-{student}", assignment, "Done.", ())
        ).item.id
        for assignment in assignments[2:]
        for student in STUDENTS
    ]
    return Classroom(tokens, tuple(submissions), *assignments[:2])


async def hand_in(client: LmsClient, classroom: Classroom, name: str, content: bytes) -> str:
    """A file, by the first of the students, as a submission of its own; its id. Raises LmsError."""
    token = classroom.tokens[STUDENTS[0]]
    file = await client.upload(token, f"{name}.bin", "application/octet-stream", content)
    receipt = await client.submit(token, f"chaos-{name}", classroom.files_assignment, "", (file,))
    return receipt.item.id


async def _assignment(client: LmsClient, token: str, number: int) -> str:
    due = datetime.now(UTC) + timedelta(days=7)
    receipt = await client.add_assignment(
        token, f"chaos-assignment-{number}", f"Assignment {number}", "Do it.", 10, due
    )
    return receipt.item.id
