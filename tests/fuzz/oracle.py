"""What must hold of whatever is said, however hostile it is."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from bot.adapters.console.printing import JsonPrinter, Output, Shown, TextPrinter
from bot.adapters.console.rendering import tame
from bot.adapters.telegram import rendering as telegram
from bot.core import richtext
from bot.core.model import Reply, Role
from bot.core.richtext import Text, units
from tests.fuzz.room import EDSGERS, GROUP, Seen
from tests.telegram.markup import CannotParse, read_html
from tests.world import PEOPLE

TELEGRAM_UNITS_MAX = 4096
DATA_BYTES_MAX = 64

_STYLE = re.compile(r"\x1b\[(?:1|2|3|36|0)m")
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_OURS = {"b", "i", "code", "blockquote"}


def violations(seen: Seen) -> Iterator[str]:
    """A sentence for each thing that does not hold."""
    yield from (f"trouble: {trouble}" for trouble in seen.troubles)
    yield from _unanswered(seen)
    yield from _state_changed_by_a_refusal(seen)
    yield from _told_to_the_wrong_person(seen)
    for reply in (*seen.replies, *seen.notices):
        yield from _unshowable(reply)
    for piece in seen.pieces:
        yield from _markup(piece)


def _unanswered(seen: Seen) -> Iterator[str]:
    """In a group the bot keeps out of what does not concern it."""
    if seen.redelivered and seen.replies:
        yield "heard twice"
    if not seen.replies and not seen.redelivered and seen.incoming.chat != GROUP:
        yield "no reply"


def _state_changed_by_a_refusal(seen: Seen) -> Iterator[str]:
    # What the cluster did by itself meanwhile, as recording a tutor's answer, is no part of the line.
    if any(reply.refused for reply in seen.replies) and seen.before.own == seen.after.own:
        tables = seen.after.differs_from(seen.before)
        if tables:
            yield f"refused, and yet other rows in {', '.join(tables)}"


def _told_to_the_wrong_person(seen: Seen) -> Iterator[str]:
    """Nobody is shown a password, and no classmate another one's work."""
    for reply in seen.replies:
        words = reply.text.plain + "".join(file.content.decode(errors="replace") for file in reply.files)
        if any(person.password in words for person in PEOPLE.values()):
            yield "a password was shown"
        mine = seen.incoming.chat in {"edsger", GROUP} or EDSGERS in seen.incoming.text
        if seen.role in {Role.STUDENT, Role.ANYONE} and EDSGERS in words and not mine:
            yield "a classmate's work was shown"


def _unshowable(reply: Reply) -> Iterator[str]:
    yield from _markup(reply.text)
    yield from _terminal(reply)
    for row in reply.buttons:
        for button in row:
            size = len(button.data.encode("utf-8", "surrogatepass"))
            if not 0 < size <= DATA_BYTES_MAX:
                yield f"a button's data has {size} bytes: {button.data!r}"
            if not button.label.strip() or _OBEYED.search(button.label):
                yield f"a button's label cannot be shown: {button.label!r}"
    if not reply.text.plain.strip() and not reply.files:
        yield "a reply without words"
    for file in reply.files:
        if not file.name.strip():
            yield "a file without a name"


def _markup(text: Text) -> Iterator[str]:
    """Telegram's HTML of it reads as the same text, with our tags alone."""
    shown = ""
    for piece in richtext.split(text, TELEGRAM_UNITS_MAX):
        html = telegram.html(piece)
        try:
            html.encode()
            read, entities = read_html(html)
        except (CannotParse, UnicodeEncodeError) as wrong:
            yield f"Telegram cannot read it: {wrong}: {html[:300]!r}"
            return
        if units(read) > TELEGRAM_UNITS_MAX:
            yield f"{units(read)} units in one message"
        if tags := _Tags.of(html) - _OURS:
            yield f"tags that are not ours: {tags}"
        styled = [span.text for span in piece.spans if span.style is not richtext.Style.PLAIN]
        if [entity.text for entity in entities] != [each for each in styled if each.strip()]:
            yield f"other styles than were meant: {entities}"
        shown += read
    if shown != text.plain:
        yield f"Telegram shows other words: {shown[:200]!r} for {text.plain[:200]!r}"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag if not attrs else f"{tag} with {attrs}")

    @classmethod
    def of(cls, html: str) -> set[str]:
        reader = cls()
        reader.feed(html)
        reader.close()
        return reader.found


def _terminal(reply: Reply) -> Iterator[str]:
    """A terminal is told nothing but words and our styles; a program gets one line it can read."""
    stream = io.StringIO()
    TextPrinter(Output(stream), styled=True).reply(Shown("me", "m1", reply))
    printed = stream.getvalue()
    if found := _OBEYED.search(_STYLE.sub("", printed)):
        yield f"the terminal would obey {found[0]!r}"
    if tame(reply.text.plain) not in _STYLE.sub("", printed):
        yield "the terminal shows other words"
    stream = io.StringIO()
    JsonPrinter(Output(stream)).reply(Shown("me", "m1", reply))
    line = stream.getvalue()
    if line.count("\n") != 1 or not line.isascii() or "text" not in json.loads(line):
        yield f"no line of JSON: {line[:200]!r}"
