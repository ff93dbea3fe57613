"""Who may promise, record, correct and read the accuracy of a silent run. The pilot is led by Jonas."""

from typing import Any

from tests.factories import accuracy
from tests.factories import pilots as make
from tests.factories.cast import Cast
from tests.house.routes import HERE, Row, only

TEAM = only("maya", "jonas")


def a_silent_pilot(cast: Cast) -> dict[str, Any]:
    pilot = accuracy.silent_pilot(cast)
    accuracy.record(cast, pilot, accuracy.given(95, 105, 5, 795))
    return {"pk": pilot.pk}


def a_shaped_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    charter = make.Charter(answers=make.DECISION_SUPPORT)
    make.shape(cast, pilot, make.make_fund(cast), charter)
    return {"pk": pilot.pk}


def a_result(cast: Cast) -> dict[str, Any]:
    pilot = accuracy.silent_pilot(cast)
    return {"pk": accuracy.record(cast, pilot, accuracy.given(95, 105, 5, 795))[0].pk}


ROUTES: dict[str, Row] = {
    "pilots:accuracy": Row(get=HERE, kwargs=a_silent_pilot),
    "pilots:accuracy-promise": Row(get=TEAM, post=TEAM, kwargs=a_shaped_pilot),
    "pilots:accuracy-record": Row(get=TEAM, post=TEAM, kwargs=a_silent_pilot),
    "pilots:accuracy-upload": Row(get=TEAM, post=TEAM, kwargs=a_silent_pilot),
    "pilots:accuracy-result": Row(get=HERE, kwargs=a_result),
    "pilots:accuracy-correct": Row(get=TEAM, post=TEAM, kwargs=a_result),
    "pilots:accuracy-take-back": Row(get=TEAM, post=TEAM, kwargs=a_result),
    "pilots:api-accuracy": Row(get=HERE, kwargs=a_silent_pilot),
    "pilots:api-accuracy-results": Row(get=HERE, post=TEAM, kwargs=a_silent_pilot),
    "pilots:api-accuracy-result": Row(get=HERE, kwargs=a_result),
    "pilots:api-accuracy-correct": Row(post=TEAM, kwargs=a_result),
    "pilots:api-accuracy-take-back": Row(post=TEAM, kwargs=a_result),
}
