"""A simulated disk: what is durable, what is pending, and what a power loss makes of both.

The disk is a journal of the calls that storage made. Replaying a prefix of it gives the disk at that call, so
one run of the real code is enough to lose power after every call, and with every seed.

Pending is what came after the file's last sync. A power loss keeps, drops or tears each pending write and
truncation by itself, in sectors of 512 bytes: so a later write may survive an earlier one. The folder is a
file of its own: which names stand in it is durable once it is synced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

SECTOR_BYTES = 512

FileId = int


@dataclass(frozen=True, slots=True)
class Written:
    file: FileId
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    file: FileId
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    file: FileId


@dataclass(frozen=True, slots=True)
class SyncFailed:
    """The kernel may drop what it could not write and call it clean: no later sync makes it durable."""

    file: FileId


@dataclass(frozen=True, slots=True)
class Named:
    """`file`, or nothing, stands under `name` from now on, and in the same step nothing under `left`."""

    name: str
    file: FileId | None
    left: str | None = None


@dataclass(frozen=True, slots=True)
class FolderSynced:
    pass


@dataclass(frozen=True, slots=True)
class Promised:
    """Not a call: storage returned from something that the test counts."""


Call = Written | Truncated | Synced | SyncFailed | Named | FolderSynced | Promised


class Loss:
    """What becomes of a pending call. This one drops all of them: the power went at once."""

    def keeps(self) -> bool:
        return False

    def torn(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """(offset, bytes) of the parts of a pending write that reached the disk."""
        return iter(())


class NoLoss(Loss):
    """Everything reaches the disk: the process was killed, not the machine."""

    def keeps(self) -> bool:
        return True

    def torn(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        yield 0, data


class RandomLoss(Loss):
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def keeps(self) -> bool:
        return self._random.random() < 0.5

    def torn(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        share = self._random.choice((0.0, 1.0, 0.5, 0.9))
        for offset in range(0, len(data), SECTOR_BYTES):
            if self._random.random() < share:
                yield offset, data[offset : offset + SECTOR_BYTES]


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Written | Truncated] = field(default_factory=list)

    def after(self, loss: Loss) -> bytearray:
        content = bytearray(self.durable)
        for call in self.pending:
            match call:
                case Truncated(_, size):
                    if loss.keeps():
                        _resize(content, size)
                case Written(_, offset, data):
                    for start, part in loss.torn(data):
                        _write(content, offset + start, part)
        return content


class Disk:
    """The calls made so far, which follow what stood in `folder`. It holds the files as the running code sees
    them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal: list[Call] = []
        self._ids = count()
        self._files: dict[str, FileId] = {}
        for path in sorted(folder.iterdir()):
            self.file(path.name)
        self.journal += [Synced(file) for file in self._files.values()]
        self.sync_folder()
        self._found = len(self.journal)
        """So many calls of the journal say what stood in the folder before."""

    def file(self, name: str) -> FileId:
        """The file under this name; one made behind the disk's back is as new, its content pending."""
        if name not in self._files:
            path = self.folder / name
            self._files[name] = next(self._ids)
            self.journal.append(Named(name, self._files[name]))
            if path.exists() and (content := path.read_bytes()):
                self.journal.append(Written(self._files[name], 0, content))
        return self._files[name]

    def rewritten(self, name: str) -> FileId:
        """The file, its content as it is now pending: written by somebody who does not go through SQLite."""
        file = self.file(name)
        content = (self.folder / name).read_bytes()
        self.journal += [Truncated(file, len(content)), Written(file, 0, content)]
        return file

    def remove(self, name: str) -> None:
        self.journal.append(Named(name, None))
        self._files.pop(name, None)

    def rename(self, name: str, new: str) -> None:
        self._files[new] = self.file(name)
        del self._files[name]
        self.journal.append(Named(new, self._files[new], left=name))

    def sync_folder(self) -> None:
        self.journal.append(FolderSynced())

    def promise(self) -> None:
        self.journal.append(Promised())

    def after_kill(self, calls: int, folder: Path) -> Disk:
        """Of a process that was killed after so many calls: its files, in `folder`, as they were, and pending
        what was pending, for the kernel lives on."""
        state = self.power_loss(calls)
        for name, content in state.files(NoLoss()).items():
            (folder / name).write_bytes(content)
        killed = Disk(folder)
        killed.journal = self.journal[: self._found + calls]
        killed._files = state.names(NoLoss())
        killed._ids = count(len(self.journal))
        killed._found = len(killed.journal)
        return killed

    def power_losses(self) -> Iterator[PowerLoss]:
        """One before the first call, and one after each."""
        power_loss = self.power_loss(0)
        yield power_loss
        for call in self.journal[self._found :]:
            power_loss.apply(call)
            yield power_loss

    def power_loss(self, calls: int) -> PowerLoss:
        """After so many calls, 0 to `len(self)`."""
        power_loss = PowerLoss()
        for call in self.journal[: self._found + calls]:
            power_loss.apply(call)
        return power_loss

    def __len__(self) -> int:
        return len(self.journal) - self._found


class PowerLoss:
    """The disk when the power goes. `promises`: how many were made by then."""

    def __init__(self) -> None:
        self.promises = 0
        self._files: dict[FileId, _File] = {}
        self._names: dict[str, FileId] = {}
        self._pending_names: list[Named] = []

    def apply(self, call: Call) -> None:
        match call:
            case Written(file) | Truncated(file):
                self._file(file).pending.append(call)
            case Synced(file):
                self._files[file] = _File(self._file(file).after(NoLoss()))
            case SyncFailed(file):
                self._file(file).pending.clear()
            case Named():
                self._pending_names.append(call)
            case FolderSynced():
                self._names = self.names(NoLoss())
                self._pending_names.clear()
            case Promised():
                self.promises += 1

    def files(self, loss: Loss) -> dict[str, bytes]:
        """What stands on the disk when the power is back."""
        names = self.names(loss)
        return {name: bytes(self._file(file).after(loss)) for name, file in sorted(names.items())}

    def names(self, loss: Loss) -> dict[str, FileId]:
        names = dict(self._names)
        for call in self._pending_names:
            if not loss.keeps():
                continue
            names.pop(call.left or call.name, None)
            if call.file is not None:
                names[call.name] = call.file
        return names

    def _file(self, file: FileId) -> _File:
        return self._files.setdefault(file, _File())


def _write(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        _resize(content, offset)
    content[offset : offset + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))
