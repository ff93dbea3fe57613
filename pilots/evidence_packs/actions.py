"""Freezing what a pilot showed."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.evidence_packs import archive, contents
from pilots.evidence_packs.models import EvidencePack
from pilots.evidence_packs.permissions import check_can_freeze
from pilots.lifecycle.models import Pilot


@atomic
def freeze(pilot: Pilot, *, by: User, at: datetime) -> EvidencePack:
    """Freeze what the pilot's metrics show now as one file that never changes.

    Where nothing has changed since the last time, that pack is the answer: frozen again at its
    moment, the same data make the same bytes.
    """
    workflow.lock(pilot)
    check_can_freeze(by, pilot)
    if not pilot.metrics.exists():
        raise Refused(_("Nothing is measured yet, so there is nothing to freeze."))
    last = EvidencePack.objects.filter(pilot=pilot).defer("archive").first()
    if last is not None:
        again = archive.packed(contents.files_of(pilot, at=last.frozen_at))
        if archive.digest(again) == last.sha256:
            return last
    files = contents.files_of(pilot, at=at)
    content = archive.packed(files)
    pack = EvidencePack.objects.create(
        pilot=pilot,
        frozen_at=at,
        frozen_by=by,
        archive=content,
        sha256=archive.digest(content),
        files={name: archive.digest(held) for name, held in files.items()},
        size=len(content),
    )
    audit.record(
        "pack.frozen",
        pack,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        sha256=pack.sha256,
    )
    return pack
