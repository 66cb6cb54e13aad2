"""The SHA-256 of a whole submission, for its receipt: of a manifest that anybody can write down again.

    homeroom submission 1
    text SHA-256-OF-THE-TEXT
    file SHA-256-OF-THE-FILE SIZE NAME

One line for the text (in UTF-8, be it empty) and one for each file, in the order in which they were handed
in, each ending with a line feed. No name holds a line break, so no two submissions have one manifest. Who
handed it in, and for what, is said by the submission's id, which stands beside the digest in a receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from protos.lms_pb2 import File


def submission_digest(text: str, files: Iterable[File]) -> str:
    """In lower-case hexadecimal."""
    lines = ["homeroom submission 1", f"text {hashlib.sha256(text.encode()).hexdigest()}"]
    lines += [f"file {file.sha256} {file.size} {file.name}" for file in files]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
