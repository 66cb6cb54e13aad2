"""Whether a file about to be handed in is one that was handed in before, by its content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.client.api import Submission
from bot.core.adapter import FileUnavailable
from bot.core.command import Conversation
from bot.core.model import FileRef
from bot.core.text import work as text


async def warnings(
    conversation: Conversation,
    references: Sequence[FileRef],
    earlier: Sequence[Submission],
    assignment_id: str,
) -> list[str]:
    """A line for each such file. Only files whose size occurs among the `earlier` ones are looked into."""
    holders: dict[str, Submission] = {}
    for submission in earlier:
        for file in submission.files:
            holders.setdefault(file.sha256, submission)
    sizes = {file.size for submission in earlier for file in submission.files}
    lines = []
    for reference in references:
        if not holders or (reference.size and reference.size not in sizes):
            continue
        try:
            content = await conversation.fetch(reference)
        except FileUnavailable:
            continue  # handing it in will say so
        holder = holders.get(hashlib.sha256(content).hexdigest())
        if holder is not None:
            lines.append(_line(reference.name, holder, assignment_id))
    return lines


def _line(name: str, holder: Submission, assignment_id: str) -> str:
    if holder.assignment_id == assignment_id:
        return text.same_as_own_attempt(name, holder.attempt, holder.id)
    return text.same_as_own_work(name, holder.id, holder.assignment_id)
