"""The packs of a pilot."""

from __future__ import annotations

from pilots.evidence_packs.models import EvidencePack
from pilots.lifecycle.models import Pilot

# More are in the API.
SHOWN = 20


def packs_of(pilot: Pilot) -> list[EvidencePack]:
    """The newest first, without their bytes."""
    packs = list(EvidencePack.objects.filter(pilot=pilot).for_list()[:SHOWN])
    for pack in packs:
        pack.pilot = pilot
    return packs
