"""Rows for what those who have left still hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from innovation.people import actions as people
from innovation.people.models import RoleGrant, User
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import open_pilot
from tests.house.routes import Row, only

KEEPERS = only("ada", "hugo")


def a_leaver_who_led_a_pilot(cast: Cast) -> Mapping[str, Any]:
    leaver = User.objects.create_user("leaver@lakeshore.example", "Lea Verne", unit=cast.brigid)
    RoleGrant.objects.create(person=leaver, unit=cast.brigid, role="pilot_team", granted_at=NOW)
    open_pilot(cast, lead=leaver)
    people.deactivate(leaver, by=cast.ada, at=NOW)
    return {"pk": leaver.pk}


ROUTES: dict[str, Row] = {
    "innovation:leavers": Row(get=KEEPERS),
    "innovation:person-hand-over": Row(
        get=only("ada"), post=only("ada"), kwargs=a_leaver_who_led_a_pilot
    ),
}
