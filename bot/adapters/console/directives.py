"""How a line of the console's own may go on: its word, a file's path, a button's label."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from bot.core.completion import SUGGESTIONS_MAX, Suggestion
from bot.core.text.console import DIRECTIVES

# A folder on a disk that is far away must not hold the prompt up, nor one with a million files.
LISTING_SECONDS_MAX = 1.0
LISTED_MAX = 2_000

_LAST_FILE = re.compile(r'^(?:.*\s)?:file\s+(?:"([^"]*)|([^\s"]\S*)?)$', re.DOTALL)


async def suggestions(line: str, labels: Iterable[str]) -> Sequence[Suggestion]:
    """`labels` are those of the buttons that can be pressed."""
    word, space, rest = line.partition(" ")
    if not space:
        return [
            Suggestion(name, len(line), str(meaning)) for name, meaning in DIRECTIVES if name.startswith(line)
        ]
    if word == ":press":
        return [Suggestion(label, len(rest), "") for label in labels if label.startswith(rest)]
    file = _LAST_FILE.match(line)
    if word in {":file", ":reply"} and file is not None:
        return await _paths(file[1] or file[2] or "", quoted=file[1] is not None)
    return ()


async def _paths(typed: str, quoted: bool) -> Sequence[Suggestion]:
    """What lies where the path points so far; folders end with a slash, names with spaces get quotes."""
    folder, beginning = os.path.split(typed)

    def listed() -> list[tuple[str, bool]]:
        with os.scandir(Path(folder or ".").expanduser()) as entries:
            return [
                (entry.name, entry.is_dir())
                for entry in islice(entries, LISTED_MAX)
                if entry.name.startswith(beginning) and (beginning or not entry.name.startswith("."))
            ]

    try:
        async with asyncio.timeout(LISTING_SECONDS_MAX):
            found = await asyncio.to_thread(listed)
    except (OSError, ValueError, RuntimeError, TimeoutError):
        # RuntimeError: nobody is called what stands behind the tilde.
        return ()
    replaces = len(typed) + (1 if quoted else 0)
    return [
        Suggestion(_written(os.path.join(folder, name), is_folder, quoted), replaces, "")  # noqa: PTH118 -- as typed
        for name, is_folder in sorted(found)[:SUGGESTIONS_MAX]
        if '"' not in name
    ]


def _written(path: str, is_folder: bool, quoted: bool) -> str:
    if is_folder:
        path += "/"
    if not quoted and not any(character.isspace() for character in path):
        return path
    return f'"{path}' if is_folder else f'"{path}"'
