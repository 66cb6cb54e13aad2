"""A course of two small pages, opened as an LMS node would hold it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tutor.evaluation.course import Course, opened

PAGES = {
    "tides.md": """# Tides

## Why they come

The **Moon** pulls harder on the near side of the Earth than on the far side. The difference raises bulges.

- Spring tides come when Sun and Moon pull in one line.
- Neap tides come when they pull at right angles.

## Where they are high

Funnel-shaped bays make tides higher, because the water has nowhere else to go.
""",
    "more/waves.md": """# Waves

Wind makes waves, and the longer it blows the higher they grow. A wave breaks where the water is about
as deep as the wave is high.
""",
}


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sea")
    for name, text in PAGES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def sea(pages: Path) -> Iterator[Course]:
    with opened(pages) as course:
        yield course
