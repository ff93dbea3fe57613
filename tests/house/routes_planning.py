"""Who may open the planner and metric panels. The pilot is led by Jonas; Ana was invited to its panel."""

from typing import Any

from tests.factories import pilots as make
from tests.factories import planning
from tests.factories.cast import Cast
from tests.house.routes import HERE, Row, only

TEAM = only("maya", "jonas")
ASKS = TEAM | only("amara")  # and whoever decides on the resources


def a_planned_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    planning.share_metric(cast, pilot)
    return {"pk": pilot.pk}


def a_panel(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    planning.share_metric(cast, pilot)
    return {"pk": planning.open_panel(cast, pilot, [cast.ana]).pk}


ROUTES: dict[str, Row] = {
    "pilots:planner": Row(get=HERE, kwargs=a_planned_pilot),
    "pilots:planner-ask": Row(post=ASKS, kwargs=a_planned_pilot),
    "pilots:metric-panel-open": Row(get=TEAM, post=TEAM, kwargs=a_planned_pilot),
    "pilots:metric-panel": Row(get=HERE, post=only("ana"), kwargs=a_panel),
    "pilots:metric-panel-invite": Row(post=TEAM, kwargs=a_panel),
    "pilots:metric-panel-add": Row(post=TEAM, kwargs=a_panel),
    "pilots:metric-panel-close": Row(get=TEAM, post=TEAM, kwargs=a_panel),
    "pilots:api-planner": Row(get=HERE, kwargs=a_planned_pilot),
    "pilots:api-metric-panels": Row(get=HERE, kwargs=a_planned_pilot),
    "pilots:api-metric-panel": Row(get=HERE, kwargs=a_panel),
}
