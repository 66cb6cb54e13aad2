"""What is said about who did what."""

from __future__ import annotations

from bot.core.language import Phrase, tr

AUDIT_SUMMARY = Phrase("who did what, with the log entry of each act")
OF_WHOM_OR_WHAT = Phrase("Of whom, or of what? A user name, or an id as S17.")
EVERYTHING = Phrase("What was done last")
NOTHING = Phrase("Nothing is recorded.")
SOMEBODY = Phrase("somebody")
NOT_A_PERSON_OR_ID = Phrase("That is no user name and no id as S17.")


def about(what: str) -> str:
    return tr("What was done by or to {what}", what=what)


def act(author: str, deed: str, object_: str, detail: str) -> str:
    """ "root: reset passwords, ann"; `deed` is the servers' own word for it."""
    done = ", ".join(part for part in (deed, object_) if part)
    return f"{author}: {done} ({detail})" if detail else f"{author}: {done}"


def where(when: str, index: int, term: int) -> str:
    return tr("{when}, entry {index}, term {term}", when=when, index=index, term=term)
