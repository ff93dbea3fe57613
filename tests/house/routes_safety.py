"""Who may stop a pilot of St Brigid, tell what happened in it, and answer. The pilot is led by Jonas."""

from typing import Any

from pilots.lifecycle.models import Pilot
from pilots.safety import actions as safety
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.safety import told
from tests.house.routes import Row, only

# Everybody who works where it runs; administrators and auditors keep and read.
AT_HAND = only("ana", "maya", "jonas", "amara", "helen", "sam", "ingrid")
SPEAKERS = AT_HAND | only("hugo")
SAFETY = only("helen")
# Of a report: safety, the lead, the sponsor, the office, and whoever answers alarms; and who told it.
READERS = only("helen", "jonas", "amara", "maya", "ana")


def _running(cast: Cast) -> Pilot:
    return make.run(cast, make.open_pilot(cast), make.make_fund(cast))


def a_running_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": _running(cast).pk}


def a_pilot_to_stop(cast: Cast) -> dict[str, Any]:
    pilot = _running(cast)
    safety.ask_stop(pilot, what="It drafts the wrong side.", by=cast.ben, at=NOW)
    return {"pk": pilot.pk}


def an_incident(cast: Cast) -> dict[str, Any]:
    return {"pk": told(_running(cast), by=cast.ana).pk}


ROUTES: dict[str, Row] = {
    "pilots:pilot-here": Row(get=AT_HAND, kwargs=a_running_pilot),
    "pilots:pilot-poster": Row(get=AT_HAND, kwargs=a_running_pilot),
    "pilots:stop-ask": Row(get=AT_HAND, post=AT_HAND, kwargs=a_running_pilot),
    "pilots:stop-answer": Row(get=SAFETY, post=SAFETY, kwargs=a_pilot_to_stop),
    "pilots:incident-report": Row(get=AT_HAND, post=AT_HAND, kwargs=a_running_pilot),
    "pilots:incident-list": Row(get=SPEAKERS),
    "pilots:incident-file": Row(get=SPEAKERS),
    "pilots:incident-detail": Row(get=READERS, post=SAFETY, kwargs=an_incident),
    "pilots:incident-look": Row(post=SAFETY, kwargs=an_incident),
    "pilots:api-stop-list": Row(get=AT_HAND, post=AT_HAND, kwargs=a_running_pilot),
    "pilots:api-stop-answer": Row(post=SAFETY, kwargs=a_pilot_to_stop),
    "pilots:api-incident-report": Row(post=AT_HAND, kwargs=a_running_pilot),
    "pilots:api-incident-list": Row(get=SPEAKERS),
    "pilots:api-incident-fhir": Row(get=SPEAKERS),
    "pilots:api-incident-detail": Row(get=READERS, kwargs=an_incident),
    "pilots:api-incident-look": Row(post=SAFETY, kwargs=an_incident),
    "pilots:api-incident-answer": Row(post=SAFETY, kwargs=an_incident),
}
