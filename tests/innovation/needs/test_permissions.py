"""Who may do what with a need: its author, the office of its unit, and whoever reaches it."""

from __future__ import annotations

import pytest

from innovation.needs import actions, permissions
from innovation.needs.models import Need
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from tests.factories.cast import NOW, Cast, somebody
from tests.factories.needs import make_accepted_need, make_need


def test_need_is_recorded_where_somebody_works(cast: Cast) -> None:
    assert permissions.can_submit(cast.ana, cast.four_west.pk)
    assert permissions.can_submit(cast.ana)
    assert not permissions.can_submit(cast.ana, cast.harbor.pk)
    assert not permissions.can_submit(cast.ada)


def test_need_is_its_authors_until_it_is_taken_up(cast: Cast) -> None:
    need = make_need(cast.ana)
    assert permissions.can_edit(cast.ana, need)
    assert permissions.can_answer(cast.ana, need)
    for other in (cast.ben, cast.maya):
        assert not permissions.can_edit(other, need)
        assert not permissions.can_answer(other, need)
    actions.take_up(need, by=cast.maya, at=NOW)
    assert not permissions.can_edit(cast.ana, need)


def test_need_is_answered_by_the_office_of_its_hospital(cast: Cast) -> None:
    need = make_need(cast.ana)
    assert permissions.can_triage(somebody("innovation_office", at=cast.brigid), need)
    assert not permissions.can_triage(somebody("innovation_office", at=cast.harbor), need)
    assert Need.objects.in_triage_of(somebody("innovation_office", at=cast.brigid)).count() == 1
    for other in (cast.ben, somebody("innovation_office", at=cast.harbor)):
        assert not Need.objects.in_triage_of(other).exists()


def test_need_is_merged_into_an_open_one_that_its_answerer_reads(cast: Cast) -> None:
    office = somebody("innovation_office", at=cast.brigid)
    need, other = make_need(cast.ana), make_need(cast.ben)
    abroad = make_need(cast.hugo)
    permissions.check_can_merge(office, need, other)
    with pytest.raises(Refused, match="into itself"):
        permissions.check_can_merge(office, need, need)
    with pytest.raises(NotAllowed, match="other need"):
        permissions.check_can_merge(office, need, abroad)
    actions.decline(other, by=cast.maya, at=NOW, reason="No.")
    with pytest.raises(Conflict, match="is closed"):
        permissions.check_can_merge(office, need, other)


def test_voice_is_added_by_colleagues_who_read_it_while_it_is_open(cast: Cast) -> None:
    need, abroad = make_need(cast.ana), make_need(cast.hugo)
    permissions.check_can_add_voice(cast.ben, need)
    with pytest.raises(Refused, match="counted already"):
        permissions.check_can_add_voice(cast.ana, need)
    with pytest.raises(NotAllowed, match="not open to you"):
        permissions.check_can_add_voice(cast.ben, abroad)
    actions.decline(need, by=cast.maya, at=NOW, reason="No.")
    with pytest.raises(Conflict, match="takes no more voices"):
        permissions.check_can_add_voice(cast.ben, need)


def test_pilot_is_started_by_office_and_leads_of_the_needs_hospital(cast: Cast) -> None:
    need = make_accepted_need(cast.ana, office=cast.maya)
    for role in ("innovation_office", "pilot_team"):
        assert permissions.can_start_pilot(somebody(role, at=cast.brigid), need)
        assert not permissions.can_start_pilot(somebody(role, at=cast.harbor), need)
    assert not permissions.can_start_pilot(cast.ana, need)


def test_need_shows_in_its_hospital_and_to_its_author(cast: Cast) -> None:
    need = make_need(cast.ana)
    assert need in Need.objects.visible_to(cast.ben)
    assert not Need.objects.visible_to(cast.hugo).exists()
    moved = make_need(cast.hugo)
    assert list(Need.objects.visible_to(cast.hugo)) == [moved]
