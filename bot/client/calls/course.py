"""What the course tells and hands out: files, materials, announcements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.client.api import Announcement, File, Material, Page, Receipt
from bot.client.calls.base import Calls, bearer, receipt
from bot.client.transfers import collect, describe, upload_parts
from bot.client.values import basics
from protos import lms_pb2
from protos.lms_pb2 import PostRequest

if TYPE_CHECKING:
    from protos.lms_pb2_grpc import LmsServiceAsyncStub

TRANSFER_SECONDS = 30.0


class Course(Calls):
    async def materials(self, token: str, words: str = "", *, page: str = "") -> Page[Material]:
        return await self._list(token, Material, lms_pb2.KIND_MATERIAL, lms_pb2.Filter(words=words), page)

    async def material(self, token: str, material_id: str) -> Material:
        return await self._one(token, Material, lms_pb2.KIND_MATERIAL, material_id)

    async def announcements(self, token: str, *, page: str = "") -> Page[Announcement]:
        return await self._list(token, Announcement, lms_pb2.KIND_ANNOUNCEMENT, lms_pb2.Filter(), page)

    async def announcement(self, token: str, announcement_id: str) -> Announcement:
        return await self._one(token, Announcement, lms_pb2.KIND_ANNOUNCEMENT, announcement_id)

    async def upload(self, token: str, name: str, media_type: str, content: bytes) -> File:
        # Needs no request id: content is kept under its own digest.
        file = describe(name, media_type, content)

        async def attempt(stub: LmsServiceAsyncStub, seconds: float) -> lms_pb2.UploadResponse:
            parts = upload_parts(file, content)
            return await stub.Upload(parts, timeout=seconds, metadata=bearer(token))

        response = await self._nodes.call(attempt, TRANSFER_SECONDS)
        return basics.file(response.file)

    async def download(self, token: str, item_id: str, sha256: str = "") -> tuple[File, bytes]:
        request = lms_pb2.DownloadRequest(item_id=item_id, sha256=sha256)

        async def attempt(stub: LmsServiceAsyncStub, seconds: float) -> tuple[File, bytes]:
            call = stub.Download(request, timeout=seconds, metadata=bearer(token))
            try:
                return await collect(aiter(call))
            finally:
                call.cancel()

        return await self._nodes.call(attempt, TRANSFER_SECONDS)

    async def add_material(
        self,
        token: str,
        request_id: str,
        title: str,
        topic: str,
        file: File,
        silent: bool = False,
        unquotable: bool = False,
    ) -> Receipt[Material]:
        new = lms_pb2.NewMaterial(
            title=title, topic=topic, file=basics.file_message(file), silent=silent, unquotable=unquotable
        )
        return receipt(Material, await self._post(token, PostRequest(request_id=request_id, material=new)))

    async def mark_read(self, token: str, request_id: str, material_id: str) -> None:
        new = lms_pb2.NewReading(material_id=material_id)
        await self._post(token, PostRequest(request_id=request_id, reading=new))

    async def announce(self, token: str, request_id: str, text: str) -> Receipt[Announcement]:
        new = lms_pb2.NewAnnouncement(text=text)
        return receipt(
            Announcement, await self._post(token, PostRequest(request_id=request_id, announcement=new))
        )
