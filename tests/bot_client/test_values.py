"""What the cluster sends is made fit to be shown."""

from __future__ import annotations

import pytest

from bot.client.values.basics import file
from protos import lms_pb2


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("essay\u202efdp.exe", "essay_fdp.exe"),
        ("\u2066essay.pdf\u2069", "_essay.pdf_"),
        ("מאמר.pdf", "מאמר.pdf"),
    ],
)
def test_the_name_of_a_file_is_read_as_it_is(sent: str, shown: str) -> None:
    assert file(lms_pb2.File(name=sent)).name == shown
