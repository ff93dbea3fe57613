"""Whatever order people do things in, a need only ever walks along its table."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovation.needs import actions as needs
from innovation.needs.models import Need
from innovation.needs.states import NEED, NeedStatus
from innovation.rules.refusal import Refused
from innovation.workflow.models import StateChange
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need
from tests.probes import examples

ALLOWED = {(source, t.target) for t in NEED.transitions for source in t.sources}
PEOPLE = ("ana", "ben", "maya", "amara", "hugo", "victor")


def do(verb: str, need: Need, other: Need, person: Any) -> None:
    said = {"by": person, "at": NOW}
    if verb in ("take_up", "start_pilot", "add_voice", "withdraw_voice"):
        getattr(needs, verb)(need, **said)
    elif verb == "merge":
        needs.merge(need, into=other, reason="The same.", **said)
    else:
        getattr(needs, verb)(need, reason="Because.", **said)


VERBS = sorted({t.verb for t in NEED.transitions} | {"add_voice", "withdraw_voice"})
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.booleans(), st.sampled_from(PEOPLE)),
    min_size=1,
    max_size=12,
)


@settings(
    examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_any_order_of_verbs_stays_on_the_table(cast: Cast, steps: list[Any]) -> None:
    pair = [make_need(cast.ana), make_need(cast.ben)]
    for verb, second, who in steps:
        need, other = pair[::-1] if second else pair
        before = need.status
        try:
            do(verb, need, other, getattr(cast, who))
        except Refused as refusal:
            assert str(refusal)
            need.refresh_from_db()
            assert need.status == before
        other.refresh_from_db()
    for need in pair:
        changes = list(StateChange.objects.filter(subject=f"need:{need.pk}").order_by("id"))
        walked = [(change.source, change.target) for change in changes]
        assert set(walked) <= ALLOWED
        # One unbroken way from the beginning to where it stands.
        assert [NeedStatus.SUBMITTED, *(target for _source, target in walked)] == [
            *(source for source, _target in walked),
            Need.objects.get(pk=need.pk).status,
        ]
        assert need.voice_count == need.voices.count()


def test_need_that_begins_accepted_is_refused_by_the_database(cast: Cast) -> None:
    need = make_need(cast.ana)
    need.pk, need.status = None, NeedStatus.ACCEPTED
    with pytest.raises(DatabaseError, match="begins as submitted"), transaction.atomic():
        need.save(force_insert=True)


def test_need_merged_while_it_waits_is_refused_by_the_database(cast: Cast) -> None:
    need, other = make_need(cast.ana), make_need(cast.ben)
    with pytest.raises(IntegrityError, match="need_merged_names_the_other"), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(merged_into=other)


def test_second_voice_of_a_person_is_refused_by_the_database(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.add_voice(need, by=cast.ben, at=NOW)
    voice = need.voices.get(person=cast.ben)
    voice.pk = None
    with pytest.raises(IntegrityError, match="voice_once_a_person"), transaction.atomic():
        voice.save(force_insert=True)
