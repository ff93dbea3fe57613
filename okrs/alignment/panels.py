"""What pilots, needs and gates show of their key results (seam 1)."""

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.web import panels
from okrs.alignment import presenters
from okrs.alignment.models import Contribution
from okrs.alignment.permissions import can_contribute
from okrs.goals.models import Objective
from pilots.lifecycle.models import Pilot


def key_results_of(user: User, pilot: Pilot) -> panels.Panel | None:
    """The key results a pilot says it serves, with what it claims."""
    contributions = list(
        Contribution.objects.with_state_then()
        .filter(pilot=pilot, key_result__objective__in=Objective.objects.visible_to(user))
        .select_related("key_result__objective", "by")
    )
    may_change = bool(can_contribute(user, pilot))
    if not contributions and not may_change:
        return None
    return panels.Panel(
        _("Serves"),
        "okrs/alignment/_key_results.html",
        {
            "contributions": presenters.claims(contributions),
            "pilot": pilot,
            "may_change": may_change,
        },
    )
