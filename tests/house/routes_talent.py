"""Rows of who can do what: Ana's profile, and a call of Jonas's for an idea of Ana's need at St Brigid."""

from collections.abc import Mapping
from typing import Any

from innovation.talent import actions
from innovation.talent.models import HelpCall
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_idea, make_need
from tests.house.routes import EVERYBODY, HERE, NOBODY, Row, only

KEEPERS = only("maya", "ada", "hugo")


def a_profile(cast: Cast) -> Mapping[str, Any]:
    actions.show(by=cast.ana, at=NOW, discipline="nursing", skills=["listening"])
    return {"pk": cast.ana.pk}


def a_skill(cast: Cast) -> Mapping[str, Any]:
    made = actions.add_skill(name="Wound care", unit=cast.lakeshore, by=cast.maya, at=NOW)
    return {"pk": made.pk}


def _call(cast: Cast) -> HelpCall:
    idea = make_idea(cast.jonas, make_need(cast.ana))
    return actions.ask(
        about=f"idea:{idea.pk}", what="Somebody from nights.", time="hour", until=NOW.date(),
        by=cast.jonas, at=NOW,
    )  # fmt: skip


def a_call(cast: Cast) -> Mapping[str, Any]:
    return {"pk": _call(cast).pk}


def an_offer(cast: Cast) -> Mapping[str, Any]:
    return {"pk": actions.offer(_call(cast), by=cast.ana, at=NOW).pk}


def about(cast: Cast) -> str:
    return f"about=idea:{make_idea(cast.jonas, make_need(cast.ana)).pk}"


ASKERS = only("jonas", "maya")
HELPERS = HERE  # who asked is told so (409)

ROUTES: dict[str, Row] = {
    "innovation:talent": Row(get=EVERYBODY),
    "innovation:talent-own": Row(get=EVERYBODY, post=EVERYBODY),
    "innovation:talent-off": Row(post=EVERYBODY),
    "innovation:talent-person": Row(get=HERE, kwargs=a_profile),
    "innovation:talent-skills": Row(get=KEEPERS, post=KEEPERS),
    "innovation:talent-skill-retire": Row(post=only("maya", "ada"), kwargs=a_skill),
    "innovation:call-list": Row(get=EVERYBODY),
    "innovation:call-ask": Row(get=ASKERS, post=ASKERS, query=about),
    "innovation:call": Row(get=HERE, kwargs=a_call),
    "innovation:call-offer": Row(post=HELPERS, kwargs=a_call),
    "innovation:call-close": Row(post=only("jonas"), kwargs=a_call),
    "innovation:help-answer": Row(post=only("jonas"), kwargs=an_offer),
    "innovation:help-take-back": Row(post=only("ana"), kwargs=an_offer),
    "innovation:api-talent": Row(get=EVERYBODY),
    # There is none while it is switched off.
    "innovation:api-talent-own": Row(get=NOBODY, put=EVERYBODY, delete=EVERYBODY),
    "innovation:api-talent-skills": Row(get=EVERYBODY, post=KEEPERS),
    "innovation:api-talent-skill-retire": Row(get=NOBODY, post=only("maya", "ada"), kwargs=a_skill),
    "innovation:api-help-offers": Row(get=EVERYBODY),
    "innovation:api-call-list": Row(get=EVERYBODY, post=EVERYBODY),
    "innovation:api-call": Row(get=HERE, kwargs=a_call),
    "innovation:api-call-offer": Row(get=NOBODY, post=HELPERS, kwargs=a_call),
    "innovation:api-call-close": Row(get=NOBODY, post=only("jonas"), kwargs=a_call),
    "innovation:api-help-answer": Row(get=NOBODY, post=only("jonas"), kwargs=an_offer),
    "innovation:api-help-take-back": Row(get=NOBODY, post=only("ana"), kwargs=an_offer),
}
