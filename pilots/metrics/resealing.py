"""Secrets of sources, sealed anew when the key is replaced (as in innovation/people/resealing.py)."""

from __future__ import annotations

from innovation.rules.key_ring import Purpose, Tally
from pilots.metrics.models import PushKey, Source


def sources(*, write: bool) -> Tally:
    """Credentials, what stands behind the marks in the settings, and keys of programs that sign."""
    tally = Tally()
    for name in ("secret", "hidden"):
        rows = Source.objects.exclude(**{name: b""}).values_list("pk", name)
        for pk, token in rows.iterator():
            new = tally.take(bytes(token), Purpose.SOURCE, of=f"source:{pk}")
            if write and new != bytes(token):
                Source.objects.filter(pk=pk, **{name: token}).update(**{name: new})
    for pk, token in PushKey.objects.exclude(sealed=b"").values_list("pk", "sealed").iterator():
        new = tally.take(bytes(token), Purpose.SOURCE, of=f"push key:{pk}")
        if write and new != bytes(token):
            PushKey.objects.filter(pk=pk, sealed=token).update(sealed=new)
    return tally
