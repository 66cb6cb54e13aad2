"""The sentences with which the course servers refuse what a student may try, in the language spoken.

The servers write English. A sentence that is known here is recognised by its shape, and said again with the
values that stood in it; any other is passed on as it came.
"""

from __future__ import annotations

import re
from string import Formatter

from bot.core.language import ENGLISH, Phrase, spoken

SENTENCES = (
    # What is not there.
    Phrase("There is no assignment {item}."),
    Phrase("There is no material {item}."),
    Phrase("There is no submission {item}."),
    Phrase("There is no question {item}."),
    Phrase("There is no announcement {item}."),
    Phrase("There is no regrade request {item}."),
    Phrase("There is no grade {item}."),
    Phrase("There is no file {item}."),
    Phrase("{item} has no such file."),
    # When work is taken.
    Phrase("{item} opens on {when}."),
    Phrase("{item} closed on {when}."),
    Phrase("The one attempt at {item} is used."),
    Phrase("All {count} attempts at {item} are used."),
    # What was wrong with a value: after the value's name and a colon.
    Phrase("must not be empty"),
    Phrase("must be one line of text"),
    Phrase("must be text without control characters"),
    Phrase("must be at most {characters_max} characters, you sent {length}"),
    Phrase("must be at most {most}, you sent {sent}"),
    Phrase("must be {least} to {most} characters, you sent {sent}"),
    Phrase("must be {least} to {most}, you sent {sent}"),
    Phrase("must be another one than before"),
    Phrase("must be empty: there is none yet"),
    Phrase("is wrong"),
    Phrase("must be a file name without a folder"),
    Phrase("must be a file that you have uploaded"),
    Phrase("must be at most 20 MB ({size} bytes)"),
    Phrase("is not that of the content that came"),
    Phrase("is {size} bytes, but {more} came"),
    # What the rules or the state of the servers forbid.
    Phrase("A file may have at most 20 MB."),
    Phrase("The file is not complete; upload it again."),
    Phrase("The file's size is not that of its chunks; upload it again."),
    Phrase("The file arrived damaged; nothing of it was kept."),
    Phrase("No grade of {item} was released to you yet, so there is none to look at again."),
    Phrase("{item} has {count} messages already; talk to each other."),
    Phrase("This request id was used for something else."),
    Phrase("Too many wrong passwords."),
    Phrase("This account is disabled. An administrator can enable it again."),
    Phrase(
        "This sign-in link is used up, or a newer one has taken its place. An administrator can make another."
    ),
    Phrase("This sign-in link has expired. An administrator can make another."),
    Phrase("Too many people watch this node."),
    Phrase("The course servers are busy; nothing was saved."),
    Phrase("The course servers' disk is almost full; nothing was saved."),
    Phrase("{name} is larger than 20 MB, the most a file may have."),
    # About questions.
    Phrase("Too many questions"),
    Phrase("{item} is with the instructors already; write what you want to add."),
    Phrase("{item} has {count} follow-ups already; ask a new question."),
    Phrase("{item} is resolved already."),
    Phrase("The tutor has not answered {item}."),
    # About a node, or a call.
    Phrase("A request may have at most {size} KiB."),
    Phrase("The upload stalled; nothing was saved."),
    Phrase("does not answer"),
    Phrase("No quorum of the course servers answered; nothing was saved."),
)


def told(sentence: str) -> str:
    """A sentence of the course servers in the language spoken, where it is known; else as it came."""
    if spoken() == ENGLISH:
        return sentence
    for shape, phrase in _SHAPES:
        match = shape.fullmatch(sentence)
        if match is not None:
            return phrase.filled(**match.groupdict())
    return sentence


def _shape(phrase: Phrase) -> re.Pattern[str]:
    parts = []
    for literal, place, _, _ in Formatter().parse(phrase.message):
        parts.append(re.escape(literal))
        if place is not None:
            parts.append(f"(?P<{place}>.+?)")
    return re.compile("".join(parts), re.DOTALL)


_SHAPES = tuple((_shape(phrase), phrase) for phrase in SENTENCES)
