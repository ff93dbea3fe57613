"""Who may write a scale plan, amend it, and say yes to owning what it is about. The pilot is led by Jonas."""

from typing import Any

from pilots.scaling import actions as scaling
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import HERE, Row, only
from tests.house.routes_sustaining import scaled

TEAM = only("maya", "jonas")  # the lead and the office
OWNER = only("ana")  # also she who is asked to be


def a_begun_plan(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    scaling.write(pilot, owner=cast.ana, by=cast.jonas, at=NOW)
    return {"pk": pilot.pk}


def a_plan_in_use(cast: Cast) -> dict[str, Any]:
    return {"pk": scaled(cast).pk}


ROUTES: dict[str, Row] = {
    "pilots:scale-plan": Row(get=HERE, post=TEAM, kwargs=a_begun_plan),
    "pilots:scale-plan-amend": Row(get=TEAM | OWNER, post=TEAM | OWNER, kwargs=a_plan_in_use),
    "pilots:scale-plan-answer": Row(get=OWNER, post=OWNER, kwargs=a_begun_plan),
    "pilots:api-scale-plan": Row(get=HERE, patch=TEAM, kwargs=a_begun_plan),
    "pilots:api-scale-plan-amend": Row(post=TEAM | OWNER, kwargs=a_plan_in_use),
    "pilots:api-scale-plan-answer": Row(post=OWNER, kwargs=a_begun_plan),
}
