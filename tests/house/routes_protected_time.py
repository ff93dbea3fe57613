"""Who says how their weeks went, and who reads how much of the promised time was kept."""

from datetime import timedelta
from typing import Any

from pilots.protected_time import actions
from pilots.staffing import actions as staffing
from tests.factories import pilots as make
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, HERE, Row, only


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_unit(cast: Cast) -> dict[str, Any]:
    return {"pk": cast.four_west.pk}


def a_week_that_ana_lost(cast: Cast) -> dict[str, Any]:
    return {"pk": kept.a_lost_week(cast, person=cast.ana).pk}


def a_calendar_of_ana(cast: Cast) -> dict[str, Any]:
    return {"secret": actions.make_calendar(slot=None, by=cast.ana, at=NOW)}


def a_request(cast: Cast) -> dict[str, Any]:
    """Jonas asks Ana for a fifth of her time."""
    asked = staffing.ask(
        make.open_pilot(cast),
        person=cast.ana,
        role="member",
        percent=20,
        starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=60),
        why="You know the ward.",
        by=cast.jonas,
        at=NOW,
    )
    return {"pk": asked.pk}


TEAM = only("maya", "jonas")

ROUTES: dict[str, Row] = {
    "pilots:time-cover": Row(get=TEAM, post=TEAM, kwargs=a_request),
    "pilots:api-time-cover": Row(get=TEAM | {"ana"}, post=TEAM, kwargs=a_request),
    "pilots:promised": Row(get=only("maya", "amara", "hugo")),
    "pilots:api-promised": Row(get=only("maya", "amara"), kwargs=a_unit),
    "pilots:calendar-make": Row(post=EVERYBODY),
    "pilots:calendar-off": Row(post=EVERYBODY),
    "pilots:calendar-feed": Row(
        get=EVERYBODY, kwargs=a_calendar_of_ana, outsider=True, stranger=True
    ),
    "pilots:my-time": Row(get=EVERYBODY),
    "pilots:week-answer": Row(post=EVERYBODY),
    "pilots:week-why": Row(get=only("ana"), post=only("ana"), kwargs=a_week_that_ana_lost),
    "pilots:api-own-weeks": Row(get=EVERYBODY, post=EVERYBODY),
    "pilots:api-kept-of-pilot": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-kept-of-unit": Row(get=HERE, kwargs=a_unit),
}
