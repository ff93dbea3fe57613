"""What the gates ask of the hazard log: what advises on a patient starts, and is shown, on a signed one."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules import dates
from pilots.hazards import queries
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pathway, Pilot

SIGNED_FOR = (Pathway.DECISION_SUPPORT, Pathway.DEVICE)


def log_signed(pilot: Pilot) -> RequirementState | None:
    """Whether what the log says now is what safety signed; else the next step towards it."""
    if pilot.pathway not in SIGNED_FOR:
        return None
    log = queries.log_of(pilot)
    url = reverse("pilots:hazard-log", args=[pilot.pk])
    if log.hazards and log.is_signed and log.signed is not None:
        said = _("Version %(n)s was signed by %(who)s on %(day)s.") % {
            "n": log.signed.version,
            "who": log.signed.signed_by.name,
            "day": dates.day_in_words(dates.day_of(log.signed.signed_at)),
        }
        return RequirementState(True, said, url)
    return RequirementState(False, _next_step(log), url)


def _next_step(log: queries.LogState) -> str:
    if not log.hazards:
        return _(
            "The hazard log is empty. Write down how it could harm somebody; safety signs it then."
        )
    if log.open:
        return ngettext(
            "One hazard is open: judge what is left of it; safety signs the log then.",
            "%(n)s hazards are open: judge what is left of them; safety signs the log then.",
            log.open,
        ) % {"n": log.open}
    if log.too_high:
        return _("“%(hazard)s” is left with too much risk: make it less; safety signs then.") % {
            "hazard": log.too_high[0].title
        }
    if log.signed is None:
        return _("Every hazard is judged. A safety reviewer reads and signs the hazard log next.")
    return _(
        "The hazard log was changed since version %(n)s was signed. A safety reviewer reads and signs"
        " it anew."
    ) % {"n": log.signed.version}


for _gate in (Gate.GO_LIVE, Gate.OUTPUT):
    register(
        _gate,
        Requirement("hazard_log", gettext_lazy("A signed hazard log"), log_signed, order=47),
    )
