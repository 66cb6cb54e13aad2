"""What may stand on the disk after a power loss, as folders that storage opens with its own driver."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from tests.storage.faults.disk import Disk, Loss, NoLoss, PowerLoss, RandomLoss


def after_any_power_loss(disk: Disk, folder: Path, seeds: range) -> Iterator[tuple[PowerLoss, Path]]:
    """After each storage call, and for each: nothing pending kept, all of it, and what `seeds` choose. The
    second is made anew in `folder` each time. Disks that were given before are left out."""
    seen: set[tuple[int, bytes]] = set()
    for power_loss in disk.power_losses():
        for loss in (Loss(), NoLoss(), *(RandomLoss(seed) for seed in seeds)):
            files = power_loss.files(loss)
            digest = sha256(repr(sorted(files.items())).encode()).digest()
            if (power_loss.promises, digest) not in seen:
                seen.add((power_loss.promises, digest))
                yield power_loss, written(files, folder / "after")


def written(files: dict[str, bytes], folder: Path) -> Path:
    """A folder that holds these files and nothing else."""
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
