"""What the state remembers of the log it came from."""

from __future__ import annotations

from peewee import BigIntegerField, BlobField, CompositeKey, IntegerField, TextField

from storage.database import Record


class Applied(Record):
    """One row: how far the log has been applied."""

    id = IntegerField(primary_key=True)
    log_index = BigIntegerField()
    time_ms = BigIntegerField()
    """The classroom's clock: the newest time of any applied command."""
    chain = BlobField()
    """SHA-256 chained over every entry and its response; two nodes that differ once differ ever after."""
    term = BigIntegerField()
    """Of the entry at `log_index`. 0 beside an index: not known, in a file of the first release."""
    membership = BlobField()
    """In force at `log_index`, encoded. No members: nobody has told yet who founded the cluster."""


class ChainCheckpoint(Record):
    """What `Applied.chain` was at an earlier index."""

    log_index = BigIntegerField(primary_key=True)
    chain = BlobField()

    class Meta:
        table_name = "chain_checkpoint"


class StoredOutcome(Record):
    """What a request came to, so that its repetition changes nothing."""

    request_id = TextField()
    username = TextField()
    """Empty for the cluster's own commands."""
    fingerprint = BlobField()
    """Digest of what was asked for: tells a repetition from another request under the same id."""
    log_index = BigIntegerField(index=True)
    outcome = BlobField()
    """A serialised Outcome."""

    class Meta:
        table_name = "stored_outcome"
        primary_key = CompositeKey("request_id", "username")


class Event(Record):
    """Something people are told of. Who is told was decided when it happened."""

    log_index = BigIntegerField()
    place = IntegerField()
    """Counts from 0 within the entry that caused it."""
    kind = IntegerField()
    """lms.v1.EventKind."""
    item_id = TextField()
    audience = IntegerField()
    """storage.events.Audience."""
    username = TextField()
    """The one person of Audience.PERSON; for the others, who caused it and is not told."""
    time_ms = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("log_index", "place")
