"""Reads forms as the Bot API does. aiohttp takes the second semicolon in a file's name for the end of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, web

_PARAMETER = re.compile(r';\s*(\w+)="((?:[^"\\]|\\.)*)"')


async def fields_of(request: web.Request) -> AsyncIterator[tuple[str, str, bytes]]:
    """The name of each field, the name of the file that it holds or "", and its content."""
    if request.content_type != "multipart/form-data":
        for name, value in (await request.post()).items():
            yield name, "", str(value).encode()
        return
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        named = dict(_PARAMETER.findall(part.headers["Content-Disposition"]))
        yield named["name"], re.sub(r"\\(.)", r"\1", named.get("filename", "")), bytes(await part.read())
