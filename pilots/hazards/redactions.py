"""A signed hazard log is hashed: after words were taken out of it, anew."""

from __future__ import annotations

from innovation.redaction.places import FilePlace, Seal
from pilots.hazards import queries
from pilots.hazards.models import SignedHazardLog


def _hashed(signed: SignedHazardLog) -> str:
    return queries.digest(signed.content)


FILES: tuple[FilePlace, ...] = ()
SEALS = (Seal("pilots.SignedHazardLog", "content", _hashed),)
