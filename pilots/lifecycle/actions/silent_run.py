"""The end of a silent run: people see what the pilot says."""

from __future__ import annotations

from datetime import datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import reasons
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import checklist
from pilots.lifecycle.actions.clock import check_in_time
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot, SilentRunEnd
from pilots.lifecycle.permissions import check_can_show_output
from pilots.lifecycle.states import PilotStatus


@atomic
def show_output(
    pilot: Pilot, *, reason: str, by: User, at: datetime, against: str = ""
) -> SilentRunEnd:
    """End the silent run: from now on people see, and may act on, what it says. Where a requirement is not
    met, that takes a reason of its own, `against`, and is marked."""
    workflow.lock(pilot)
    check_can_show_output(by, pilot)
    if not pilot.silent or pilot.status != PilotStatus.RUNNING:
        raise Refused(_("Only a pilot that runs silently can be shown."))
    check_in_time(pilot, at=at)
    reason = reasons.required(reason)
    checks = checklist.checklist(pilot, Gate.OUTPUT)
    missing = checklist.missing(checks)
    against = visible(against) if missing else ""
    if missing and not against:
        raise Malformed(
            _("%(missing)s Say why its output is shown all the same: it is kept with the decision.")
            % {"missing": " ".join(check.sentence for check in missing)}
        )
    pilot.silent = False
    pilot.save(update_fields=["silent"])
    end = SilentRunEnd.objects.create(
        pilot=pilot,
        at=at,
        by=by,
        reason=reason,
        known=[
            {"key": check.key, "label": str(check.label), "met": check.met, "said": check.sentence}
            for check in checks
        ],
        missing=bool(missing),
        against=against,
    )
    if missing:
        audit.record(
            "pilot.output_shown_against",
            pilot,
            by=by,
            at=at,
            missing=get_text_list([f"“{check.label}”" for check in missing], _("and")),
            against=against,
            reason=reason,
        )
    else:
        audit.record("pilot.output_shown", pilot, by=by, at=at, reason=reason)
    return end
