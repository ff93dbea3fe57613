"""Who says how their weeks went, and who reads how much of the promised time was kept."""

from typing import Any

from tests.factories import pilots as make
from tests.factories import protected_time as kept
from tests.factories.cast import Cast
from tests.house.routes import EVERYBODY, HERE, Row, only


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_unit(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.four_west.pk}


def a_week_that_ana_lost(cast: Cast) -> dict[str, Any]:
    return {"pk": kept.a_lost_week(cast, person=cast.ana).pk}


ROUTES: dict[str, Row] = {
    "pilots:my-time": Row(get=EVERYBODY),
    "pilots:week-answer": Row(post=EVERYBODY),
    "pilots:week-why": Row(get=only("ana"), post=only("ana"), kwargs=a_week_that_ana_lost),
    "pilots:api-own-weeks": Row(get=EVERYBODY, post=EVERYBODY),
    "pilots:api-kept-of-pilot": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-kept-of-unit": Row(get=HERE, kwargs=a_unit),
}
