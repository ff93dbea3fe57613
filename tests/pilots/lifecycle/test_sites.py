"""Sites of a pilot go live one after the other, and nobody chooses their days by what the numbers
show."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit import presenters as audit
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.workflow import actions as workflow
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.queries import changed_since_approval
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import queries
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.lifecycle.panels import sites_of_pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.remembered import by_the_verbs
from tests.present import present

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
LIVE = TODAY - timedelta(weeks=4)  # of the pilots of `make.run`, which are approved on that day
WHY = "The team of that ward is on holiday."


@pytest.fixture
def shaping(cast: Cast) -> Pilot:
    pilot = make.open_pilot(cast)
    lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, sites=[cast.medicine])
    return Pilot.objects.get(pk=pilot.pk)


@pytest.fixture
def running(cast: Cast, fund: Fund) -> Pilot:
    """In the department of medicine, and on 4 West in two weeks' time."""
    pilot = make.open_pilot(cast)
    shape = make.shape

    def with_a_site(*args: object, **options: object) -> Pilot:
        made = shape(*args, **options)  # type: ignore[arg-type]
        plan(made, cast, TODAY + timedelta(weeks=2))
        return made

    with by_the_verbs(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "shape", with_a_site)
        make.run(cast, pilot, fund)
    return Pilot.objects.get(pk=pilot.pk)


def plan(pilot: Pilot, cast: Cast, on: date, *, reason: str = "") -> SiteGoLive:
    return lifecycle.plan_site(
        pilot, unit=cast.four_west, planned_on=on, by=cast.jonas, at=NOW, reason=reason
    )


def live(pilot: Pilot, cast: Cast, on: date, *, reason: str = WHY) -> SiteGoLive:
    return lifecycle.site_goes_live(
        pilot, unit=cast.four_west, on=on, by=cast.jonas, at=NOW, reason=reason
    )


def of_four_west() -> SiteGoLive:
    return SiteGoLive.objects.get(unit__name="4 West")


def test_while_it_is_shaped_days_are_planned_and_moved_without_ado(
    shaping: Pilot, cast: Cast
) -> None:
    plan(shaping, cast, TODAY + timedelta(days=60))
    plan(shaping, cast, TODAY + timedelta(days=67))
    assert of_four_west().planned_on == TODAY + timedelta(days=67)
    said = [
        str(audit.line(one).text)
        for one in Event.objects.filter(type__contains="pilot.site_").order_by("number")
    ]
    assert said == [
        "Jonas Park planned that 4 West goes live in Ambient notes in primary care on 22 January 2027.",
        "Jonas Park moved the day on which 4 West is to go live in Ambient notes in primary care from 22"
        " January 2027 to 29 January 2027.",
    ]
    assert not Notice.objects.filter(title__contains="4 West").exists()
    lifecycle.drop_site(shaping, unit=cast.four_west, by=cast.jonas, at=NOW)
    assert not SiteGoLive.objects.exists()


def test_a_site_is_where_the_pilot_runs_or_below(shaping: Pilot, cast: Cast) -> None:
    for unit in (cast.brigid, cast.harbor, cast.harbor_clinic):
        with pytest.raises(Malformed, match="none of the places where"):
            lifecycle.plan_site(shaping, unit=unit, planned_on=TODAY, by=cast.jonas, at=NOW)
    with pytest.raises(Malformed, match="none of the places where"):
        lifecycle.site_goes_live(shaping, unit=cast.harbor, on=TODAY, by=cast.jonas, at=NOW)
    assert set(queries.units_of_sites(shaping)) == {cast.medicine, cast.four_west}


def test_a_planned_day_goes_with_the_place_where_it_is_not_to_run_any_more(
    shaping: Pilot, cast: Cast
) -> None:
    plan(shaping, cast, TODAY + timedelta(days=60))
    lifecycle.edit_charter(shaping, by=cast.jonas, at=NOW, sites=[cast.four_west])
    assert SiteGoLive.objects.exists()
    lifecycle.edit_charter(shaping, by=cast.jonas, at=NOW, sites=[cast.brigid])
    assert SiteGoLive.objects.exists(), "4 West lies below St Brigid"
    lifecycle.edit_charter(shaping, by=cast.jonas, at=NOW, sites=[])
    assert not SiteGoLive.objects.exists()


def test_only_the_team_plans_and_only_the_lead_records(running: Pilot, cast: Cast) -> None:
    for person in (cast.ana, cast.priya, cast.amara, cast.helen, cast.otto, cast.hugo, cast.victor):
        with pytest.raises(NotAllowed):
            lifecycle.plan_site(
                running, unit=cast.four_west, planned_on=TODAY, by=person, at=NOW, reason=WHY
            )
        with pytest.raises(NotAllowed):
            lifecycle.site_goes_live(
                running, unit=cast.four_west, on=TODAY, by=person, at=NOW, reason=WHY
            )
        with pytest.raises(NotAllowed):
            lifecycle.take_site_day_back(
                running, unit=cast.four_west, by=person, at=NOW, reason=WHY
            )


def test_once_agreed_a_day_is_moved_with_a_reason_and_everybody_sees_it(
    running: Pilot, cast: Cast
) -> None:
    agreed = TODAY + timedelta(weeks=2)
    with pytest.raises(Malformed, match="Say why"):
        plan(running, cast, agreed + timedelta(weeks=1))
    assert changed_since_approval(running, at=NOW) == []
    plan(running, cast, agreed + timedelta(weeks=1), reason=WHY)
    (change,) = changed_since_approval(Pilot.objects.get(pk=running.pk), at=NOW)
    assert (change.what, change.before, change.after) == (
        "planned first day of 4 West",
        str(agreed),
        str(agreed + timedelta(weeks=1)),
    )
    told = Notice.objects.filter(title__contains="is to go live on")
    assert cast.amara.pk in told.values_list("person", flat=True)
    assert f"7 days later than planned before. {WHY}" in present(told.first()).text
    with pytest.raises(Refused, match="no site of it is live before that"):
        plan(running, cast, LIVE - timedelta(days=1), reason=WHY)


def test_a_lead_cannot_set_the_first_day_of_a_site_before_the_award(
    running: Pilot, cast: Cast
) -> None:
    """26 days before it, the numbers of that ward had just begun to look well."""
    approved = present(queries.approved_on(running))
    for days in (26, 1):
        with pytest.raises(Refused, match="Resources were approved on 26 October 2026"):
            live(running, cast, approved - timedelta(days=days))
    Pilot.objects.filter(pk=running.pk).update(went_live_on=LIVE + timedelta(days=7))
    running.refresh_from_db()
    with pytest.raises(Refused, match="The pilot went live on 2 November 2026"):
        live(running, cast, LIVE + timedelta(days=6))
    with pytest.raises(Refused, match="on the day it happens"):
        live(running, cast, TODAY + timedelta(days=1))
    assert of_four_west().went_live_on is None
    live(running, cast, LIVE + timedelta(days=7))
    assert of_four_west().went_live_on == LIVE + timedelta(days=7)


def test_it_is_said_how_far_it_is_from_the_plan_and_takes_a_reason(
    running: Pilot, cast: Cast
) -> None:
    with pytest.raises(Malformed, match="It was planned for 7 December 2026: say why"):
        live(running, cast, TODAY, reason=" ")
    live(running, cast, TODAY)
    (event,) = Event.objects.filter(type="pilot.site_went_live")
    assert "on 23 November 2026, 14 days earlier than planned." in str(audit.line(event).text)
    assert audit.line(event).reason == WHY
    assert Notice.objects.filter(
        person=cast.helen, title__contains="4 West of “Ambient notes in primary care” is live since"
    ).exists()
    with pytest.raises(Conflict, match="is live since 23 November 2026"):
        live(running, cast, TODAY)
    with pytest.raises(Conflict, match="take the day back first"):
        plan(running, cast, TODAY, reason=WHY)
    with pytest.raises(Conflict, match="take the day back first"):
        lifecycle.drop_site(running, unit=cast.four_west, by=cast.jonas, at=NOW, reason=WHY)


def test_a_site_that_was_not_planned_takes_a_reason_and_one_on_its_day_none(
    running: Pilot, cast: Cast
) -> None:
    with pytest.raises(Malformed, match="No day was planned for it"):
        lifecycle.site_goes_live(running, unit=cast.medicine, on=TODAY, by=cast.jonas, at=NOW)
    plan(running, cast, TODAY, reason=WHY)
    live(running, cast, TODAY, reason="")
    (event,) = Event.objects.filter(type="pilot.site_went_live")
    assert "23 November 2026, as planned." in str(audit.line(event).text)


def test_sites_go_live_only_while_the_pilot_runs(
    shaping: Pilot, running: Pilot, cast: Cast
) -> None:
    with pytest.raises(Refused, match="its sites go live while it runs"):
        live(shaping, cast, TODAY)
    lifecycle.pause(running, by=cast.jonas, at=NOW, reason="A burst pipe.")
    with pytest.raises(Refused, match="its sites go live while it runs"):
        live(running, cast, TODAY)


def test_a_wrong_day_is_taken_back_with_a_reason_that_others_read(
    running: Pilot, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(running, cast, TODAY)
    sent: list[object] = []
    monkeypatch.setattr(workflow, "defer", lambda task, **kwargs: sent.append(kwargs))
    with pytest.raises(Malformed, match="Say why"):
        lifecycle.take_site_day_back(running, unit=cast.four_west, by=cast.jonas, at=NOW, reason="")
    lifecycle.take_site_day_back(
        running, unit=cast.four_west, by=cast.jonas, at=NOW, reason="It was 4 East."
    )
    site = of_four_west()
    assert (site.went_live_on, site.planned_on) == (None, TODAY + timedelta(weeks=2))
    assert {"pilot_id": running.pk} in sent, "its verdicts are worked out anew"
    event = Event.objects.get(type="pilot.site_day_taken_back")
    assert "took back that 4 West is live" in str(audit.line(event).text)
    told = Notice.objects.filter(title__contains="was taken back")
    assert {cast.amara.pk, cast.helen.pk} <= set(told.values_list("person", flat=True))
    with pytest.raises(Conflict, match="is not live"):
        lifecycle.take_site_day_back(
            running, unit=cast.four_west, by=cast.jonas, at=NOW, reason=WHY
        )


def test_plain_sql_makes_no_site_live_before_its_pilot_or_in_days_to_come(
    running: Pilot, shaping: Pilot, cast: Cast
) -> None:
    plan(shaping, cast, TODAY + timedelta(days=60))
    mine, other = (SiteGoLive.objects.get(pilot=pilot) for pilot in (running, shaping))
    early = LIVE - timedelta(days=26)
    live(running, cast, TODAY)
    for sql, why in (
        (
            f"UPDATE pilots_sitegolive SET went_live_on = '{early}' WHERE id = {mine.pk}",
            "before its",
        ),
        (
            f"UPDATE pilots_sitegolive SET went_live_on = '{TODAY}' WHERE id = {other.pk}",
            "before its",
        ),
        (
            f"UPDATE pilots_sitegolive SET went_live_on = now() + '3 days' WHERE id = {mine.pk}",
            "on a day to come",
        ),
        (
            "INSERT INTO pilots_sitegolive (pilot_id, unit_id, went_live_on) VALUES"
            f" ({running.pk}, {cast.medicine.pk}, '{early}')",
            "before its",
        ),
        (
            f"UPDATE pilots_sitegolive SET pilot_id = {shaping.pk} WHERE id = {mine.pk}",
            "Cannot update",
        ),
        (f"DELETE FROM pilots_sitegolive WHERE id = {mine.pk}", "Cannot delete"),
        (
            "INSERT INTO pilots_sitegolive (pilot_id, unit_id) VALUES"
            f" ({running.pk}, {cast.medicine.pk})",
            "site_go_live_has_a_day",
        ),
        (
            "INSERT INTO pilots_sitegolive (pilot_id, unit_id, planned_on) VALUES"
            f" ({running.pk}, {cast.four_west.pk}, '{TODAY}')",
            "site_goes_live_once_a_pilot",
        ),
    ):
        with (
            pytest.raises(DatabaseError, match=why),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_after_a_pivot_the_days_of_the_first_try_are_plans_again(
    running: Pilot, cast: Cast
) -> None:
    live(running, cast, TODAY)
    for metric in running.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=4), weeks=4, value=11)
    review = gates.ask_for_decision(running, by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="stay as they are"):
        lifecycle.take_site_day_back(
            running, unit=cast.four_west, by=cast.jonas, at=NOW, reason=WHY
        )
    gates.decide_outcome(
        review, decision="pivot", against="So be it.", reason="Another way.", by=cast.amara, at=NOW
    )
    running.refresh_from_db()
    with transaction.atomic():  # shaped anew, it may be given another day, or none
        plan(running, cast, TODAY + timedelta(weeks=9))
        assert of_four_west().went_live_on is None
        lifecycle.drop_site(running, unit=cast.four_west, by=cast.jonas, at=NOW)
        transaction.set_rollback(True)
    running.refresh_from_db()
    lifecycle.propose(running, by=cast.jonas, at=NOW)
    lifecycle.approve(running, by=cast.amara, at=NOW)
    site = of_four_west()
    assert (site.went_live_on, site.planned_on) == (None, TODAY + timedelta(weeks=2))


def test_the_page_of_a_pilot_says_where_it_runs_since_when_and_the_lead_records_it_there(
    running: Pilot, cast: Cast
) -> None:
    lead, executive = Client(), Client()
    lead.force_login(cast.jonas)
    executive.force_login(cast.amara)
    page = running.get_absolute_url()
    shown = lead.get(page).content.decode()
    assert "Where it runs, and since when" in shown
    assert "Not yet: it is a comparison until then" in shown
    address = reverse("pilots:pilot-site-live", args=[running.pk])
    assert f"{address}?unit={cast.four_west.pk}" in shown
    read = executive.get(page).content.decode()
    assert "Where it runs, and since when" in read
    assert address not in read
    assert executive.get(address).status_code == 403
    form = lead.get(address, {"unit": cast.four_west.pk}).context["form"]
    assert form["unit"].value() == cast.four_west.pk
    assert [name for _key, name in form.fields["unit"].choices][1:] == ["4 West", "Medicine"]
    sent = {"unit": cast.four_west.pk, "on": str(LIVE - timedelta(days=26)), "reason": WHY}
    refused = lead.post(address, sent)
    assert refused.status_code == 409
    assert "Resources were approved on" in refused.content.decode()
    assert WHY in refused.content.decode(), "what was typed stays"
    done = lead.post(address, {**sent, "on": str(LIVE + timedelta(days=14))})
    assert done.headers["Location"] == page
    shown = " ".join(lead.get(page).content.decode().split())
    assert "28 days earlier than planned" in shown
    back = reverse("pilots:pilot-site-take-back", args=[of_four_west().pk])
    assert back in shown
    assert lead.post(back, {"reason": ""}).status_code == 400
    assert lead.post(back, {"reason": "It was 4 East."}).headers["Location"] == page
    move = reverse("pilots:pilot-site-plan", args=[running.pk])
    moved = {"unit": cast.four_west.pk, "planned_on": str(TODAY + timedelta(days=30))}
    assert "reason" in lead.post(move, moved).context["form"].errors
    lead.post(move, {**moved, "reason": WHY})
    assert of_four_west().planned_on == TODAY + timedelta(days=30)
    drop = reverse("pilots:pilot-site-drop", args=[of_four_west().pk])
    lead.post(drop, {"reason": WHY})
    assert not SiteGoLive.objects.exists()


def test_a_pilot_of_one_place_says_nothing_of_sites(shaping: Pilot, cast: Cast) -> None:
    def shown(person: User) -> bool:
        return sites_of_pilot(person, Pilot.objects.get(pk=shaping.pk)) is not None

    assert shown(cast.jonas), "below the department are wards, which could go live one by one"
    assert not shown(cast.amara), "nothing is planned yet"
    plan(shaping, cast, TODAY + timedelta(days=60))
    assert shown(cast.amara)
    lifecycle.drop_site(shaping, unit=cast.four_west, by=cast.jonas, at=NOW)
    lifecycle.edit_charter(shaping, by=cast.jonas, at=NOW, sites=[cast.four_west])
    assert not shown(cast.jonas)


def test_a_program_plans_and_records_with_the_same_rules(running: Pilot, cast: Cast) -> None:
    lead = Client()
    lead.force_login(cast.jonas)
    sites = reverse("pilots:api-pilot-sites", args=[running.pk])
    record = reverse("pilots:api-pilot-site-live", args=[running.pk])
    json = "application/json"
    (site,) = lead.get(sites).json()["results"]
    assert (site["unit"], site["went_live_on"]) == ("4 West", None)
    early = {"unit": cast.four_west.pk, "on": str(LIVE - timedelta(days=26)), "reason": WHY}
    assert lead.post(record, early, content_type=json).status_code == 409
    good = {**early, "on": str(TODAY)}
    assert lead.post(record, good, content_type=json).json()["went_live_on"] == str(TODAY)
    one = reverse("pilots:api-pilot-site-detail", args=[site["id"]])
    assert lead.delete(f"{one}?reason=x").status_code == 409
    back = reverse("pilots:api-pilot-site-take-back", args=[site["id"]])
    assert lead.post(back, {}, content_type=json).status_code == 400
    assert lead.post(back, {"reason": "Wrong"}, content_type=json).json()["went_live_on"] is None
    moved = {"unit": cast.four_west.pk, "planned_on": "2027-02-01", "reason": WHY}
    assert lead.post(sites, moved, content_type=json).json()["planned_on"] == "2027-02-01"
    assert lead.delete(one).status_code == 400
    assert lead.delete(f"{one}?reason=Not+this+year").status_code == 204
    for person in (cast.victor, cast.hugo):
        other = Client()
        other.force_login(person)
        assert other.get(sites).status_code in (403, 404)
