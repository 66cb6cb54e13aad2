"""What administrators do to the cluster itself leaves nothing in the classroom but its audit record."""

from __future__ import annotations

from lms_cluster.commands.act import Act
from protos.command_pb2 import RecordBackup, RecordTransfer
from protos.lms_pb2 import Item, PostResponse


def record(data: RecordTransfer | RecordBackup, act: Act) -> PostResponse:
    return act.accepted(Item(id=data.node_id))
