"""Rows of ideas: proposed by Ben at St Brigid for a need of Ana's."""

from collections.abc import Mapping
from typing import Any

from innovation.ideas import actions as ideas
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_idea, make_need
from tests.house.routes import EVERYBODY, HERE, NOBODY, Row, only

WRITERS = EVERYBODY - only("ada", "otto")
OFFICE = only("maya")


def an_idea(cast: Cast) -> Mapping[str, Any]:
    return {"pk": make_idea(cast.ana, make_need(cast.ana)).pk}


def an_idea_set_aside(cast: Cast) -> Mapping[str, Any]:
    idea = make_idea(cast.ana, make_need(cast.ana))
    ideas.set_aside(idea, by=cast.maya, at=NOW, reason="The engine is replaced in March.")
    return {"pk": idea.pk}


ROUTES: dict[str, Row] = {
    "innovation:idea-list": Row(get=EVERYBODY),
    "innovation:idea-create": Row(get=WRITERS, post=WRITERS),
    "innovation:idea-detail": Row(get=HERE, kwargs=an_idea),
    "innovation:idea-edit": Row(get=only("ana"), post=only("ana"), kwargs=an_idea),
    "innovation:idea-set-aside": Row(get=OFFICE, post=OFFICE, kwargs=an_idea),
    "innovation:idea-take-back": Row(post=OFFICE, kwargs=an_idea_set_aside),
    "innovation:api-idea-list": Row(get=EVERYBODY, post=WRITERS),
    "innovation:api-idea-detail": Row(get=HERE, kwargs=an_idea),
    "innovation:api-idea-set-aside": Row(get=NOBODY, post=OFFICE, kwargs=an_idea),
    "innovation:api-idea-take-back": Row(get=NOBODY, post=OFFICE, kwargs=an_idea_set_aside),
}
