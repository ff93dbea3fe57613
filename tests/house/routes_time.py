"""Who may read the clock of a pilot of St Brigid."""

from typing import Any

from tests.factories import pilots as make
from tests.factories.cast import Cast
from tests.house.routes import HERE, Row


def a_running_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return {"pk": pilot.pk}


ROUTES: dict[str, Row] = {
    "pilots:api-pilot-clock": Row(get=HERE, kwargs=a_running_pilot),
}
