"""Course materials: published with their text, and opened by readers."""

from __future__ import annotations

from lms_cluster import ids, items
from lms_cluster.commands.act import Act
from lms_cluster.commands.files import attached
from lms_cluster.fields import TITLE_MAX, Fields
from lms_cluster.refusal import Code, Refused, no_such_item
from protos.command_pb2 import PublishMaterial
from protos.lms_pb2 import EVENT_KIND_MATERIAL_PUBLISHED, NewReading, PostResponse
from storage.events import Audience
from storage.models.course import Material, Reading
from storage.passages import Section, add_passages

TEXT_BYTES_MAX = 2 * 1024 * 1024


def publish(data: PublishMaterial, act: Act) -> PostResponse:
    """The accepting node has extracted the text, so no node here needs a parser, and no two can differ."""
    fields = Fields()
    fields.line("title", data.material.title, TITLE_MAX)
    fields.line("topic", data.material.topic, TITLE_MAX, optional=True)
    file = attached("file", data.material.file, act, fields)
    fields.done()
    if sum(len(section.text.encode()) for section in data.sections) > TEXT_BYTES_MAX:
        raise Refused(Code.INVALID_ARGUMENT, "TOO_LARGE", "A material may have at most 2 MiB of text.")
    material = Material.create(
        title=data.material.title,
        topic=data.material.topic,
        file=file.sha256,
        file_name=file.name,
        media_type=file.media_type,
        author=act.author.username,
        passages=0,
        published_ms=act.now_ms,
        unquotable=data.material.unquotable,
    )
    sections = [Section(section.place, section.heading, section.text) for section in data.sections]
    material.passages = add_passages(material.number, sections)
    material.save()
    id_ = ids.MATERIAL.id(material.number)
    if not data.material.silent:
        act.tell(EVENT_KIND_MATERIAL_PUBLISHED, id_, Audience.STUDENTS, act.author.username)
    return act.accepted(items.material(material, file.size, act.author.display_name))


def read(data: NewReading, act: Act) -> PostResponse:
    """The first time counts; later ones change nothing."""
    number = ids.MATERIAL.number(data.material_id)
    if number is None or not Material.select().where(Material.number == number).exists():
        raise no_such_item(ids.MATERIAL.noun, data.material_id)
    Reading.insert(
        material=number, user=act.author.username, read_ms=act.now_ms
    ).on_conflict_ignore().execute()
    return act.accepted()
