"""Post: from what a client asks to the command that the cluster will apply."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from lms_cluster.deadline import Deadline
from lms_cluster.extraction.sandbox import Extractor, ExtractorBusy
from lms_cluster.extraction.section import Section, Unreadable
from lms_cluster.fields import Fields
from lms_cluster.overload import Overloaded
from lms_cluster.proposer import Proposer
from lms_cluster.reader import Reader
from lms_cluster.refusal import Refused, Violation, invalid
from lms_cluster.services.accounts import Accounts
from lms_cluster.services.rights import demand_right
from lms_cluster.stamp import stamped
from protos.command_pb2 import Command, PublishMaterial
from protos.command_pb2 import Section as SectionMessage
from protos.lms_pb2 import File, PostRequest, PostResponse
from storage import blobs

SEEN_TOKENS_MAX = 10_000

AS_POSTED: Mapping[str, str] = {
    "assignment": "create_assignment",
    "submission": "submit",
    "extension": "grant_extension",
    "grade": "grade",
    "release": "release",
    "grade_import": "import_grades",
    "regrade": "request_regrade",
    "regrade_reply": "reply_regrade",
    "query": "ask",
    "follow_up": "follow_up",
    "resolution": "resolve",
    "answer": "answer",
    "endorsement": "endorse",
    "correction": "correct",
    "rating": "rate",
    "reveal": "reveal",
    "tutoring": "set_tutoring",
    "announcement": "announce",
    "reading": "read_material",
    "roster": "import_roster",
    "disabling": "set_disabled",
}
"""Kinds whose message is replicated as it came: field of PostRequest → field of Command."""


class Posts:
    def __init__(self, proposer: Proposer, reader: Reader, accounts: Accounts, extractor: Extractor) -> None:
        self._proposer = proposer
        self._reader = reader
        self._accounts = accounts
        self._extractor = extractor
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    async def post(self, request: PostRequest, token_sha256: bytes, deadline: Deadline) -> PostResponse:
        """Returns once durable on a majority and applied here. Raises Refused."""
        kind = _checked_kind(request)
        if kind in self._accounts.kinds:
            return await self._accounts.kinds[kind](request, token_sha256, deadline)
        command = stamped(request.request_id, token_sha256)
        if kind == "material":
            await self._publish(request, command, deadline)
        else:
            await self._demand_session(token_sha256, deadline)
            getattr(command, AS_POSTED[kind]).CopyFrom(getattr(request, kind))
        return await self._proposer.propose(command, deadline)

    async def _demand_session(self, token_sha256: bytes, deadline: Deadline) -> None:
        """Keeps strangers out of the log. Whether a session has ended since is for apply to say."""
        if token_sha256 not in self._seen:
            await self._reader.viewer(token_sha256, deadline)
            if len(self._seen) >= SEEN_TOKENS_MAX:
                self._seen.popitem(last=False)
            self._seen[token_sha256] = None

    async def _publish(self, request: PostRequest, command: Command, deadline: Deadline) -> None:
        await demand_right(self._reader, command.token_sha256, "publish_material", deadline)
        new = request.material
        sections = await self._sections(new.file, deadline) if new.HasField("file") else []
        messages = [SectionMessage(place=s.place, heading=s.heading, text=s.text) for s in sections]
        command.publish_material.CopyFrom(PublishMaterial(material=new, sections=messages))

    async def _sections(self, file: File, deadline: Deadline) -> list[Section]:
        def content() -> bytes:
            return b"".join(blobs.chunks(file.sha256))

        if not self._reader.read_now(lambda: blobs.file_exists(file.sha256)):
            return []  # apply says what is wrong with such a file
        try:
            async with deadline.limit():
                return await self._extractor.sections(
                    file.name, file.sha256, lambda: self._reader.read(content)
                )
        except Unreadable as error:
            raise _unreadable(file, error) from error
        except ExtractorBusy as error:
            raise Overloaded("Many files are being read at the moment; nothing was saved.", 5.0) from error
        except TimeoutError as error:
            raise Overloaded(f"{file.name} is still being read; nothing was saved yet.", 2.0) from error


def _checked_kind(request: PostRequest) -> str:
    """The field of PostRequest that is set. Raises Refused INVALID_FIELD."""
    fields = Fields()
    fields.request_id(request.request_id)
    kind = request.WhichOneof("data")
    if kind is None:
        fields.wrong("data", "must be one of the kinds of post this release knows")
    fields.done()
    return str(kind)


def _unreadable(file: File, error: Unreadable) -> Refused:
    return invalid([Violation("file", f"{file.name} {error}")])
