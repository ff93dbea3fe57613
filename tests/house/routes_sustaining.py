"""Who says what they see of what was scaled, and who decides whether it stays. Ana owns it."""

from datetime import timedelta
from typing import Any

from pilots.gates import actions as gates
from pilots.lifecycle.models import Pilot
from pilots.sustaining import actions as sustaining
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, HERE, Row, only

OWNER = only("ana")
DECIDES = only("amara")  # Rosa sponsors it


def scaled(cast: Cast) -> Pilot:
    pilot = make.open_pilot(cast)
    review = make.evaluate(cast, pilot, make.make_fund(cast))
    make.plan_to_scale(cast, pilot, owner=cast.ana)
    gates.decide_outcome(review, decision="scale", reason="It held.", by=cast.amara, at=NOW)
    return pilot


def a_look(cast: Cast) -> dict[str, Any]:
    scaled(cast)
    (one,) = sustaining.open_due(at=NOW + timedelta(days=190))
    return {"pk": one.pk}


ROUTES: dict[str, Row] = {
    "pilots:sustained-review": Row(get=HERE, post=DECIDES, kwargs=a_look),
    "pilots:sustained-answer": Row(get=OWNER, post=OWNER, kwargs=a_look),
    "pilots:api-sustained-list": Row(get=EVERYBODY),
    "pilots:api-sustained-detail": Row(get=HERE, kwargs=a_look),
    "pilots:api-sustained-answer": Row(post=OWNER, kwargs=a_look),
    "pilots:api-sustained-decide": Row(post=DECIDES, kwargs=a_look),
}
