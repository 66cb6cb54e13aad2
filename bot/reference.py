"""The reference of the commands: `python -m bot.reference` writes docs/commands.md from the registry.

With `--check`, nothing is written: fails when the page is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.awaited import AwaitedAnswers
from bot.client.grpc_client import GrpcLmsClient
from bot.commands import Calendar, build_registry
from bot.commands.account import usage
from bot.core.command import EVERYONE, SIGNED_IN, Command, Registry
from bot.core.model import Role
from bot.core.text.phrases import capitalised

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"

OPENING = """\
# Commands

Written by `python -m bot.reference` from the registry that also feeds `/help`, Telegram's menus and the
console's completion.

`<required>` and `[optional]` words stand in this order, or anywhere as `name=value`; double quotes hold words
together. The last argument of most commands takes the rest of the line as it is. What is required and missing
is asked for; files and passwords always are, for they are never part of the line.
"""

_NAMES = {Role.STUDENT: "students", Role.INSTRUCTOR: "instructors", Role.ADMINISTRATOR: "administrators"}


def everything() -> Registry:
    """Every command, over a classroom that nobody speaks to."""
    calendar = Calendar(lambda: datetime.now(UTC), ZoneInfo("UTC"))
    return build_registry(GrpcLmsClient({"nobody": "localhost:0"}), calendar, AwaitedAnswers())


def page(registry: Registry) -> str:
    return "\n".join((OPENING, *_sections(registry)))


def _sections(registry: Registry) -> Iterator[str]:
    """One for each set of roles, those for the most people first."""
    groups: dict[frozenset[Role], list[Command]] = {}
    for command in registry.commands.values():
        groups.setdefault(command.roles, []).append(command)
    for roles in sorted(groups, key=lambda roles: (-len(roles), [role not in roles for role in Role])):
        yield f"## {capitalised(people(roles))}\n"
        for command in groups[roles]:
            yield _described(command)


def people(roles: frozenset[Role]) -> str:
    """ "students and instructors"."""
    if roles == EVERYONE:
        return "everyone"
    if roles == SIGNED_IN:
        return "everyone who is signed in"
    names = [_NAMES.get(role, "people who are not signed in") for role in Role if role in roles]
    return " and ".join(names)


def _described(command: Command) -> str:
    lines = [f"### /{command.name}", "", f"`{usage(command)}`", "", f"{capitalised(command.summary)}."]
    if command.private:
        lines[-1] += " In a private chat only."
    if command.confirm is not None:
        lines[-1] += " Shows first what there is to think over, and goes on once that is confirmed."
    lines.append("")
    if command.args:
        lines += [
            "| argument | | asked for with |",
            "|---|---|---|",
            *(
                f"| `{arg.name}` | {'required' if arg.required else 'optional'} | {_cell(str(arg.prompt))} |"
                for arg in command.args
            ),
            "",
        ]
    return "\n".join((*lines, f"Example: `{command.example}`", ""))


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    current = page(everything())
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text("utf-8") != current:
            raise SystemExit(f"{PAGE.name} is not current; run `python -m bot.reference`")
        print(f"{PAGE.name} is current")
        return
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(current, "utf-8")


if __name__ == "__main__":
    main()
