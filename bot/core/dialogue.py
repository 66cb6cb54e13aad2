"""A command on its way to being complete: pure steps over the Dialogue of chat.py.

Asked for, one by one and only when missing: required words in the order of the arguments, then files, then
secrets. Secrets come last because they are not kept: what was said before them survives a restart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.core.chat import Dialogue
from bot.core.command import BASIS, Arg, Command
from bot.core.model import FileRef, Incoming
from bot.core.text import dialogue as text

LIFETIME_SECONDS = 600.0
REFUSALS_MAX = 3


def act_id(incoming: Incoming) -> str:
    """The request id of what a line begins: the same when the line is delivered again."""
    return _digest("\0".join((incoming.adapter, incoming.chat, incoming.request_id)))


def mended(dialogue: Dialogue, name: str) -> Dialogue:
    """The dialogue after the classroom refused one argument.

    It becomes a new act: asked again with the old request id, the classroom would repeat its refusal.
    """
    return replace(without(dialogue, name), request_id=_digest(dialogue.request_id), confirmed=False)


def without_files(dialogue: Dialogue) -> Dialogue:
    """The dialogue after none of its files would do; a new act, as in `mended`."""
    return replace(dialogue, files=(), request_id=_digest(dialogue.request_id), confirmed=False)


def without_file(dialogue: Dialogue, file: FileRef | None) -> Dialogue:
    """The dialogue after one of its files would not do; a new act, as in `mended`."""
    files = tuple(each for each in dialogue.files if each != file)
    return replace(without_files(dialogue), files=files)


def without(dialogue: Dialogue, name: str) -> Dialogue:
    """The dialogue as if this argument had not been given."""
    words = {other: word for other, word in dialogue.words.items() if other != name}
    return replace(dialogue, words=words)


def give(dialogue: Dialogue, arg: Arg, word: str, secrets: dict[str, str]) -> Dialogue:
    """The dialogue with `arg` filled; what is secret goes to `secrets` instead.

    Raises BadValue when `word` does not do.
    """
    value = arg.parse(word)
    if arg.secret:
        secrets[arg.name] = word
        return dialogue
    kept = arg.canonical(value) if arg.canonical is not None else word
    return replace(dialogue, words={**dialogue.words, arg.name: kept})


def with_files(dialogue: Dialogue, arg: Arg, sent: Iterable[FileRef], bytes_max: int) -> tuple[Dialogue, str]:
    """The dialogue with as many of the files as it takes, and what is wrong with each of those left out."""
    files, complaints, surplus = list(dialogue.files), [], []
    for file in sent:
        if file.size > bytes_max:
            complaints.append(text.file_too_large(file.name, bytes_max))
        elif len(files) == arg.files_max:
            surplus.append(file.name)
        else:
            files.append(file)
    if surplus:
        complaints.append(text.too_many_files(arg.files_max, surplus))
    if len(files) > len(dialogue.files):
        dialogue = replace(dialogue, files=tuple(files), files_done=len(files) == arg.files_max)
    return dialogue, "\n".join(complaints)


def missing(command: Command, dialogue: Dialogue, secrets: Mapping[str, str]) -> Arg | None:
    """The next argument to ask for."""
    for arg in command.args:
        if arg.required and not (arg.files or arg.secret) and arg.name not in dialogue.words:
            return arg
    files = files_arg(command)
    # Whoever has begun to send files says when they are all there; a text alone needs none.
    wanted = files is not None and (
        files.required or dialogue.files or not (files.unasked or has_text(command, dialogue))
    )
    if wanted and not dialogue.files_done:
        return files
    for arg in command.args:
        if arg.secret and not arg.inline and arg.required and arg.name not in secrets:
            return arg
    return None


def first(command: Command, *asked_for: Arg | None) -> Arg | None:
    """Which of them to ask for now: what an argument may be can depend on those before it."""
    found = [arg for arg in asked_for if arg is not None]
    return min(found, key=lambda arg: (arg.files or arg.secret, command.args.index(arg)), default=None)


def values(command: Command, dialogue: Dialogue, secrets: Mapping[str, str]) -> dict[str, Any]:
    """Every argument's value: None for one not given, a tuple of FileRef for files; and the BASIS of a Card.

    Raises BadValue.
    """
    found: dict[str, Any] = {}
    for arg in command.args:
        if arg.files:
            found[arg.name] = dialogue.files
            continue
        word = (secrets if arg.secret else dialogue.words).get(arg.name)
        found[arg.name] = None if word is None else arg.parse(word)
    if BASIS in dialogue.words:
        found[BASIS] = dialogue.words[BASIS]
    return found


def files_arg(command: Command) -> Arg | None:
    return next((arg for arg in command.args if arg.files), None)


def free_text(command: Command, dialogue: Dialogue) -> Arg | None:
    """The optional text that a line may fill while files are awaited."""
    return next((arg for arg in _texts(command) if arg.name not in dialogue.words), None)


def has_text(command: Command, dialogue: Dialogue) -> bool:
    """Whether that has been given."""
    return any(arg.name in dialogue.words for arg in _texts(command))


def tag(dialogue: Dialogue) -> str:
    """Ties a button to its dialogue, so that an old one does nothing."""
    return dialogue.request_id[:8]


def _texts(command: Command) -> list[Arg]:
    return [arg for arg in command.args if arg.rest and not arg.required]


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()[:32]
