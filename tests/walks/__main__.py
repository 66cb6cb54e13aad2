"""The transcripts in the pages of docs/: `python -m tests.walks` plays them and writes what was said.

In a page, `<!-- played: SECTION -->` stands before each block of code that is written so. With `--check`,
nothing is written: fails when a page is not current.
"""

from __future__ import annotations

import asyncio
import sys

from tests.walks.pages import PAGES, with_what_is_said


def main() -> None:
    for page in PAGES:
        before = page.read_text("utf-8")
        played = asyncio.run(with_what_is_said(page.stem, before))
        if sys.argv[1:] != ["--check"]:
            page.write_text(played, "utf-8")
        elif played != before:
            raise SystemExit(f"{page.name} is not current; run `python -m tests.walks`")


if __name__ == "__main__":
    main()
