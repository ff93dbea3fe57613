"""What every gate asks of the decisions before it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules import dates
from pilots.gates.models import GateCondition
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot


def conditions_kept(pilot: Pilot) -> RequirementState | None:
    """No condition of an earlier decision is past its day; not asked where there is none."""
    conditions = list(
        GateCondition.objects.open().filter(review__pilot=pilot).select_related("owner")
    )
    if not conditions:
        return None
    overdue = [one for one in conditions if one.due_on < dates.today()]
    if overdue:
        one = overdue[0]
        return RequirementState(
            False,
            _("A condition is past its day (%(who)s, %(day)s): “%(text)s”.")
            % {
                "who": one.owner.name,
                "day": dates.day_in_words(one.due_on),
                "text": one.text,
            },
            one.get_absolute_url(),
        )
    return RequirementState(
        True,
        ngettext(
            "%(n)s condition is open, and its day is still to come.",
            "%(n)s conditions are open, and their days are still to come.",
            len(conditions),
        )
        % {"n": len(conditions)},
        conditions[0].get_absolute_url(),
    )


for _gate in Gate:
    register(
        _gate,
        Requirement("conditions", gettext_lazy("Conditions"), conditions_kept, order=5),
    )
