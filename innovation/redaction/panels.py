"""What waits for whoever takes words out."""

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.redaction.models import PatientReport
from innovation.redaction.room import RedactionPermission
from innovation.web import panels


def reports_waiting(user: User) -> list[panels.WaitingItem]:
    if not user.may(RedactionPermission.TAKE_OUT):
        return []
    return [
        panels.WaitingItem(
            title=report.page,
            sentence=_("%(who)s saw a patient named there.") % {"who": report.reported_by.name},
            url=report.get_absolute_url(),
            since=report.reported_at,
            kind=_("Named patient"),
            action_label=_("Look at it"),
        )
        for report in PatientReport.objects.visible_to(user).open().select_related("reported_by")
    ]
