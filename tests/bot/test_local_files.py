"""Files of this machine: sent whole, saved safely."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import local_files
from bot.core.adapter import FileUnavailable
from bot.core.model import OutgoingFile


async def test_a_file_is_offered_and_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"words")
    offered = local_files.offered(path)
    assert (offered.name, offered.media_type, offered.size) == ("notes.txt", "text/plain", 5)
    assert await local_files.content(offered, 5) == b"words"


async def test_a_file_that_grew_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"words")
    with pytest.raises(FileUnavailable, match=r"notes\.txt has grown .* at most"):
        await local_files.content(local_files.offered(path), 4)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_what_is_no_readable_file_is_not_offered(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnavailable):
        local_files.offered(tmp_path / name)


async def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    for content in (b"1", b"2", b"3"):
        await local_files.save(tmp_path, OutgoingFile("a.md", "text/markdown", content))
    assert contents(tmp_path) == {"a.md": b"1", "a (2).md": b"2", "a (3).md": b"3"}


async def test_what_is_saved_is_its_owners_alone(tmp_path: Path) -> None:
    saved = await local_files.save(tmp_path, OutgoingFile("sign-in-links.csv", "text/csv", b"a link"))
    assert stat.S_IMODE((await asyncio.to_thread(saved.stat)).st_mode) == 0o600


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@given(st.text(max_size=300) | st.text("😀.", max_size=300) | st.text("a/.\udcff", max_size=300))
def test_any_name_is_made_safe(name: str) -> None:
    safe = local_files.safe_name(name)
    assert 0 < len(safe.encode()) <= local_files.NAME_BYTES_MAX
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert "\x00" not in safe
