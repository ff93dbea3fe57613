"""Who may read what was learned from a pilot of St Brigid, and write it down. It was led by Jonas."""

from typing import Any

from pilots.gates import actions as gates
from pilots.learning.models import LearningCard
from tests.factories import learning as make_learning
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, HERE, Row, only

LEAD = only("jonas")


def a_card(cast: Cast) -> dict[str, Any]:
    """Published, so that Hugo reads it at Harbor, too."""
    return {"pk": make_learning.learned(cast).pk}


def a_draft(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    gates.stop(pilot, reason="Nobody has the room for it.", by=cast.jonas, at=NOW)
    return {"pk": LearningCard.objects.get(pilot=pilot).pk}


def a_pilot_beside_a_card(cast: Cast) -> dict[str, Any]:
    card = make_learning.learned(cast)
    return {"pk": make.open_pilot(cast).pk, "card": card.pk}


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


ROUTES: dict[str, Row] = {
    "pilots:learning-list": Row(get=EVERYBODY),
    "pilots:learning": Row(get=EVERYBODY, kwargs=a_card),
    "pilots:learning-complete": Row(get=LEAD, post=LEAD, kwargs=a_draft),
    "pilots:learning-read": Row(post=LEAD, kwargs=a_pilot_beside_a_card),
    "pilots:api-learning-list": Row(get=EVERYBODY),
    "pilots:api-learning": Row(get=HERE, put=LEAD, kwargs=a_draft),
    "pilots:api-pilot-learning": Row(get=HERE, post=LEAD, kwargs=a_pilot),
}
