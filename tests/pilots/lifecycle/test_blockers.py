"""Two microphones are missing: Jonas wrote so, somebody clears it, and until then it is seen."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Blocker, LogEntry, Pilot
from pilots.lifecycle.panels import blockers_of_pilot, blockers_waiting
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.markup import plain


def test_blocked_without_an_owner_or_a_day_is_refused(cast: Cast, pilot: Pilot) -> None:
    lacking: list[dict[str, Any]] = [{"owner": None}, {"due_on": None}]
    for missing in lacking:
        with pytest.raises(Refused, match="Say who clears it and by when"), transaction.atomic():
            make.block(cast, pilot, **missing)
    with pytest.raises(Refused, match="lies in the past"), transaction.atomic():
        make.block(cast, pilot, due_on=make.TODAY - timedelta(days=1))
    for far in (date.max, make.TODAY + timedelta(days=367)):
        with (
            pytest.raises(Refused, match="within a year, by 24 November 2027"),
            transaction.atomic(),
        ):
            make.block(cast, pilot, due_on=far)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("who", ["ana", "hugo", "victor"])
def test_who_has_no_part_in_it_clears_nothing(cast: Cast, pilot: Pilot, who: str) -> None:
    with pytest.raises(Refused, match="is not on the team"), transaction.atomic():
        make.block(cast, pilot, owner=getattr(cast, who))
    with pytest.raises(NotAllowed):
        lifecycle.clear_blocker(make.block(cast, pilot), how="So.", by=getattr(cast, who), at=NOW)


def test_an_owner_of_what_is_not_blocked_is_refused(cast: Cast, pilot: Pilot) -> None:
    with pytest.raises(Refused, match="choose “Blocked”"):
        lifecycle.write_log(
            pilot, status="at_risk", done="A", owner=cast.jonas, by=cast.jonas, at=NOW
        )


def test_it_waits_for_the_owner_the_sponsor_and_the_office_until_cleared(
    cast: Cast, pilot: Pilot
) -> None:
    today = dates.today()
    blocker = make.block(
        cast, pilot, owner=cast.rosa, at=timezone.now(), due_on=dates.days_after(today, 3)
    )
    for person in (cast.rosa, cast.maya):
        [item] = blockers_waiting(person)
        assert item.sentence.startswith("Two microphones are missing. Rosa Delgado clears it by")
    assert blockers_waiting(cast.jonas) == blockers_waiting(cast.hugo) == []
    assert Notice.objects.filter(person=cast.rosa, title__contains="is blocked").exists()
    lifecycle.clear_blocker(blocker, how="The store had two.", by=cast.rosa, at=NOW)
    assert blockers_waiting(cast.rosa) == blockers_waiting(cast.maya) == []
    assert blockers_of_pilot(cast.ana, pilot) is None
    assert Notice.objects.get(person=cast.jonas).text == "The store had two."
    assert Event.objects.filter(type="pilot.unblocked").count() == 1


def test_what_is_over_its_day_says_so(cast: Cast, pilot: Pilot) -> None:
    make.block(cast, pilot)  # NOW is long ago
    [item] = blockers_waiting(cast.rosa)
    assert item.kind == "Blocked, overdue" or dates.today() <= make.TODAY + timedelta(days=7)


@pytest.mark.parametrize("who", ["jonas", "rosa", "maya", "priya"])
def test_owner_lead_sponsor_and_office_clear_it(cast: Cast, pilot: Pilot, who: str) -> None:
    make.sit(pilot, cast.priya, role="member")
    blocker = make.block(cast, pilot, owner=cast.priya)
    person = getattr(cast, who)
    with pytest.raises(Malformed):
        lifecycle.clear_blocker(blocker, how=" ", by=person, at=NOW)
    lifecycle.clear_blocker(blocker, how="Two came.", by=person, at=NOW)
    with pytest.raises(Conflict, match="cleared it on"):
        lifecycle.clear_blocker(blocker, how="Again.", by=person, at=NOW)


def test_a_stopped_pilot_waits_for_nobody(cast: Cast, pilot: Pilot) -> None:
    blocker = make.block(cast, pilot)
    lifecycle.stop(pilot, reason="Enough is known.", by=cast.jonas, at=NOW)
    assert blockers_waiting(cast.rosa) == []
    with pytest.raises(Refused, match="has ended"):
        lifecycle.clear_blocker(
            Blocker.objects.get(pk=blocker.pk), how="So.", by=cast.jonas, at=NOW
        )


def test_the_database_keeps_what_was_said(cast: Cast, pilot: Pilot) -> None:
    rows = Blocker.objects.filter(pk=make.block(cast, pilot).pk)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        rows.update(due_on=make.TODAY + timedelta(days=90))
    with pytest.raises(IntegrityError, match="blocker_cleared_whole"), transaction.atomic():
        rows.update(cleared_at=NOW, cleared_by=cast.jonas)
    calm = lifecycle.write_log(pilot, status="nothing", by=cast.jonas, at=NOW)
    with pytest.raises(ProgrammingError, match="that is blocked"), transaction.atomic():
        Blocker.objects.create(entry=calm, owner=cast.jonas, due_on=make.TODAY)


def test_the_pages_show_it_and_take_the_sentence(cast: Cast, pilot: Pilot, client: Client) -> None:
    blocker = make.block(cast, pilot)
    client.force_login(cast.ana)
    assert "Two microphones are missing." in plain(
        client.get(pilot.get_absolute_url()).content.decode()
    )
    client.force_login(cast.rosa)
    review = plain(client.get(reverse("okrs:review")).content.decode())
    assert "Two microphones are missing. Jonas Park" in review
    sent = client.post(blocker.get_absolute_url(), {"how": "Two came from the store."})
    assert sent.status_code == 302
    log = plain(client.get(reverse("pilots:pilot-log-write", args=[pilot.pk])).content.decode())
    assert "Two came from the store." in log
