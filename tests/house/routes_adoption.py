"""Who may read how the change of a pilot of St Brigid is prepared, and plan it. It is led by Jonas."""

from typing import Any

from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import Cast
from tests.house.routes import HERE, Row, only

TEAM = only("maya", "jonas")


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_group(cast: Cast) -> dict[str, Any]:
    return {"pk": adoption.name_group(cast, make.open_pilot(cast)).pk}


ROUTES: dict[str, Row] = {
    "pilots:adoption": Row(get=HERE, kwargs=a_pilot),
    "pilots:group-add": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:group": Row(get=HERE, kwargs=a_group),
    "pilots:group-change": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:group-remove": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:api-groups": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-group": Row(get=HERE, kwargs=a_group),
    "pilots:api-group-change": Row(post=TEAM, kwargs=a_group),
    "pilots:api-group-remove": Row(post=TEAM, kwargs=a_group),
}
