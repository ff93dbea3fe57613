"""Who may give, read and judge evidence. The pilot is led by Jonas; Helen judges clinical safety."""

from typing import Any

from pilots.assurance import actions
from pilots.assurance.actions import GivenEvidence
from pilots.assurance.models import Assessment
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody
from tests.house.routes import HERE, Row, only

READERS = only("maya", "jonas", "amara", "helen", "sam", "otto")  # whose roles read reviews
LIST = READERS | only("hugo")
TEAM = only("maya", "jonas")
REVIEWERS = only("helen")
DECLARE = only("helen", "amara")  # who reviews, and who decides
REGISTER = only("maya", "jonas", "hugo")


def _pilot(cast: Cast, answers: dict[str, str]) -> Pilot:
    pilot = make.open_pilot(cast)
    return make.shape(cast, pilot, make.make_fund(cast), make.Charter(answers=answers))


def a_pilot(cast: Cast) -> dict[str, Any]:
    """Decision support, for which nothing was given."""
    return {"pk": _pilot(cast, make.DECISION_SUPPORT).pk}


def a_fast_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": _pilot(cast, make.EFFICIENCY).pk}


def a_topic(cast: Cast) -> dict[str, Any]:
    return {**a_pilot(cast), "topic": "hazards"}


def _safety(cast: Cast) -> Assessment:
    pilot = _pilot(cast, make.DECISION_SUPPORT)
    assurance.give_all(pilot)
    return Assessment.objects.select_related("pilot").get(pilot=pilot, area="safety")


def an_assessment(cast: Cast) -> dict[str, Any]:
    return {"pk": _safety(cast).pk}


def a_condition(cast: Cast) -> dict[str, Any]:
    made = actions.set_condition(
        _safety(cast), text="Train the night shift.", owner=cast.jonas, due_on=None,
        by=cast.helen, at=NOW,
    )  # fmt: skip
    return {"pk": made.pk}


def an_opinion(cast: Cast) -> dict[str, Any]:
    """Helen is asked by a colleague."""
    other = somebody("clinical_safety_reviewer", at=cast.lakeshore)
    made = actions.ask_opinion(
        _safety(cast), of=cast.helen, question="Is it enough?", by=other, at=NOW
    )
    return {"pk": made.pk}


def a_file(cast: Cast) -> dict[str, Any]:
    given = GivenEvidence(topic="hazards", file_name="log.pdf", content=b"%PDF-1.7 a log")
    item = actions.give(_pilot(cast, make.DECISION_SUPPORT), given, by=cast.jonas, at=NOW)
    return {"pk": item.pk}


def a_product(cast: Cast) -> dict[str, Any]:
    product = assurance.make_product(cast)
    actions.name_product(_pilot(cast, make.DECISION_SUPPORT), product, by=cast.jonas, at=NOW)
    return {"pk": product.pk}


ROUTES: dict[str, Row] = {
    "pilots:assurance": Row(get=HERE, kwargs=a_pilot),
    "pilots:assurance-evidence": Row(get=TEAM, post=TEAM, kwargs=a_topic),
    "pilots:assurance-attest": Row(get=TEAM, post=TEAM, kwargs=a_fast_pilot),
    "pilots:assurance-product": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:assurance-conflict": Row(get=DECLARE, post=DECLARE, kwargs=a_pilot),
    "pilots:evidence-file": Row(get=READERS, kwargs=a_file),
    "pilots:assessment-list": Row(get=LIST),
    "pilots:assessment-detail": Row(get=READERS, post=REVIEWERS, kwargs=an_assessment),
    "pilots:assessment-take": Row(post=REVIEWERS, kwargs=an_assessment),
    "pilots:assessment-hand-over": Row(get=REVIEWERS, post=REVIEWERS, kwargs=an_assessment),
    "pilots:assessment-conclude": Row(get=REVIEWERS, post=REVIEWERS, kwargs=an_assessment),
    "pilots:assessment-condition": Row(get=REVIEWERS, post=REVIEWERS, kwargs=an_assessment),
    "pilots:assessment-condition-met": Row(get=REVIEWERS, post=REVIEWERS, kwargs=a_condition),
    "pilots:assessment-condition-report": Row(get=TEAM, post=TEAM, kwargs=a_condition),
    "pilots:assessment-opinion": Row(get=REVIEWERS, post=REVIEWERS, kwargs=an_assessment),
    "pilots:second-opinion": Row(get=REVIEWERS, post=REVIEWERS, kwargs=an_opinion),
    "pilots:product-list": Row(get=LIST),
    "pilots:product-register-card": Row(get=REGISTER, post=REGISTER),
    "pilots:product-card": Row(get=TEAM, post=TEAM, kwargs=a_product),
    "pilots:product-register": Row(get=REGISTER, post=REGISTER),
    "pilots:product-detail": Row(get=LIST, kwargs=a_product),
    "pilots:product-version": Row(get=TEAM, post=TEAM, kwargs=a_product),
    "pilots:api-assurance": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-assurance-attest": Row(post=TEAM, kwargs=a_fast_pilot),
    "pilots:api-assurance-evidence": Row(post=TEAM, kwargs=a_pilot),
    "pilots:api-assurance-conflict": Row(post=DECLARE, kwargs=a_pilot),
    "pilots:api-assessment-list": Row(get=LIST),
    "pilots:api-assessment-detail": Row(get=READERS, kwargs=an_assessment),
    "pilots:api-assessment-take": Row(post=REVIEWERS, kwargs=an_assessment),
    "pilots:api-assessment-hand-over": Row(post=REVIEWERS, kwargs=an_assessment),
    "pilots:api-assessment-judge": Row(post=REVIEWERS, kwargs=an_assessment),
    "pilots:api-assessment-conclude": Row(post=REVIEWERS, kwargs=an_assessment),
    "pilots:api-assessment-condition": Row(post=REVIEWERS, kwargs=an_assessment),
    "pilots:api-assessment-opinion": Row(post=REVIEWERS, kwargs=an_assessment),
    "pilots:api-assessment-condition-report": Row(post=TEAM, kwargs=a_condition),
    "pilots:api-assessment-condition-met": Row(post=REVIEWERS, kwargs=a_condition),
    "pilots:api-assessment-condition-missing": Row(post=REVIEWERS, kwargs=a_condition),
    "pilots:api-second-opinion": Row(post=REVIEWERS, kwargs=an_opinion),
    "pilots:api-gates-promised": Row(get=LIST),
}
