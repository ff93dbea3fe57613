"""Who tells of a named patient, and who takes the words out."""

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.permissions import check_holds
from innovation.redaction.models import PatientReport
from innovation.redaction.room import RedactionPermission
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict


def check_can_redact(user: User, unit_id: int | None = None) -> None:
    """In the texts of that unit (of any where it is None)."""
    check_holds(
        user,
        RedactionPermission.TAKE_OUT,
        unit_id,
        _("Words are taken out by the administrators of the unit that they stand in."),
    )


can_redact = derive(check_can_redact)


def check_can_answer_report(user: User, report: PatientReport) -> None:
    check_can_redact(user, report.unit_id)
    if report.outcome:
        raise Conflict(
            _("This is settled already: %(how)s.") % {"how": report.get_outcome_display()}
        )


can_answer_report = derive(check_can_answer_report)
