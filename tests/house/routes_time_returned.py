"""Who sees the hours that pilots give back, and who says what they are for. The pilot is led by Jonas."""

from typing import Any

from pilots.time_returned import actions
from tests.factories import hours
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, HERE, Row, only

TEAM = only("maya", "jonas")  # the lead and the office
READERS = EVERYBODY
KEEPERS = only("ada", "hugo")  # administrators, of whichever hospital


def a_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    make.make_metric(cast, pilot)
    hours.declare(cast, pilot)
    actions.make_up(at=NOW)
    return {"pk": pilot.pk}


ROUTES: dict[str, Row] = {
    "pilots:time-account": Row(get=READERS),
    "pilots:time-returned": Row(get=HERE, kwargs=a_pilot),
    "pilots:time-declare": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:time-take-back": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:human-touch": Row(get=READERS),
    "pilots:touch-questions": Row(get=KEEPERS, post=KEEPERS),
    "pilots:api-human-touch": Row(get=READERS),
    "pilots:api-time-accounts": Row(get=READERS),
    "pilots:api-time-total": Row(get=READERS),
    "pilots:api-time-returned": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-time-declarations": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-time-take-back": Row(post=TEAM, kwargs=a_pilot),
}
