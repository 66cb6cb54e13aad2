"""The language in which a person is spoken to: sentences stand in English in the code, and are looked up as
they are said.

What is said at once is said with `tr`; a sentence that stands ready before anybody is there to read it (a
constant, a summary, a prompt) is a Phrase. `speaking` names the language while one message is heard or one
notice is told; tasks begun meanwhile inherit it.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "homeroom"
CATALOGS = Path(__file__).parent / "text" / "locale"

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch"}
"""What can be spoken, by tag, each under its own name."""

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


class Phrase:
    """A sentence that is not said yet: `str()` says it, in the language of whoever it is said to.

    `values` fill its named places, as in `Phrase("Due in {zone}", zone="UTC")`.
    """

    __slots__ = ("_message", "_values")

    def __init__(self, message: str, **values: object) -> None:
        self._message = message
        self._values = values

    def __str__(self) -> str:
        return tr(self._message, **self._values)

    def filled(self, **values: object) -> str:
        """The sentence said with these values in its places."""
        return tr(self._message, **values)

    def __repr__(self) -> str:
        return f"Phrase({self._message!r})"

    @property
    def message(self) -> str:
        """The sentence as it stands in the code, in English."""
        return self._message


Words = str | Phrase
"""What can be shown: said already, or yet to be said."""


def tr(message: str, **values: object) -> str:
    """The sentence in the language spoken, its named places filled."""
    return _catalog(_spoken.get()).gettext(message).format(**values)


def trn(count: int, one: str, many: str, **values: object) -> str:
    """The sentence that fits `count`, which it may name as `{count}`."""
    return _catalog(_spoken.get()).ngettext(one, many, count).format(count=count, **values)


def spoken() -> str:
    """The tag of the language spoken here and now."""
    return _spoken.get()


def speak(*wanted: str) -> None:
    """Go on in the first of the `wanted` languages that there is; in English when there is none.

    Tags are IETF's: "de-AT" is served in "de". An empty one stands for no wish.
    """
    _spoken.set(_first_known(wanted))


@contextmanager
def speaking(*wanted: str) -> Iterator[None]:
    """`speak`, until the block ends."""
    token = _spoken.set(_first_known(wanted))
    try:
        yield
    finally:
        _spoken.reset(token)


def in_every_language(words: Phrase) -> frozenset[str]:
    """Single words that may be typed, in small letters: those of all catalogs, whatever is spoken."""
    found: set[str] = set()
    for language in LANGUAGES:
        with speaking(language):
            found.update(str(words).lower().split())
    return frozenset(found)


def _first_known(wanted: tuple[str, ...]) -> str:
    for tag in wanted:
        language = tag.replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return ENGLISH


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGS, [language])
