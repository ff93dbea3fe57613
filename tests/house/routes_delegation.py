"""Who may see and answer a delegation: Amara asked Jonas to decide in St Brigid."""

from typing import Any

from pilots.delegation import actions
from tests.factories.cast import NOW, Cast
from tests.factories.delegation import ask
from tests.house.routes import EVERYBODY, Row, only

GIVERS = only("amara", "hugo")
# The two, and who keeps or reads the people of the unit.
SEEN = only("amara", "jonas", "ada", "otto")


def asked(cast: Cast) -> dict[str, Any]:
    return {"pk": ask(cast, to=cast.jonas).pk}


def running(cast: Cast) -> dict[str, Any]:
    delegation = ask(cast, to=cast.jonas)
    actions.answer(delegation, accept=True, by=cast.jonas, at=NOW)
    return {"pk": delegation.pk}


ROUTES: dict[str, Row] = {
    "pilots:delegation-list": Row(get=EVERYBODY, post=GIVERS),
    "pilots:delegation-detail": Row(get=SEEN, post=only("jonas"), kwargs=asked),
    "pilots:delegation-end": Row(post=only("amara", "jonas"), kwargs=running),
    "pilots:api-delegation-list": Row(get=EVERYBODY, post=GIVERS),
    "pilots:api-delegation-detail": Row(get=SEEN, kwargs=asked),
    "pilots:api-delegation-answer": Row(post=only("jonas"), kwargs=asked),
    "pilots:api-delegation-end": Row(post=only("amara", "jonas"), kwargs=running),
}
