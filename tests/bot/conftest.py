from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.place import Chatting


@pytest.fixture
def chatting(tmp_path: Path) -> Chatting:
    return Chatting(tmp_path)
