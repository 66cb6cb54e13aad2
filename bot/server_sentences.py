"""What the course servers can say, read off their sources, and what of it the bot could say in English alone.

The bot imports nothing of theirs; it reads the text of the sources that lie beside it. In a sentence a value
is shown as ⟨x⟩; where known words are put into it, as a constant, it is read as each that it can become.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path

from bot.core.text import deeds
from bot.core.text.servers import SHAPES
from bot.core.text.shapes import Shapes

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "lms_cluster", ROOT / "raft" / "runtime", ROOT / "bot" / "client")
UNHEARD = {"lmsctl", "local"}
"""Folders of what speaks to operators at a command line."""
VALUE = "⟨x⟩"

_SAYING = {
    "wrong": (1, "{}"),
    "Violation": (1, "{}"),
    "rule": (0, "{}"),
    "_rule": (1, "{}"),
    "wrong_role": (0, "{}"),
    "Refused": (2, "{}"),
    "__init__": (2, "{}"),
    "LmsError": (2, "{}"),
    "Overloaded": (0, "{}"),
    "Admission": (1, "{}"),
    "sound": (1, "{}"),
    "one_of": (3, "must be {}"),
    "no_such_item": (0, f"There is no {{}} {VALUE}."),
    "Shelf": (1, f"There is no {{}} {VALUE}."),
    "IdKind": (1, f"There is no {{}} {VALUE}."),
    "_named": (1, f"There is no {{}} {VALUE}."),
    "Unreadable": (0, f"{VALUE} {{}}"),
    "TransferFailed": (0, "Leadership stays here: {}."),
}
"""Calls by name: at which place the words stand, and the sentence that they become."""
_PUT_TOGETHER = {"one_of", "no_such_item", "transfer", "_unreadable"}
"""Functions that make such a sentence of the words above."""

_Names = Mapping[str, list[ast.expr]]


def unknown() -> Iterator[str]:
    """A complaint for each sentence or word that would reach a person in English."""
    for sentence, place in sorted(sentences().items()):
        if not is_known(sentence, SHAPES):
            yield f"{place}: bot/core/text/refusals.py does not know {sentence!r}"
    for table, words in (
        (deeds.DEEDS, _deeds()),
        (deeds.PEOPLE, _values_of("authority.py", "_PLURALS")),
    ):
        for word in words:
            if word not in table:
                yield f"bot/core/text/deeds.py does not know {word!r}"
    details = tuple(shape for shapes in deeds.DETAILS.values() for shape in shapes)
    for detail in _details():
        if not is_known(detail, details):
            yield f"bot/core/text/deeds.py does not know the detail {detail!r}"


def is_known(sentence: str, shapes: Shapes) -> bool:
    """By the shape that is meant, and not because a place of it takes in words of the sentence."""
    matches = (match for shape, _ in shapes if (match := shape.fullmatch(sentence)) is not None)
    meant = next(matches, None)
    return meant is not None and not any(re.search("[a-z]{2}", value.lower()) for value in meant.groups())


def sentences() -> dict[str, str]:
    """Each with a place where it is said."""
    said: dict[str, str] = {}
    shared = _constants()
    for path, tree in _trees():
        for call, names, function in _calls(tree, shared):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            at, sentence = _SAYING.get(name, (0, ""))
            if sentence and len(call.args) > at and not (function in _PUT_TOGETHER or _is_no_answer(call)):
                for words in _readings(call.args[at], names):
                    if words != VALUE:
                        said.setdefault(sentence.format(words), f"{path.name}:{call.lineno}")
    return said


def _is_no_answer(call: ast.Call) -> bool:
    """A person is told something else of it, and the log has its words."""
    return isinstance(call.args[0], ast.Constant) and call.args[0].value in {"INTERNAL", "UNKNOWN"}


def _constants() -> _Names:
    """Of all modules: one may be imported by another."""
    named = (names for _, tree in _trees() for names in _names(tree.body).items())
    return {name: nodes for name, nodes in named if name.isupper()}


def _calls(tree: ast.Module, shared: _Names) -> Iterator[tuple[ast.Call, _Names, str]]:
    """Every call, with what the names that it can use may stand for, and the function it is in."""
    module = {**shared, **_names(tree.body)}
    module |= {
        each.name: [node.value for node in ast.walk(each) if isinstance(node, ast.Return) and node.value]
        for each in tree.body
        if isinstance(each, ast.FunctionDef)
    }
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    within: set[ast.AST] = set()
    for function in functions:
        names = module | _names(list(ast.walk(function)))
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and node not in within:
                within.add(node)
                yield node, names, function.name
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node not in within:
            yield node, module, ""


def _names(nodes: list[ast.stmt] | list[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                found.setdefault(name, []).append(value)
    return found


def _readings(node: ast.expr, names: _Names) -> list[str]:
    """What the expression can become as a text."""
    match node:
        case ast.Constant(value=str(words)):
            return [words]
        case ast.IfExp(body=one, orelse=other):
            return _readings(one, names) + _readings(other, names)
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)) if name in names:
            others = {other: nodes for other, nodes in names.items() if other != name}
            return [words for each in names[name] for words in _readings(each, others)]
        case ast.Subscript(value=ast.Name(id=name)) if name in names:
            tables = [each.values for each in names[name] if isinstance(each, ast.Dict)]
            rows = [words for values in tables for value in values for words in _readings(value, names)]
            return rows or [VALUE]
        case ast.JoinedStr(values=values):
            parts = [
                _readings(part.value if isinstance(part, ast.FormattedValue) else part, names)
                for part in values
            ]
            return ["".join(chosen) for chosen in product(*parts)]
    return [VALUE]


def _deeds() -> Iterator[str]:
    for path, tree in _trees():
        if path.name == "authority.py":
            for call in ast.walk(tree):
                match call:
                    case ast.Call(func=ast.Name(id="_by"), args=[_, ast.Constant(value=str(deed)), *_]):
                        yield deed
                    case ast.keyword(arg="deed", value=ast.Constant(value=str(deed))):
                        yield deed


def _details() -> Iterator[str]:
    """What stands beside a deed in the audit, but for names and what somebody wrote."""
    for _, tree in _trees():
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Attribute(attr="detail")], value=value):
                    yield from (words for words in _readings(value, {}) if words != VALUE)


def _values_of(file: str, table: str) -> Iterator[str]:
    for path, tree in _trees():
        for node in ast.walk(tree) if path.name == file else ():
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values))
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(values=values))
                ) if name == table:
                    yield from (words for each in values for words in _readings(each, {}))


@cache
def _trees() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple(
        (path, ast.parse(path.read_text("utf-8")))
        for folder in SOURCES
        for path in sorted(folder.rglob("*.py"))
        if not UNHEARD & set(path.relative_to(folder).parts)
    )
