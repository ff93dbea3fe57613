"""Who may do what with an idea."""

from __future__ import annotations

import pytest

from innovation.ideas import actions, permissions
from innovation.ideas.models import Idea
from innovation.needs import actions as needs
from innovation.rules.refusal import Conflict, NotAllowed
from tests.factories.cast import NOW, Cast, somebody
from tests.factories.needs import make_idea, make_need


def test_idea_is_proposed_where_somebody_works(cast: Cast) -> None:
    assert permissions.can_propose(cast.ana, cast.four_west.pk)
    assert not permissions.can_propose(cast.ana, cast.harbor.pk)
    assert not permissions.can_propose(cast.ada)


def test_idea_answers_open_needs_that_its_author_reads(cast: Cast) -> None:
    need, abroad = make_need(cast.ben), make_need(cast.hugo)
    permissions.check_needs_take_ideas(cast.ana, [need])
    with pytest.raises(NotAllowed, match="not open to you"):
        permissions.check_needs_take_ideas(cast.ana, [need, abroad])
    needs.decline(need, by=cast.maya, at=NOW, reason="No.")
    with pytest.raises(Conflict, match="takes no more ideas"):
        permissions.check_needs_take_ideas(cast.ana, [need])


def test_idea_is_its_authors_while_it_is_proposed(cast: Cast) -> None:
    idea = make_idea(cast.ana, make_need(cast.ben))
    assert permissions.can_edit(cast.ana, idea)
    assert not permissions.can_edit(cast.ben, idea)
    assert not permissions.can_edit(cast.maya, idea)
    actions.set_aside(idea, by=cast.maya, at=NOW, reason="Not now.")
    assert not permissions.can_edit(cast.ana, idea)


def test_idea_is_sorted_and_tried_by_its_own_hospital(cast: Cast) -> None:
    idea = make_idea(cast.ana, make_need(cast.ben))
    assert permissions.can_sort(somebody("innovation_office", at=cast.brigid), idea)
    assert not permissions.can_sort(somebody("innovation_office", at=cast.harbor), idea)
    for role in ("innovation_office", "pilot_team"):
        assert permissions.can_start_pilot(somebody(role, at=cast.brigid), idea)
        assert not permissions.can_start_pilot(somebody(role, at=cast.harbor), idea)
    assert not permissions.can_start_pilot(cast.ana, idea)


def test_idea_shows_in_its_hospital(cast: Cast) -> None:
    idea = make_idea(cast.ana, make_need(cast.ben))
    assert idea in Idea.objects.visible_to(cast.ben)
    assert not Idea.objects.visible_to(cast.hugo).exists()
