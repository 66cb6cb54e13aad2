"""Pages of every kind of file that holds plain text, made of the demo courses' prose and what is hostile."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from tests.tutor.quotes import hostile

PROSE = (Path("demo/course/materials"), Path("demo/soils/materials"))
ROOT = Path(__file__).parents[3]
BLOCKS = 14
PAGES = 12

Block = tuple[str, str]
"""What kind of text it is, and the text."""


def write_pages(random: Random, folder: Path) -> None:
    """PAGES files: Markdown, HTML and text, each of BLOCKS pieces in some order."""
    for number in range(PAGES):
        kind = random.choice(("md", "md", "html", "txt"))
        page = RENDERED[kind](random, [_block(random) for _ in range(BLOCKS)])
        (folder / f"{number:02}-page.{kind}").write_text(page, encoding="utf-8", newline="")


@cache
def paragraphs() -> tuple[str, ...]:
    """Of the demo courses, without their headings, code and tables."""
    found = []
    for folder in PROSE:
        for page in sorted((ROOT / folder).glob("*.md")):
            for paragraph in re.split(r"\n\s*\n", page.read_text(encoding="utf-8")):
                if paragraph[0].isalpha():
                    found.append(" ".join(paragraph.split()))
    return tuple(found)


def _block(random: Random) -> Block:
    kind = random.choice(("prose", "prose", "prose", *HOSTILE))
    return kind, HOSTILE.get(kind, _prose)(random)


def _prose(random: Random) -> str:
    return random.choice(paragraphs())


def _sentence(random: Random) -> str:
    return random.choice(re.split(r"(?<=[.!?])\s+", _prose(random)))


def _planted(random: Random) -> str:
    before, after = _sentence(random), _sentence(random)
    return f"{before} {random.choice(hostile.PLANTED)} {after}"


def _table(random: Random) -> str:
    rows = [f"| {_sentence(random)} | {random.randrange(100)} |" for _ in range(3)]
    return "\n".join(["| what | how many |", "|---|---|", *rows])


def _code(random: Random) -> str:
    lines = (
        "def elect(term): return max(votes, key=len)",
        "for (int i = 0; i < n; i++) { log[i] = entry; }",
        f"# {_sentence(random)}",
        f'print("{_sentence(random)}")',
        "SELECT * FROM soil WHERE ph < 7; -- acid.",
    )
    return "\n".join(random.sample(lines, 3))


def _bidirectional(random: Random) -> str:
    text = random.choice((random.choice(hostile.RIGHT_TO_LEFT), _prose(random)))
    return hostile.sprinkled(random, text, hostile.BIDIRECTIONAL)


HOSTILE: dict[str, Callable[[Random], str]] = {
    "control": lambda random: hostile.sprinkled(random, _prose(random), hostile.CONTROLS),
    "invisible": lambda random: hostile.sprinkled(random, _prose(random), hostile.INVISIBLE),
    "bidirectional": _bidirectional,
    "right to left": lambda random: " ".join(random.sample(hostile.RIGHT_TO_LEFT, 2)),
    "broken": lambda random: hostile.rebroken(random, _prose(random)),
    "comment": lambda random: f"{hostile.unseen(random)} {hostile.unseen(random)}",
    "table": _table,
    "code": _code,
    "planted": _planted,
}


def _markdown(random: Random, blocks: list[Block]) -> str:
    return "\n\n".join(_in_markdown(random, *block) for block in blocks)


def _in_markdown(random: Random, kind: str, text: str) -> str:
    match kind:
        case "comment":
            return random.choice(MARKDOWN_COMMENTS).format(text=text, seen=_sentence(random))
        case "code":
            return random.choice(("```\n{}\n```", "~~~ python\n{}\n~~~")).format(text)
        case "prose" if random.random() < 0.4:
            sentence = _sentence(random)
            return random.choice(
                (
                    f"## {sentence[:40]}\n\n{text}",
                    f"- {sentence}\n- **{_sentence(random)}**\n1. {text}",
                    f"> {text}",
                    f"{sentence[:30]}\n=====\n\n{text} [a link](http://example.org/x) and `code`.",
                )
            )
    return text


MARKDOWN_COMMENTS = (
    "<!-- {text} -->",
    "{seen} <!-- {text} --> {seen}",
    "<!--\n{text}\n\n{text}\n-->",
    "<!-- {text} -- > {text} -->",
    "<!-- {text} <!-- {text} -->",
    "{seen}\n<!--\n\n    {text}\n-->\n{seen}",
    "<!--{text}-->{seen}<!--{text}-->",
    "[//]: # ({text})",
    "[comment]: <> ({text})",
    '[hidden]: http://example.org/ "{text}"',
)


def _html(random: Random, blocks: list[Block]) -> str:
    body = "\n".join(_in_html(random, *block) for block in blocks)
    end = random.choice(("</body></html>", "", f"<!-- {hostile.unseen(random)}"))
    return f"<!doctype html><html><head><title>A page</title></head><body>\n{body}\n{end}"


def _in_html(random: Random, kind: str, text: str) -> str:
    shown = html.escape(text)
    match kind:
        case "comment":
            return random.choice(HTML_COMMENTS).format(text=text, seen=html.escape(_sentence(random)))
        case "code":
            return f"<pre><code>{shown}</code></pre>"
        case "table":
            cells = "".join(f"<tr><td>{each}</td><td>1</td></tr>" for each in shown.splitlines())
            return f"<table>{cells}</table>"
        case "prose" if random.random() < 0.3:
            return f"<h2>{html.escape(_sentence(random)[:40])}</h2><ul><li><b>{shown}</b></li></ul>"
    return f"<p>{shown}</p>"


HTML_COMMENTS = (
    "<!-- {text} -->",
    "<p>{seen} <!-- {text} --> {seen}</p>",
    "<!--\n<p>{text}</p>\n-->",
    "<!-- {text} <!-- {text} -->",
    "<!--[if IE]><p>{text}</p><![endif]-->",
    "<p>{seen}</p><? {text} ?><p>{seen}</p>",
    "<style>/* {text} */</style><script>// {text}\n</script>",
    "<template><p>{text}</p></template>",
)


def _text(random: Random, blocks: list[Block]) -> str:
    """Where nothing is hidden, there is no comment."""
    return "\n\n".join(text for kind, text in blocks if kind != "comment")


RENDERED: dict[str, Callable[[Random, list[Block]], str]] = {"md": _markdown, "html": _html, "txt": _text}
