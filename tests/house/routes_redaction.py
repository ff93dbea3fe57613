"""Who tells of a named patient (anybody with a role), and who takes the words out (administrators)."""

from __future__ import annotations

from typing import Any

from innovation.redaction import actions
from innovation.redaction.models import Redaction
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need
from tests.house.routes import EVERYBODY, Row, only

ADMINISTRATORS = only("ada", "hugo")


def a_report(cast: Cast) -> dict[str, Any]:
    page = make_need(cast.ana).get_absolute_url()
    return {"pk": actions.report_patient(page, by=cast.ana, at=NOW).pk}


def a_redaction(cast: Cast) -> dict[str, Any]:
    made = Redaction.objects.create(
        by=cast.ada, at=NOW, unit=cast.brigid, reason="Confirmed.", places=[["Need", 1]], count=1
    )
    return {"pk": made.pk}


ROUTES: dict[str, Row] = {
    "innovation:redactions": Row(get=ADMINISTRATORS),
    "innovation:patient-report-new": Row(get=EVERYBODY, post=EVERYBODY),
    "innovation:redaction-new": Row(get=ADMINISTRATORS, post=ADMINISTRATORS),
    "innovation:patient-report": Row(get=only("ada"), post=only("ada"), kwargs=a_report),
    "innovation:redaction-detail": Row(get=only("ada", "otto"), kwargs=a_redaction),
}
