"""What is asked before an outcome is decided of a pilot that said that it gives hours back: are they shown?"""

from __future__ import annotations

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot
from pilots.time_returned import queries
from pilots.time_returned.account import Unknown
from pilots.time_returned.models import TimeDeclaration


def time_shown(pilot: Pilot) -> RequirementState | None:
    """Whether there is an amount, however small, or a reason in the numbers why there is none; and whether each
    use has a number by which it is seen, or a reason why none can show it."""
    said = next(iter(pilot.time_declarations.all()), None)
    if said is None:
        return None
    url = reverse("pilots:time-returned", args=[pilot.pk])
    if said.metric_id is None:
        sentence = _("The team took back that it gives hours back: %(why)s") % {"why": said.reason}
        return RequirementState(True, sentence, url)
    found = queries.hours_of(pilot, timezone.now(), said)
    if found is None or found.unknown in (Unknown.NOT_LIVE, Unknown.NO_NUMBERS):
        return RequirementState(
            False, _("No number says yet what time a case takes since go-live."), url
        )
    if found.unknown == Unknown.NO_CASES:
        return RequirementState(
            False, _("Nobody has counted the cases since go-live; without them no hours."), url
        )
    unseen = [str(one) for one in said.uses.all() if one.measure_id is None and not one.no_measure]
    if unseen:
        sentence = _(
            "Say by which number it is seen that the time goes there, or why none can show it: %(uses)s."
        ) % {"uses": ", ".join(unseen)}
        return RequirementState(False, sentence, reverse("pilots:time-declare", args=[pilot.pk]))
    if found.unknown:
        return RequirementState(
            True, _("Shown as not known: its numbers cannot be compared with before."), url
        )
    return RequirementState(True, _("Hours given back are shown, as measured."), url)


register(
    Gate.OUTCOME,
    Requirement(
        "time_returned",
        gettext_lazy("Hours given back are shown"),
        time_shown,
        order=30,
        prefetch=(Prefetch("time_declarations", TimeDeclaration.objects.order_by("-number")),),
    ),
)
