"""The catalogs of translations: `python -m bot.catalogs` makes them current with the sentences in the code.

Every `homeroom.po` gets the sentences that are new, loses those that are gone, and is compiled to the
`homeroom.mo` that the bot reads. With `--check`, nothing is written: fails when a catalog is not current, or
lacks a translation, and when the course servers can say what no catalog has. Needs Babel, which the bot
itself does not.
"""

from __future__ import annotations

import ast
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from bot.core.language import CATALOGS, DOMAIN, ENGLISH, LANGUAGES
from bot.server_sentences import unknown

SOURCES = CATALOGS.parent
WIDTH = 110

# What is written again without a change must be the same to the letter.
_TIMELESS = datetime(2026, 1, 1, tzinfo=UTC)

HEADER: dict[str, Any] = {
    "domain": DOMAIN,
    "project": "Homeroom",
    "version": "1",
    "fuzzy": False,
    "header_comment": "# What the bot says in another language. bot/DESIGN.md tells how it is kept.",
    "charset": "utf-8",
    "creation_date": _TIMELESS,
    "revision_date": _TIMELESS,
}

_LEFT_OUT = (
    '"POT-Creation-Date:',
    '"PO-Revision-Date:',
    '"Generated-By:',
    '"Report-Msgid-Bugs-To:',
    '"Last-Translator:',
    '"Language-Team:',
)


def sentences() -> Catalog:
    """Every sentence in the code, file by file. Raises ValueError for one that is no literal."""
    template = Catalog(**HEADER)
    for path in sorted(SOURCES.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            words = _words(call)
            if words is not None:
                template.add(words, None, [(path.name, 1)])
    return template


def _words(call: ast.Call) -> str | tuple[str, str] | None:
    """What a call of `tr`, `trn` or `Phrase` says; None when it is another call."""
    match call:
        case ast.Call(func=ast.Name(id="tr" | "Phrase"), args=[ast.Constant(value=str(message))]) if message:
            return message
        case ast.Call(
            func=ast.Name(id="trn"),
            args=[_, ast.Constant(value=str(one)), ast.Constant(value=str(many))],
        ):
            return (one, many)
        case ast.Call(func=ast.Name(id="tr" | "trn" | "Phrase")):
            raise ValueError(f"line {call.lineno}: {ast.unparse(call)} says no literal sentence")
    return None


def path_of(language: str) -> Path:
    return CATALOGS / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """The catalog as it is in the tree; empty where there is none yet."""
    catalog = Catalog(language, **HEADER)
    path = path_of(language)
    if path.exists():
        with path.open("rb") as opened:
            for message in read_po(opened, locale=language, domain=DOMAIN):
                if message.id:
                    catalog[message.id] = message
    return catalog


def brought_up_to_date(language: str) -> Catalog:
    """The catalog with the sentences of the code; a sentence that changed has no translation."""
    catalog = read(language)
    catalog.update(sentences(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """Without line numbers and dates, which would change with everything."""
    written = io.BytesIO()
    write_po(written, catalog, width=WIDTH, omit_header=False, include_lineno=False, ignore_obsolete=True)
    lines = written.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_LEFT_OUT)).encode()


def as_mo(catalog: Catalog) -> bytes:
    """Without what is not translated yet: that is said in English."""
    for message in list(catalog):
        if message.id and not all(forms(message.string)):
            catalog.delete(message.id)
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def stale(language: str) -> Iterator[str]:
    """What is not as `main` would write it, a sentence for each file."""
    path = path_of(language)
    if not path.exists() or path.read_bytes() != as_po(brought_up_to_date(language)):
        yield f"{path.name} of {language} is not current; run `python -m bot.catalogs`"
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or _said(compiled.read_bytes()) != _said(as_mo(read(language))):
        yield f"{compiled.name} of {language} is not current; run `python -m bot.catalogs`"


def _said(compiled: bytes) -> dict[str, list[str]]:
    """What a compiled catalog says, whoever compiled it."""
    messages = [message for message in read_mo(io.BytesIO(compiled)) if message.id]
    return {forms(message.id)[0]: forms(message.string) for message in messages}


def missing(language: str) -> Iterator[str]:
    """The sentences of the code that have no translation."""
    for message in brought_up_to_date(language):
        if message.id and not all(forms(message.string)):
            yield f"{language}: no translation of {forms(message.id)[0]!r}"


def wrong(language: str) -> Iterator[str]:
    """The translations that name other places than their sentence."""
    for message in read(language):
        if message.id and all(forms(message.string)):
            yield from _wrong_places(language, message)


def _wrong_places(language: str, message: Message) -> Iterator[str]:
    originals, translations = forms(message.id), forms(message.string)
    # A form for one may leave the number out; a name that the sentence is not given breaks it.
    given = places(originals[-1])
    for translation in translations:
        if places(translation) - given:
            yield f"{language}: {translation!r} names what {originals[0]!r} does not"
    if given - places(translations[-1]):
        yield f"{language}: {translations[-1]!r} leaves out what {originals[-1]!r} names"


def forms(said: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """The one form of a sentence, or its forms for one and many."""
    return [said or ""] if said is None or isinstance(said, str) else list(said)


def places(sentence: str) -> set[str]:
    """The named places of a sentence. Raises ValueError where its braces do not match."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def translated_languages() -> list[str]:
    return [language for language in LANGUAGES if language != ENGLISH]


def main() -> None:
    if sys.argv[1:] == ["--check"]:
        if found := [
            complaint
            for language in translated_languages()
            for complain in (stale, missing, wrong)
            for complaint in complain(language)
        ] + list(unknown()):
            raise SystemExit("\n".join(found))
        print("catalogs are current and complete")
        return
    for language in translated_languages():
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(brought_up_to_date(language)))
        path.with_suffix(".mo").write_bytes(as_mo(read(language)))


if __name__ == "__main__":
    main()
