"""Who may write a pilot's hazard log, and sign it. The pilot is led by Jonas."""

from typing import Any

from tests.factories import pilots as make
from tests.factories import safety
from tests.factories.cast import Cast
from tests.house.routes import HERE, Row, only

WRITERS = only("maya", "jonas", "helen")
SAFETY = only("helen")


def a_log(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    safety.judged(cast, safety.recorded(cast, pilot))
    return {"pk": pilot.pk}


def a_hazard(cast: Cast) -> dict[str, Any]:
    return {"pk": safety.recorded(cast, make.open_pilot(cast)).pk}


def a_judged_hazard(cast: Cast) -> dict[str, Any]:
    return {"pk": safety.judged(cast, safety.recorded(cast, make.open_pilot(cast))).pk}


def a_control(cast: Cast) -> dict[str, Any]:
    return {"pk": safety.planned(cast, safety.recorded(cast, make.open_pilot(cast))).pk}


def a_case(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    safety.judged(cast, safety.recorded(cast, pilot))
    return {"pk": safety.signed(cast, pilot).pk}


def an_incident(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return {"pk": safety.told(pilot, by=cast.ana).pk}


ROUTES: dict[str, Row] = {
    "pilots:hazard-log": Row(get=HERE, kwargs=a_log),
    "pilots:hazard-record": Row(get=WRITERS, post=WRITERS, kwargs=a_log),
    "pilots:hazard-sign": Row(get=SAFETY, post=SAFETY, kwargs=a_log),
    "pilots:hazard-detail": Row(get=HERE, kwargs=a_hazard),
    "pilots:hazard-edit": Row(get=WRITERS, post=WRITERS, kwargs=a_hazard),
    "pilots:hazard-control": Row(get=WRITERS, post=WRITERS, kwargs=a_hazard),
    "pilots:hazard-judge": Row(get=WRITERS, post=WRITERS, kwargs=a_hazard),
    "pilots:hazard-reopen": Row(get=WRITERS, post=WRITERS, kwargs=a_judged_hazard),
    "pilots:hazard-control-done": Row(post=WRITERS, kwargs=a_control),
    "pilots:safety-case": Row(get=HERE, kwargs=a_case),
    "pilots:safety-case-pdf": Row(get=HERE, kwargs=a_case),
    "pilots:hazard-link": Row(post=SAFETY, kwargs=an_incident),
    "pilots:api-hazard-list": Row(get=HERE, post=WRITERS, kwargs=a_log),
}
