"""What is said about who did what."""

from __future__ import annotations

from bot.core.language import Phrase, tr
from bot.core.text.deeds import deed_said, detail_said

AUDIT_SUMMARY = Phrase("who did what, with the log entry of each act")
SINCE_PROMPT = Phrase("Since when? For example 2026-11-30, fri 18:00 or -7d.")
OF_WHOM_OR_WHAT = Phrase(
    "Of whom, or of what? A user name, an id as S17, or operator: whoever runs the servers."
)
SOMEBODY = Phrase("somebody")
OPERATOR = Phrase("an operator")
NOT_A_PERSON_OR_ID = Phrase("That is no user name and no id as S17.")


def headline(what: str, since: str) -> str:
    """Either may be empty: of everybody, and since the beginning."""
    if what and since:
        return tr("What was done by or to {what} since {when}", what=what, when=since)
    if what:
        return tr("What was done by or to {what}", what=what)
    return tr("What was done since {when}", when=since) if since else tr("What was done last")


def nothing(since: str) -> str:
    return tr("Nothing is recorded since {when}.", when=since) if since else tr("Nothing is recorded.")


def more(page: int) -> str:
    return tr("There is more; put page={page} before the words.", page=page)


def act(author: str, deed: str, object_: str, detail: str) -> str:
    """ "root: reset passwords, ann"; `deed` and `detail` are the servers' own words for it."""
    done = ", ".join(part for part in (deed_said(deed), object_) if part)
    return f"{author}: {done} ({detail_said(deed, detail)})" if detail else f"{author}: {done}"


def where(when: str, index: int, term: int) -> str:
    return tr("{when}, entry {index}, term {term}", when=when, index=index, term=term)
