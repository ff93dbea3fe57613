"""Rows of needs: recorded by Ana at St Brigid."""

from collections.abc import Mapping
from typing import Any

from innovation.needs import actions as needs
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need
from tests.house.routes import EVERYBODY, HERE, NOBODY, Row, only

WRITERS = EVERYBODY - only("ada", "otto")
# The office of another hospital finds nothing here; nobody else of the cast triages.
OFFICE = only("maya")


def a_need(cast: Cast) -> Mapping[str, Any]:
    return {"pk": make_need(cast.ana).pk}


def a_question(cast: Cast) -> Mapping[str, Any]:
    need = make_need(cast.ana)
    needs.ask(need, by=cast.maya, at=NOW, reason="On which ward?")
    return {"pk": need.pk}


def a_declined_need(cast: Cast) -> Mapping[str, Any]:
    need = make_need(cast.ana)
    needs.decline(need, by=cast.maya, at=NOW, reason="The new monitors solve it.")
    return {"pk": need.pk}


_VERB = Row(get=OFFICE, post=OFFICE, kwargs=a_need)
_API_VERB = Row(get=NOBODY, post=OFFICE, kwargs=a_need)

ROUTES: dict[str, Row] = {
    "innovation:need-list": Row(get=EVERYBODY),
    "innovation:need-create": Row(get=WRITERS, post=WRITERS),
    "innovation:need-similar": Row(post=WRITERS),
    "innovation:need-draft": Row(post=WRITERS),
    "innovation:need-detail": Row(get=HERE, kwargs=a_need),
    "innovation:need-edit": Row(get=only("ana"), post=only("ana"), kwargs=a_need),
    "innovation:need-voice": Row(post=HERE & WRITERS, kwargs=a_need),
    "innovation:need-answer": Row(post=only("ana"), kwargs=a_question),
    "innovation:need-take-up": Row(post=OFFICE, kwargs=a_need),
    "innovation:need-accept": _VERB,
    "innovation:need-ask": _VERB,
    "innovation:need-decline": _VERB,
    "innovation:need-merge": _VERB,
    "innovation:need-reopen": Row(get=OFFICE, post=OFFICE, kwargs=a_declined_need),
    "innovation:triage": Row(get=only("maya", "hugo")),
    "innovation:api-need-list": Row(get=EVERYBODY, post=WRITERS),
    "innovation:api-need-detail": Row(get=HERE, patch=only("ana"), kwargs=a_need),
    "innovation:api-need-voice": Row(post=HERE & WRITERS, delete=HERE & WRITERS, kwargs=a_need),
    "innovation:api-need-take-up": _API_VERB,
    "innovation:api-need-accept": _API_VERB,
    "innovation:api-need-ask": _API_VERB,
    "innovation:api-need-answer": Row(get=NOBODY, post=only("ana"), kwargs=a_question),
    "innovation:api-need-decline": _API_VERB,
    "innovation:api-need-merge": _API_VERB,
    "innovation:api-need-reopen": Row(get=NOBODY, post=OFFICE, kwargs=a_declined_need),
}
