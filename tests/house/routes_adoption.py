"""Who may read how the change of a pilot of St Brigid is prepared, and plan it. It is led by Jonas."""

from typing import Any

from pilots.adoption import actions
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import HERE, Row, only

TEAM = only("maya", "jonas")


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_group(cast: Cast) -> dict[str, Any]:
    return {"pk": adoption.name_group(cast, make.open_pilot(cast)).pk}


def a_champion(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    return {"pk": adoption.ask_champion(cast, group).pk}


def one_who_said_yes(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    asked = adoption.ask_champion(cast, group)
    actions.agree_as_champion(asked, by=cast.ana, at=NOW)
    return {"pk": asked.pk}


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
    "pilots:champion-ask": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:champion": Row(get=only("ana", "jonas"), kwargs=a_champion),
    "pilots:champion-answer": Row(post=only("ana"), kwargs=a_champion),
    "pilots:champion-withdraw": Row(post=only("jonas"), kwargs=a_champion),
    "pilots:champion-step-down": Row(post=only("ana", "jonas", "maya"), kwargs=one_who_said_yes),
    "pilots:api-champions": Row(get=HERE, post=TEAM, kwargs=a_group),
    "pilots:api-champion-answer": Row(post=only("ana"), kwargs=a_champion),
    "pilots:api-champion-step-down": Row(
        post=only("ana", "jonas", "maya"), kwargs=one_who_said_yes
    ),
}
