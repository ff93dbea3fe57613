"""How an event is hashed into the chain. Pure: the same for writing and for verifying."""

import hashlib
import json
from datetime import UTC, datetime

GENESIS = "0" * 64


def digest(
    *,
    number: int,
    at: datetime,
    actor: str,
    actor_name: str,
    type: str,
    subjects: list[str],
    subject_name: str,
    unit_id: int | None,
    details: dict[str, object],
    previous_hash: str,
) -> str:
    """SHA-256 over every column of the event and the hash before it, as 64 hex digits."""
    text = json.dumps(
        [
            number,
            at.astimezone(UTC).isoformat(),
            actor,
            actor_name,
            type,
            subjects,
            subject_name,
            unit_id,
            details,
            previous_hash,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()
