"""What is asked for next, and how it can be answered with a tap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core import dialogue as steps
from bot.core.chat import Dialogue
from bot.core.command import Arg, Command, Conversation, Part
from bot.core.language import Words
from bot.core.model import Button
from bot.core.richtext import label
from bot.core.text import dialogue as text

BUTTON_BYTES_MAX = 64
CHOICES_MAX = 8


class Asking:
    """Of a command's arguments. Raises BadValue and Failure where the classroom has to be asked."""

    def __init__(self, conversation: Conversation, secrets: Mapping[str, str]) -> None:
        self._conversation = conversation
        self._secrets = secrets

    async def prompt(self, command: Command, dialogue: Dialogue, arg: Arg, given: Sequence[Arg]) -> Words:
        """While there is more to send: what has just come, and how much there is so far."""
        part = await self.part(command, dialogue, arg)
        if part is not None:
            return part.prompt
        if not (arg.files and dialogue.files):
            return arg.prompt
        so_far = [label(file.name) for file in dialogue.files]
        so_far += [str(text.THE_TEXT)] if steps.has_text(command, dialogue) else []
        if any(filled.rest for filled in given):
            return text.text_added(so_far)
        return text.file_added(dialogue.files[-1].name, len(so_far))

    async def part(self, command: Command, dialogue: Dialogue, arg: Arg) -> Part | None:
        """What to ask next of an argument that is asked for piece by piece; None where nothing is."""
        if arg.parts is None:
            return None
        return await arg.parts(self._conversation, steps.values(command, dialogue, self._secrets))

    async def unfinished(self, command: Command, dialogue: Dialogue) -> Arg | None:
        for arg in command.args:
            if arg.name in dialogue.words and await self.part(command, dialogue, arg) is not None:
                return arg
        return None

    async def buttons(self, command: Command, dialogue: Dialogue, arg: Arg) -> tuple[tuple[Button, ...], ...]:
        if arg.files:
            done = Button(str(text.DONE), f"done:{steps.tag(dialogue)}")
            return ((done,),) if dialogue.files or not arg.required else ()
        if arg.choices is None:
            return ()
        given = steps.values(command, dialogue, self._secrets)
        choices = await arg.choices(self._conversation, given)
        if len(choices) > CHOICES_MAX:
            return ()
        place = command.args.index(arg)
        start = f"pick:{steps.tag(dialogue)}:{place}"
        buttons = [Button(label(choice.label), f"{start}:{choice.value}") for choice in choices]
        return tuple((button,) for button in buttons if len(button.data.encode()) <= BUTTON_BYTES_MAX)
