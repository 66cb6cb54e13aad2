"""What the course servers call people, things and deeds: words of their refusals and of the audit."""

from __future__ import annotations

from bot.core.language import Phrase
from bot.core.text.shapes import said_again, shapes


def _table(*words: Phrase) -> dict[str, Phrase]:
    return {word.message: word for word in words}


DEEDS = _table(
    Phrase("log in"),
    Phrase("log out"),
    Phrase("store a chunk"),
    Phrase("set up the classroom"),
    Phrase("record the tutor's answer"),
    Phrase("report that the tutor is away"),
    Phrase("tell of an assignment that has opened"),
    Phrase("remind of a due date"),
    Phrase("upload files"),
    Phrase("add users"),
    Phrase("import users"),
    Phrase("make sign-in links"),
    Phrase("reset passwords"),
    Phrase("disable and enable users"),
    Phrase("learn who asked a question"),
    Phrase("transfer leadership"),
    Phrase("make backups"),
    Phrase("change their password"),
    Phrase("publish materials"),
    Phrase("set assignments"),
    Phrase("grade"),
    Phrase("release grades"),
    Phrase("grant extensions"),
    Phrase("import grades"),
    Phrase("answer regrade requests"),
    Phrase("answer questions"),
    Phrase("endorse answers"),
    Phrase("correct answers"),
    Phrase("announce"),
    Phrase("submit"),
    Phrase("ask for a regrade"),
    Phrase("ask questions"),
    Phrase("follow up on questions"),
    Phrase("rate answers"),
    Phrase("resolve questions"),
    Phrase("set the tutor's policy"),
    Phrase("read materials"),
)

DETAILS = {
    deed: shapes(details)
    for deed, details in {
        "disable and enable users": (Phrase("disabled"), Phrase("enabled")),
        "grade": (Phrase("{points} of {points_max}, released"), Phrase("{points} of {points_max}")),
        "release grades": (Phrase("{count} released"),),
        "import grades": (Phrase("{added} new, {changed} changed"),),
        "grant extensions": (Phrase("{assignment} for {username}"),),
    }.items()
}
"""Beside which deed what may stand in the audit. Beside others it is names, or what somebody wrote."""

PEOPLE = _table(
    Phrase("students"),
    Phrase("instructors"),
    Phrase("administrators"),
    Phrase("students and instructors"),
    Phrase("students and administrators"),
    Phrase("instructors and administrators"),
    Phrase("students and instructors and administrators"),
)


def deed_said(deed: str) -> str:
    return str(DEEDS.get(deed, deed))


def detail_said(deed: str, detail: str) -> str:
    return said_again(detail, DETAILS.get(deed, ()))
