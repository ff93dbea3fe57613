"""Who may read the clock of a pilot of St Brigid, and keep its milestones and risks. It is led by Jonas."""

from typing import Any

from tests.factories import pilots as make
from tests.factories.cast import Cast
from tests.house.routes import HERE, Row, only

TEAM = only("maya", "jonas")


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_running_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return {"pk": pilot.pk}


def a_milestone(cast: Cast) -> dict[str, Any]:
    return {"pk": make.set_milestone(cast, make.open_pilot(cast)).pk}


def a_risk(cast: Cast) -> dict[str, Any]:
    return {"pk": make.record_risk(cast, make.open_pilot(cast)).pk}


ROUTES: dict[str, Row] = {
    "pilots:api-pilot-clock": Row(get=HERE, kwargs=a_running_pilot),
    "pilots:milestone-add": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:milestone": Row(get=HERE, kwargs=a_milestone),
    "pilots:milestone-reach": Row(get=TEAM, post=TEAM, kwargs=a_milestone),
    "pilots:milestone-move": Row(get=TEAM, post=TEAM, kwargs=a_milestone),
    "pilots:milestone-drop": Row(get=TEAM, post=TEAM, kwargs=a_milestone),
    "pilots:api-milestones": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-milestone-reach": Row(post=TEAM, kwargs=a_milestone),
    "pilots:api-milestone-move": Row(post=TEAM, kwargs=a_milestone),
    "pilots:api-milestone-drop": Row(post=TEAM, kwargs=a_milestone),
    "pilots:risk-record": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:risk": Row(get=HERE, kwargs=a_risk),
    "pilots:risk-look": Row(get=TEAM, post=TEAM, kwargs=a_risk),
    "pilots:risk-close": Row(get=TEAM, post=TEAM, kwargs=a_risk),
    "pilots:api-risks": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-risk-look": Row(post=TEAM, kwargs=a_risk),
    "pilots:api-risk-close": Row(post=TEAM, kwargs=a_risk),
}
