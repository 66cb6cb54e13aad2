"""What may stand on the disk after a power loss, as folders that storage opens with its own driver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.storage.faults.disk import Disk, Loss, NoLoss, RandomLoss


@dataclass(frozen=True, slots=True)
class Left:
    """What a power loss left."""

    promises: int
    """Made before."""
    all_kept: bool
    """No pending call was lost, as when only the process ended."""
    folder: Path


def after_any_power_loss(disk: Disk, folder: Path, losses: int) -> Iterator[Left]:
    """After each storage call, with so many different losses: all that was pending is kept, nothing of it,
    and more at random; fewer than three take turns. The files are written into `folder`, anew each time;
    those that were given before are left out."""
    seen: set[tuple[int, bytes]] = set()
    for call, power_loss in enumerate(disk.power_losses()):
        for number in range(losses):
            kind = number if losses > 2 else (call + number) % 3
            loss = NoLoss() if kind == 0 else Loss() if kind == 1 else RandomLoss(call * losses + number)
            files = power_loss.files(loss)
            key = (power_loss.promises, _digest(files))
            if key not in seen:
                seen.add(key)
                yield Left(power_loss.promises, kind == 0, written(files, folder / "after"))


def _digest(files: dict[str, bytes]) -> bytes:
    digest = sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.digest()


def written(files: dict[str, bytes], folder: Path) -> Path:
    """A folder that holds these files and nothing else."""
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
