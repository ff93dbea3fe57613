"""Who may open evidence packs, and who freezes one."""

from typing import Any

from pilots.evidence_packs import actions as packs
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import HERE, Row, only

FREEZERS = only("maya", "jonas", "amara")  # the office, the lead, the sponsor


def a_live_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.run(cast, make.open_pilot(cast), make.make_fund(cast)).pk}


def a_pack(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return {"pk": packs.freeze(pilot, by=cast.jonas, at=NOW).pk}


ROUTES: dict[str, Row] = {
    "pilots:evidence-pack-freeze": Row(post=FREEZERS, kwargs=a_live_pilot),
    "pilots:evidence-pack-detail": Row(get=HERE, kwargs=a_pack),
    "pilots:evidence-pack-file": Row(get=HERE, kwargs=a_pack),
    "pilots:api-evidence-pack-list": Row(get=HERE, post=FREEZERS, kwargs=a_live_pilot),
    "pilots:api-evidence-pack-detail": Row(get=HERE, kwargs=a_pack),
    "pilots:api-evidence-pack-file": Row(get=HERE, kwargs=a_pack),
}
