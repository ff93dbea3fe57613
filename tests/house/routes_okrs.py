"""Who may open the pages of objectives and the leadership review."""

from typing import Any

from tests.factories.cast import Cast
from tests.factories.goals import make_contribution, make_key_result, make_objective
from tests.factories.pilots import open_pilot
from tests.house.routes import EVERYBODY, HERE, Row, only

GOAL_SETTERS = only("maya", "amara", "hugo")
HERE_SETTERS = only("maya", "amara")


def an_objective(cast: Cast) -> dict[str, Any]:
    return {"pk": make_objective(cast).pk}


def a_key_result(cast: Cast) -> dict[str, Any]:
    return {"pk": make_key_result(cast).pk}


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": open_pilot(cast).pk}


def a_contribution(cast: Cast) -> dict[str, Any]:
    contribution = make_contribution(cast)
    return {"pk": contribution.pilot_id, "contribution": contribution.pk}


# A pilot of the cast is led by Jonas; those who set a key result may tie any pilot to it.
TEAM = only("jonas", "maya", "amara")

ROUTES: dict[str, Row] = {
    "okrs:cycle-create": Row(get=GOAL_SETTERS, post=GOAL_SETTERS),
    "okrs:objective-list": Row(get=EVERYBODY),
    "okrs:objective-create": Row(get=GOAL_SETTERS, post=GOAL_SETTERS),
    "okrs:objective-detail": Row(get=HERE, kwargs=an_objective),
    "okrs:objective-edit": Row(get=HERE_SETTERS, post=HERE_SETTERS, kwargs=an_objective),
    "okrs:key-result-create": Row(get=HERE_SETTERS, post=HERE_SETTERS, kwargs=an_objective),
    "okrs:key-result-edit": Row(get=HERE_SETTERS, post=HERE_SETTERS, kwargs=a_key_result),
    "okrs:key-result-measure": Row(get=HERE_SETTERS, post=HERE_SETTERS, kwargs=a_key_result),
    "okrs:pilot-contribute": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "okrs:contribution-withdraw": Row(post=TEAM, kwargs=a_contribution),
    "okrs:review": Row(get=only("maya", "amara", "otto", "hugo")),
    "okrs:api-objective-list": Row(get=EVERYBODY),
    "okrs:api-objective-detail": Row(get=HERE, kwargs=an_objective),
    "okrs:api-key-result-detail": Row(get=HERE, kwargs=a_key_result),
    "okrs:api-review": Row(get=only("maya", "amara", "otto", "hugo")),
}
