"""Lines that commands take, made from the registry; and what is made of them to break somebody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from bot.core import parse
from bot.core.command import Arg, BadValue, Command, Conversation, Registry, Values
from bot.core.errors import Failure
from bot.core.model import Role
from tests.fuzz.fragments import CALLS, DATES, IDS, NUMBERS, WORDS, any_character, fragment

_CANDIDATES = (*IDS, *NUMBERS, *DATES, *WORDS)
SPACES = (" ", "  ", "\t", "\n", "\u00a0", "\u2003", "\x0b", "\u200b", "\r\n")


class Grammar:
    """Draws everything from `random`, and what can be chosen from the classroom."""

    def __init__(self, random: Random, registry: Registry) -> None:
        self._random = random
        self._registry = registry
        self._usable: dict[tuple[str, str], Sequence[str]] = {}

    def command(self, role: Role) -> Command:
        """Mostly one of the role's; now and then somebody else's."""
        commands = self._registry.for_role(role)
        if self._random.random() < 0.1:
            commands = list(self._registry.commands.values())
        return self._random.choice(commands)

    async def line(self, command: Command, conversation: Conversation) -> str:
        """A call that the command would take, as far as can be known; passwords and files come after it."""
        random = self._random
        if random.random() < 0.1:
            return str(command.example)
        words = [f"/{command.name}"]
        given: dict[str, object] = {}
        by_name = False
        for arg in command.args:
            if arg.secret or arg.files or random.random() < (0.1 if arg.required else 0.4):
                # What is left out makes the places of the following ones unsure.
                by_name = by_name or not arg.required
                continue
            value = await self.value(command, arg, conversation, given)
            given[arg.name] = _parsed(arg, value)
            written = value if arg.rest else _as_word(value, always=random.random() < 0.1)
            words.append(f"{arg.name}={written}" if by_name or random.random() < 0.15 else written)
            if arg.rest:
                break
        return " ".join(words)

    async def value(self, command: Command, arg: Arg, conversation: Conversation, given: Values) -> str:
        """One that the argument takes, where one is found."""
        if arg.choices is not None and self._random.random() < 0.7:
            complete = {each.name: () if each.files else given.get(each.name) for each in command.args}
            try:
                choices = await arg.choices(conversation, complete)
            except (BadValue, Failure):
                choices = []
            if choices:
                return self._random.choice(choices).value
        usable = self._usable.get((command.name, arg.name))
        if usable is None:
            usable = [word for word in _CANDIDATES if _takes(arg, word)]
            self._usable[command.name, arg.name] = usable
        return self._random.choice(usable) if usable else self.text()

    def text(self) -> str:
        """Words with something hostile among them."""
        pieces = self._random.choices(
            ("a term is a period", "quorum", "Why?", fragment(self._random), fragment(self._random)),
            k=self._random.randint(1, 5),
        )
        return self._random.choice((" ", " ", "", "\n")).join(pieces)

    def noise(self) -> str:
        """Nothing that anybody would say."""
        if self._random.random() < 0.2:
            return self._random.choice(CALLS)
        return "".join(fragment(self._random) for _ in range(self._random.randint(1, 4)))

    def mutated(self, line: str) -> str:
        """The line with one to three things done to it."""
        for _ in range(self._random.randint(1, 3)):
            line = self._random.choice(_MUTATIONS)(self._random, line)
        return line

    def data(self, shown: Sequence[str]) -> str:
        """A button's data: one of those `shown`, or forged."""
        data = self._random.choice(shown) if shown and self._random.random() < 0.8 else "grade:S1"
        if self._random.random() < 0.5:
            return data
        return self._random.choice(_FORGERIES)(self._random, self._forged_from(data))

    def _forged_from(self, data: str) -> str:
        """The data with another command's name, or the core's own word, before it; or as it is."""
        kind, _, rest = data.partition(":")
        if self._random.random() < 0.3:
            words = ("pick", "done", "confirm", "cancel", "repeat", *self._registry.commands)
            kind = self._random.choice(words)
        return f"{kind}:{rest}"


def _inserted(random: Random, line: str) -> str:
    at = random.randrange(len(line) + 1)
    return line[:at] + fragment(random) + line[at:]


def _cut(random: Random, line: str) -> str:
    start = random.randrange(len(line) + 1)
    return line[:start] + line[start + random.randint(1, 5) :]


def _truncated(random: Random, line: str) -> str:
    return line[: random.randrange(len(line) + 1)]


def _doubled(random: Random, line: str) -> str:
    start = random.randrange(len(line) + 1)
    end = start + random.randint(1, 20)
    return line[:end] + line[start:end] * random.randint(1, 3) + line[end:]


def _word_replaced(random: Random, line: str) -> str:
    words = line.split(" ")
    at = random.randrange(len(words))
    words[at] = random.choice((fragment(random), random.choice(_CANDIDATES)))
    return " ".join(words)


def _words_moved(random: Random, line: str) -> str:
    first, *words = line.split(" ")
    random.shuffle(words)
    return " ".join([first, *words])


def _word_added(random: Random, line: str) -> str:
    return f"{line} {random.choice(_CANDIDATES)}"


def _key_added(random: Random, line: str) -> str:
    key = random.choice(("points", "submission", "text", "assignment", "due", "late", "topic", "x", "POINTS"))
    return f"{line} {key}={random.choice(_CANDIDATES)}"


def _spaced(random: Random, line: str) -> str:
    return line.replace(" ", random.choice(SPACES), random.randint(1, 3))


def _quoted(random: Random, line: str) -> str:
    words = line.split(" ")
    at = random.randrange(len(words))
    opening, closing = random.choice((('"', '"'), ("“", "”"), ("„", "“"), ('"', ""), ("", '"')))
    words[at] = f"{opening}{words[at]}{closing}"
    return " ".join(words)


def _recased(random: Random, line: str) -> str:
    return random.choice((line.upper(), line.lower(), line.swapcase(), line.title()))


def _character_replaced(random: Random, line: str) -> str:
    at = random.randrange(len(line) + 1)
    return line[:at] + any_character(random) + line[at + 1 :]


def _part_replaced(random: Random, data: str) -> str:
    parts = data.split(":")
    parts[random.randrange(len(parts))] = random.choice((fragment(random), random.choice(IDS)))
    return ":".join(parts)


def _part_added(random: Random, data: str) -> str:
    return f"{data}:{random.choice(IDS)}"


_FORGERIES: Sequence[Callable[[Random, str], str]] = (_truncated, _part_replaced, _part_added, _inserted)
_MUTATIONS: Sequence[Callable[[Random, str], str]] = (
    _inserted,
    _inserted,
    _cut,
    _truncated,
    _doubled,
    _word_replaced,
    _word_replaced,
    _words_moved,
    _word_added,
    _key_added,
    _spaced,
    _quoted,
    _recased,
    _character_replaced,
)


def _takes(arg: Arg, word: str) -> bool:
    try:
        arg.parse(word)
    except BadValue:
        return False
    except Exception:
        # A defect, which is to be noticed where it does harm: in a command.
        return True
    return True


def _parsed(arg: Arg, word: str) -> object:
    try:
        return arg.parse(word)
    except Exception:
        return None


def _as_word(value: str, always: bool) -> str:
    plain = value and not any(character.isspace() or character in '"“„”' for character in value)
    return value if plain and not always else parse.quoted(value)
