"""VerifyReceipt: whether a receipt is what this node has applied.

Anybody may ask, without a secret: a receipt is worth something only if it can be checked without the help of
the course's staff. A stranger learns nothing by asking: only who holds a submission's digest already hears
more than that it is not known here, and a digest cannot be guessed.
"""

from __future__ import annotations

from lms_cluster import ids
from lms_cluster.reader import Reader
from protos.lms_pb2 import VerifyReceiptRequest, VerifyReceiptResponse
from storage.models.coursework import SubmissionReceipt
from storage.progress import applied_index


class Receipts:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def verify(self, request: VerifyReceiptRequest) -> VerifyReceiptResponse:
        """As of what this node has applied; it asks no other."""
        return self._reader.read_now(lambda: _verified(request))


def _verified(request: VerifyReceiptRequest) -> VerifyReceiptResponse:
    applied = applied_index()
    number = ids.SUBMISSION.number(request.submission_id)
    receipt = SubmissionReceipt.get_or_none(SubmissionReceipt.submission == number)
    if receipt is None or receipt.sha256 != request.sha256.lower():
        finding = f"holds no such submission up to entry {applied}"
        return VerifyReceiptResponse(genuine=False, finding=finding, applied_index=applied)
    genuine = (receipt.log_index, receipt.term) == (request.index, request.term)
    where = f"entry {receipt.log_index}, term {receipt.term}"
    finding = f"holds it at {where}" if genuine else f"holds it, but at {where}"
    return VerifyReceiptResponse(genuine=genuine, finding=finding, applied_index=applied)
