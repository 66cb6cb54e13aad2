"""Everybody comes in as a school does it: a roster is imported, and each gets a link that works once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

from bot.core.model import Reply, Role
from tests.classday.course import several
from tests.classday.person import Person, Unexpected

_CODE = re.compile(r"[A-Za-z0-9_-]{43}")


async def arrive(people: Mapping[str, Person], root_password: str) -> None:
    """The administrator alone has a password to begin with. Raises Unexpected."""
    root = people["root"]
    await root.say("/login root")
    await root.say(root_password)
    newcomers = [person for person in people.values() if person is not root]
    await root.do("/importusers", ("roster.csv", _roster(newcomers)))
    codes = _codes(await root.do(f"/linkcode {' '.join(person.username for person in newcomers)}"))
    await several(_come_in(person, codes) for person in newcomers)


def _roster(newcomers: list[Person]) -> bytes:
    """With the column names of OneRoster."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(("sourcedId", "username", "givenName", "familyName", "role"))
    for place, person in enumerate(newcomers):
        given, _, family = person.name.partition(" ")
        role = "student" if person.role is Role.STUDENT else "teacher"
        rows.writerow((f"sis-{place}", person.username, given, family, role))
    return table.getvalue().encode()


def _codes(reply: Reply) -> dict[str, str]:
    """By username, out of the file that came with the reply."""
    if not reply.files:
        raise Unexpected(f"no file of links came with: {reply.text.plain}")
    found = {}
    for row in csv.reader(io.StringIO(reply.files[0].content.decode("utf-8-sig"))):
        code = next((match[0] for cell in row if (match := _CODE.search(cell))), None)
        if code is not None:
            found[row[0]] = code
    return found


async def _come_in(person: Person, codes: Mapping[str, str]) -> None:
    if person.username not in codes:
        raise Unexpected(f"there is no link for {person.username}")
    await person.do(f"/start {codes[person.username]}")
