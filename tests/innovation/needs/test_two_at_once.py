"""Two people at the same need in the same moment: one wins, the other is told who and what."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from innovation.audit.models import Event
from innovation.audit.queries import faults
from innovation.needs import actions as needs
from innovation.needs.models import Need
from innovation.people.models import User
from innovation.rules.refusal import Conflict
from innovation.workflow.models import StateChange
from tests.factories.cast import NOW, Cast, make_cast
from tests.factories.needs import make_need
from tests.patience import PATIENCE


@pytest.fixture
def committed(transactional_db: None) -> Cast:
    return make_cast()


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run all in threads that start together; what each returned, or the refusal it met."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            start.wait(timeout=PATIENCE)
            return work()
        except Conflict as conflict:
            return conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works, timeout=PATIENCE))


def second_triager(cast: Cast) -> User:
    omar = User.objects.create_user("omar@lakeshore.example", "Omar Haddad", unit=cast.lakeshore)
    omar.grants.create(unit=cast.lakeshore, role="innovation_office", granted_at=NOW)
    return omar


def test_accept_and_decline_at_once_one_wins_and_the_other_is_named(committed: Cast) -> None:
    cast, omar = committed, second_triager(committed)
    for turn in range(5):
        need = make_need(cast.ana, title=f"Need {turn}")
        mine, theirs = Need.objects.get(pk=need.pk), Need.objects.get(pk=need.pk)
        results = at_once(
            partial(needs.accept, mine, by=cast.maya, at=NOW, reason="Yes."),
            partial(needs.decline, theirs, by=omar, at=NOW, reason="No."),
        )
        (conflict,) = [r for r in results if isinstance(r, Conflict)]
        (change,) = StateChange.objects.filter(subject=f"need:{need.pk}")
        assert change.by is not None
        assert f"{change.by.name} changed this to" in str(conflict)
        assert "Nothing of yours was applied" in str(conflict)
    assert list(faults()) == []


def test_merge_of_two_needs_into_each_other_at_once_keeps_one_open(committed: Cast) -> None:
    cast, omar = committed, second_triager(committed)
    for turn in range(5):
        one, two = (
            make_need(cast.ana, title=f"One {turn}"),
            make_need(cast.ben, title=f"Two {turn}"),
        )
        needs.add_voice(one, by=cast.jonas, at=NOW)
        needs.add_voice(two, by=cast.priya, at=NOW)
        first = (Need.objects.get(pk=one.pk), Need.objects.get(pk=two.pk))
        second = (Need.objects.get(pk=two.pk), Need.objects.get(pk=one.pk))
        results = at_once(
            partial(needs.merge, first[0], into=first[1], by=cast.maya, at=NOW, reason="Same."),
            partial(needs.merge, second[0], into=second[1], by=omar, at=NOW, reason="Same."),
        )
        assert sum(isinstance(r, Conflict) for r in results) == 1
        merged = Need.objects.filter(pk__in=[one.pk, two.pk], status="merged")
        assert merged.count() == 1
        kept = Need.objects.exclude(status="merged").get(pk__in=[one.pk, two.pk])
        assert kept.voice_count == kept.voices.count() == 3  # both voices and the other's author


def test_voices_at_once_are_all_counted_once(committed: Cast) -> None:
    cast = committed
    need = make_need(cast.ana)
    people = [cast.ben, cast.jonas, cast.priya, cast.helen, cast.ben, cast.jonas]

    def share(by: User) -> None:
        needs.add_voice(Need.objects.get(pk=need.pk), by=by, at=NOW)

    at_once(*(partial(share, person) for person in people))
    need.refresh_from_db()
    assert need.voice_count == need.voices.count() == 4
    assert Event.objects.filter(type="need.voice_added").count() == 4


def test_voice_while_the_need_is_merged_is_not_lost(committed: Cast) -> None:
    cast = committed

    def share(need: int) -> None:
        needs.add_voice(Need.objects.get(pk=need), by=cast.helen, at=NOW)

    def merge(need: int, into: int) -> None:
        one, other = Need.objects.get(pk=need), Need.objects.get(pk=into)
        needs.merge(one, into=other, by=cast.maya, at=NOW, reason="Same.")

    for turn in range(5):
        need, into = make_need(cast.ana, title=f"A {turn}"), make_need(cast.ben, title=f"B {turn}")
        at_once(partial(share, need.pk), partial(merge, need.pk, into.pk))
        need.refresh_from_db()
        into.refresh_from_db()
        # Either it came first and moved along, or it was refused; never on the closed need.
        assert need.voices.count() == need.voice_count == 0
        assert into.voices.count() == into.voice_count
        assert into.voice_count in (1, 2)
