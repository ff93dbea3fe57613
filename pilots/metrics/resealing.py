"""Secrets of sources, sealed anew when the key is replaced (as in innovation/people/resealing.py)."""

from __future__ import annotations

from innovation.rules.key_ring import Purpose, Tally
from pilots.metrics.models import Source


def sources(*, write: bool) -> Tally:
    """Credentials, and what stands behind the marks in the settings."""
    tally = Tally()
    for name in ("secret", "hidden"):
        rows = Source.objects.exclude(**{name: b""}).values_list("pk", name)
        for pk, token in rows.iterator():
            new = tally.take(bytes(token), Purpose.SOURCE, of=f"source:{pk}")
            if write and new != bytes(token):
                Source.objects.filter(pk=pk, **{name: token}).update(**{name: new})
    return tally
