"""Who plans what people are offered, thanks whom, and answers who had which part. The pilot is led by Jonas; Ana is
its champion."""

from typing import Any

from pilots.incentives import actions
from pilots.incentives.models import ThanksTo
from pilots.lifecycle.models import Pilot
from tests.factories import incentives as given
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, HERE, Row, only

TEAM = only("maya", "jonas")
WORKS = TEAM | only("ana")


def _pilot(cast: Cast) -> Pilot:
    pilot = make.open_pilot(cast)
    make.sit(pilot, cast.ana, role="champion")
    return pilot


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": _pilot(cast).pk}


def a_need(cast: Cast) -> dict[str, Any]:
    return {"pk": make.make_need(cast).pk}


def an_offer(cast: Cast) -> dict[str, Any]:
    return {"pk": given.offer(cast, _pilot(cast)).pk}


def thanks_of_ana(cast: Cast) -> dict[str, Any]:
    return {"pk": given.thank(cast, _pilot(cast)).pk}


def thanks_to_ana(cast: Cast) -> dict[str, Any]:
    thanks = given.thank(cast, _pilot(cast), by=cast.jonas, people=[cast.ana])
    return {"pk": ThanksTo.objects.get(thanks=thanks).pk}


def a_claim(cast: Cast) -> dict[str, Any]:
    """Of Ana, who waits for an answer."""
    return {"pk": actions.claim(_pilot(cast), what="Trained the night", by=cast.ana, at=NOW).pk}


ROUTES: dict[str, Row] = {
    "pilots:incentive-plan": Row(get=WORKS, post=WORKS, kwargs=a_pilot),
    "pilots:incentive": Row(get=HERE, kwargs=an_offer),
    "pilots:incentive-change": Row(get=WORKS, post=WORKS, kwargs=an_offer),
    "pilots:incentive-answer": Row(get=WORKS, post=WORKS, kwargs=an_offer),
    "pilots:incentive-pay": Row(get=WORKS, post=WORKS, kwargs=an_offer),
    "pilots:incentive-take-back": Row(get=WORKS, post=WORKS, kwargs=an_offer),
    "pilots:incentive-evaluate": Row(get=TEAM, post=TEAM, kwargs=an_offer),
    "pilots:thank-pilot": Row(get=HERE, post=HERE, kwargs=a_pilot),
    "pilots:thank-need": Row(get=HERE, post=HERE, kwargs=a_need),
    "pilots:thanks-of-pilot": Row(get=HERE, kwargs=a_pilot),
    "pilots:thanks-of-need": Row(get=HERE, kwargs=a_need),
    "pilots:thanks-take-back": Row(post=only("ana"), kwargs=thanks_of_ana),
    "pilots:thanks-hide": Row(post=only("ana"), kwargs=thanks_to_ana),
    "pilots:my-contributions": Row(get=EVERYBODY),
    "pilots:my-contributions-pdf": Row(get=EVERYBODY),
    "pilots:credit-claim": Row(get=HERE, post=HERE, kwargs=a_pilot),
    "pilots:credit-answer": Row(get=TEAM, post=TEAM, kwargs=a_claim),
    "pilots:credit-left-out-pilot": Row(post=HERE, kwargs=a_pilot),
    "pilots:credit-left-out-need": Row(post=HERE, kwargs=a_need),
    # Whoever had no part in it is told so.
    "pilots:credit-tell": Row(post=HERE, kwargs=a_pilot),
    "pilots:api-incentives": Row(get=HERE, post=WORKS, kwargs=a_pilot),
    "pilots:api-incentive": Row(get=HERE, kwargs=an_offer),
    "pilots:api-incentive-answer": Row(post=WORKS, kwargs=an_offer),
    "pilots:api-incentive-pay": Row(post=WORKS, kwargs=an_offer),
    "pilots:api-incentive-take-back": Row(post=WORKS, kwargs=an_offer),
    "pilots:api-incentive-evaluate": Row(post=TEAM, kwargs=an_offer),
    "pilots:api-pilot-thanks": Row(get=HERE, post=HERE, kwargs=a_pilot),
    "pilots:api-need-thanks": Row(get=HERE, post=HERE, kwargs=a_need),
    "pilots:api-thanks-take-back": Row(post=only("ana"), kwargs=thanks_of_ana),
    "pilots:api-thanks-to-me": Row(get=EVERYBODY),
    "pilots:api-thanks-hide": Row(post=only("ana"), kwargs=thanks_to_ana),
    "pilots:api-pilot-credit": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-credit-claim": Row(post=HERE, kwargs=a_pilot),
    "pilots:api-credit-answer": Row(post=TEAM, kwargs=a_claim),
    "pilots:api-my-contributions": Row(get=EVERYBODY),
}
