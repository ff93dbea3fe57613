"""What was known at a decision is hashed in the log: after words were taken out of it, anew."""

from __future__ import annotations

from innovation.redaction.places import FilePlace, Seal
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import GateReview


def _hashed(review: GateReview) -> str:
    return hash_of_known(review.known)


FILES: tuple[FilePlace, ...] = ()
SEALS = (Seal("pilots.GateReview", "known", _hashed),)
