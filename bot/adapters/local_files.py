"""Files of this machine, as the console and the script send and receive them."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import re
from itertools import count
from pathlib import Path

from bot.core.adapter import FileUnavailable
from bot.core.model import FileRef, OutgoingFile
from bot.core.text import places as text

NAME_BYTES_MAX = 200
SUFFIX_BYTES_MAX = 16

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u202a-\u202e\u2066-\u2069\ud800-\udfff]')


def offered(path: Path) -> FileRef:
    """The file at `path`, ready to be sent. Raises FileUnavailable."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        # The latter for what can be no path, as with a null in it.
        raise FileUnavailable(
            text.cannot_read(str(path), getattr(error, "strerror", "") or str(error))
        ) from None
    if not path.is_file():
        raise FileUnavailable(text.not_a_file(str(path)))
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return FileRef(path.name, media_type, size, str(path.resolve()))


async def content(file: FileRef, bytes_max: int) -> bytes:
    """Raises FileUnavailable when the file is gone or has grown beyond `bytes_max`."""

    def read() -> bytes:
        with Path(file.handle).open("rb") as opened:
            return opened.read(bytes_max + 1)

    try:
        found = await asyncio.to_thread(read)
    except OSError as error:
        raise FileUnavailable(text.cannot_read(file.name, error.strerror or "")) from None
    if len(found) > bytes_max:
        raise FileUnavailable(text.has_grown(file.name, bytes_max))
    return found


async def save(folder: Path, file: OutgoingFile) -> Path:
    """Write the file into `folder`, for its owner alone, under a name that is safe and was free.

    Returns where it is.
    """

    def write() -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        name = Path(safe_name(file.name))
        for number in count(1):
            path = folder / (name.name if number == 1 else f"{name.stem} ({number}){name.suffix}")
            try:
                with open(path, "xb", opener=_private) as opened:
                    opened.write(file.content)
            except FileExistsError:
                continue
            break
        return path

    return await asyncio.to_thread(write)


def _private(path: str, flags: int) -> int:
    """Sign-in links and grades are among what is saved."""
    return os.open(path, flags, 0o600)


def safe_name(name: str) -> str:
    """A file name without folders, control characters or a leading dot; never empty, never long."""
    name = _UNSAFE.sub("_", name).strip(" .")
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 -- a Path would take the name apart
    if len(suffix.encode()) > SUFFIX_BYTES_MAX:
        stem, suffix = name, ""
    return (_cut(stem, NAME_BYTES_MAX - len(suffix.encode())) or "file") + suffix


def _cut(name: str, bytes_max: int) -> str:
    return name.encode()[:bytes_max].decode(errors="ignore")
