"""Who may open the pages of internal hosts: administrators allow, auditors read."""

from typing import Any

from tests.factories.cast import Cast
from tests.factories.internal_hosts import allow
from tests.house.routes import Row, only

ADMINISTRATORS = only("ada", "hugo")


def a_host(cast: Cast) -> dict[str, Any]:
    return {"pk": allow(cast).pk}


ROUTES: dict[str, Row] = {
    "pilots:internal-hosts": Row(get=ADMINISTRATORS | only("otto")),
    "pilots:internal-host-allow": Row(get=ADMINISTRATORS, post=ADMINISTRATORS),
    "pilots:internal-host-withdraw": Row(get=only("ada"), post=only("ada"), kwargs=a_host),
}
