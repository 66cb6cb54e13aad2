"""DOCX and PPTX share their container: a zip of XML parts, checked here before any library opens it."""

from __future__ import annotations

import io
import zipfile
import zlib

from lms_cluster.extraction.section import Unreadable

MEMBERS_MAX = 5_000
UNPACKED_BYTES_MAX = 128 * 1024 * 1024
RATIO_MAX = 100
"""Unpacked to packed, of the whole archive; ordinary documents stay under 20."""
RATIO_MATTERS_FROM = 1024 * 1024
PROLOGUE_BYTES = 4096
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check_archive(content: bytes) -> None:
    """Raises Unreadable for a zip bomb, an encrypted or broken archive, or one whose XML declares entities.

    A zip's directory may lie about sizes; zipfile reads no member past its declared size, so their sum bounds
    what will be unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_sizes(members, len(content))
            for member in members:
                if member.flag_bits & 1:
                    raise Unreadable("is protected by a password")
                if member.compress_type not in METHODS:
                    raise Unreadable("is a broken or unusual archive inside")
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        _check_prologue(part.read(PROLOGUE_BYTES))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("is a broken archive inside") from error


def _check_sizes(members: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > MEMBERS_MAX:
        raise Unreadable(f"holds more than {MEMBERS_MAX} parts")
    if unpacked > UNPACKED_BYTES_MAX:
        raise Unreadable(f"unpacks to more than {UNPACKED_BYTES_MAX // 1024 // 1024} MB")
    if unpacked > RATIO_MATTERS_FROM and unpacked > RATIO_MAX * packed:
        raise Unreadable(f"unpacks to more than {RATIO_MAX} times its size")


def _check_prologue(start: bytes) -> None:
    # Office files never hold a document type; entities that expand a thousandfold need one.
    if b"<!DOCTYPE" in start.replace(b"\0", b""):
        raise Unreadable("declares XML entities, which no office program writes")
