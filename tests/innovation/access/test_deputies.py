"""Deputies act in their own name with the roles of another, for some days, and the log says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.access import actions
from innovation.audit import presenters as audit_presenters
from innovation.audit.models import Event
from innovation.needs.room import NeedsPermission
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import Deputyship, User
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.funding.room import FundingPermission
from pilots.gates.room import GatesPermission
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def named(person: User, deputy: User, *, starts_in: int = 0, days: int = 14) -> Deputyship:
    start = dates.today() + timedelta(days=starts_in)
    return actions.name_deputy(
        by=fresh(person),
        at=timezone.now(),
        deputy=deputy,
        starts_on=start,
        ends_on=start + timedelta(days=days - 1),
    )


def acting(deputy: User, person: User) -> User:
    """The deputy in a request in which they act for the other."""
    user = fresh(deputy)
    user.act_for(fresh(person))
    return user


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def acts(client: Client, deputyship: Deputyship) -> None:
    answer = client.post(reverse("innovation:deputy-act", args=[deputyship.pk]))
    assert answer.status_code == 302


def opens(client: Client, name: str) -> bool:
    return client.get(reverse(name)).status_code == 200


# What a deputy may do


def test_deputy_has_the_roles_of_the_other_and_not_their_own(cast: Cast) -> None:
    named(cast.maya, cast.ben)
    ben = acting(cast.ben, cast.maya)
    assert ben.reach(NeedsPermission.TRIAGE) == fresh(cast.maya).reach(NeedsPermission.TRIAGE)
    assert not fresh(cast.ben).may(NeedsPermission.TRIAGE)
    named(cast.ana, cast.jonas)
    assert not acting(cast.jonas, cast.ana).may(FundingPermission.READ)


def test_role_above_the_line_is_lent_only_to_whoever_holds_it(cast: Cast) -> None:
    """Nobody gives it alone, so nobody lends it alone either."""
    assert not acting(cast.ben, cast.amara).reach()
    assert not acting(cast.jonas, cast.sam).reach()
    people.grant(cast.amara, by=cast.ada, at=NOW, unit=cast.lakeshore, role="mentor")
    ben = acting(cast.ben, cast.amara)
    assert ben.reach()
    assert not ben.may(GatesPermission.DECIDE_OUTCOMES)
    assert acting(cast.frank, cast.amara).may(GatesPermission.DECIDE_OUTCOMES)


def test_role_of_an_administrator_is_lent_to_nobody(cast: Cast) -> None:
    """A deputy could change the roles of whom they act for."""
    bea = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.lakeshore)
    people.grant_from_command_line(
        bea, at=NOW, unit=cast.harbor, role="administrator", reason="The first of them."
    )
    user = acting(bea, cast.ada)
    assert not user.may(PeoplePermission.MANAGE)
    with pytest.raises(NotAllowed):
        people.grant(cast.ada, by=user, at=NOW, unit=cast.lakeshore, role="mentor")
    with pytest.raises(Refused, match="could do nothing for you"):
        named(cast.ada, bea)


def test_role_that_ended_since_the_deputy_was_named_is_lent_no_more(cast: Cast) -> None:
    deputyship = named(cast.maya, cast.ben)
    for grant in cast.maya.grants.current():
        people.end_grant(grant, by=cast.ada, at=NOW)
    with pytest.raises(Refused, match="holds no role that you could use"):
        actions.begin_acting(deputyship, by=fresh(cast.ben), at=timezone.now())


def test_deputy_of_a_deputy_gets_what_the_deputy_holds_alone(cast: Cast) -> None:
    named(cast.maya, cast.ben)
    named(cast.ben, cast.priya)
    assert not acting(cast.priya, cast.ben).may(NeedsPermission.TRIAGE)


def test_deputy_needs_the_second_step_that_a_lent_role_asks_for(
    cast: Cast, settings: object
) -> None:
    settings.SECOND_FACTOR_ROLES = ["innovation_office"]  # type: ignore[attr-defined]
    assert not fresh(cast.ben).lacks_second_factor
    assert acting(cast.ben, cast.maya).lacks_second_factor


# Naming and ending


def test_both_are_told_when_a_deputy_is_named_and_when_it_ends(cast: Cast) -> None:
    deputyship = named(cast.maya, cast.ben, days=1)

    def told() -> set[tuple[str, str]]:
        found = {(one.person.name, one.title.partition(" from")[0]) for one in Notice.objects.all()}
        Notice.objects.all().delete()
        return found

    assert told() == {
        ("Maya Lindqvist", "Ben Achterberg may act for you"),
        ("Ben Achterberg", "You may act for Maya Lindqvist"),
    }
    at = dates.begins(deputyship.ends_on)
    assert actions.tell_of_deputies(at=at) == 0
    assert actions.tell_of_deputies(at=at + timedelta(days=1)) == 1
    assert actions.tell_of_deputies(at=at + timedelta(days=2)) == 0
    assert told() == {
        ("Maya Lindqvist", "Ben Achterberg no longer acts for you"),
        ("Ben Achterberg", "You no longer act for Maya Lindqvist"),
    }
    types = list(Event.objects.order_by("number").values_list("type", flat=True))
    assert types == ["deputy.named", "deputy.ran_out"]


def test_either_ends_it_early_and_nobody_else_does(cast: Cast) -> None:
    for who in (cast.maya, cast.ben):
        deputyship = named(cast.maya, cast.ben)
        with pytest.raises(NotAllowed):
            actions.end_deputyship(deputyship, by=cast.jonas, at=timezone.now())
        actions.end_deputyship(deputyship, by=fresh(who), at=timezone.now())
        assert not Deputyship.objects.standing().exists()
        with pytest.raises(Conflict, match="ended already"):
            actions.end_deputyship(deputyship, by=fresh(who), at=timezone.now())


def test_deputy_is_a_colleague_whom_ones_roles_reach(cast: Cast) -> None:
    with pytest.raises(Refused, match="works in a unit that your roles reach"):
        named(cast.ana, cast.hugo)
    with pytest.raises(Refused, match="somebody else than yourself"):
        named(cast.ana, cast.ana)
    with pytest.raises(Refused, match="three months at most"):
        named(cast.ana, cast.ben, days=120)
    with pytest.raises(Refused, match="last day comes before"):
        named(cast.ana, cast.ben, starts_in=5, days=-2)
    with pytest.raises(Refused, match="not past"):
        named(cast.ana, cast.ben, starts_in=-10, days=2)


def test_database_keeps_to_the_same(cast: Cast) -> None:
    facts = {"person": cast.ana, "deputy": cast.ben, "named_at": NOW}
    first = date(2026, 12, 1)
    for wrong in (
        {"starts_on": first, "ends_on": date(2026, 11, 30)},
        {"starts_on": first, "ends_on": first + timedelta(days=93)},
        {"starts_on": first, "ends_on": first, "deputy": cast.ana},
        {"starts_on": first, "ends_on": first, "ended_at": NOW},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deputyship.objects.create(**{**facts, **wrong})
    Deputyship.objects.create(starts_on=first, ends_on=first + timedelta(days=92), **facts)


# Acting


def test_what_a_deputy_does_is_in_their_own_name_and_the_log_says_for_whom(cast: Cast) -> None:
    named(cast.ana, cast.jonas)
    jonas = acting(cast.jonas, cast.ana)
    need = make_need(jonas, unit=cast.four_west)
    event = Event.objects.about(f"need:{need.pk}").latest("number")
    assert event.actor == cast.jonas.ref
    assert event.details["acting_for"] == {"ref": cast.ana.ref, "name": "Ana Ruiz"}
    line = audit_presenters.line(event)
    assert line.who == "Jonas Park"
    assert line.text.endswith("Done for Ana Ruiz.")


def test_who_acts_for_another_keeps_what_they_typed_of_a_deputy_of_their_own(cast: Cast) -> None:
    deputyship = named(cast.ana, cast.jonas)
    jonas = browser(cast.jonas)
    jonas.post(reverse("innovation:deputy-act", args=[deputyship.pk]))
    today = str(dates.today())
    typed = {"email": cast.ben.email, "starts_on": today, "ends_on": today}
    answer = jonas.post(reverse("innovation:deputies"), typed)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "You act for Ana Ruiz. Stop that first" in page
    assert f'value="{cast.ben.email}"' in page


def test_own_account_stays_ones_own_while_acting(cast: Cast) -> None:
    named(cast.ana, cast.jonas)
    jonas = acting(cast.jonas, cast.ana)
    people.change_own_details(jonas, at=NOW, name="Jonas Parker")
    assert "acting_for" not in Event.objects.latest("number").details
    with pytest.raises(Refused, match="Stop that first"):
        actions.name_deputy(
            by=jonas,
            at=timezone.now(),
            deputy=cast.ben,
            starts_on=dates.today(),
            ends_on=dates.today(),
        )


def test_deputy_acts_in_one_browser_until_they_stop(cast: Cast) -> None:
    deputyship = named(cast.maya, cast.ben)
    here, elsewhere = browser(cast.ben), browser(cast.ben)
    triage = "innovation:triage"
    assert not opens(here, triage)
    acts(here, deputyship)
    assert opens(here, triage)
    assert "You act for Maya Lindqvist" in here.get(reverse(triage)).content.decode()
    assert not opens(elsewhere, triage)
    assert Event.objects.latest("number").type == "deputy.began"
    here.post(reverse("innovation:deputy-stop"))
    assert not opens(here, triage)


def test_acting_ends_with_the_last_day_though_no_worker_runs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    deputyship = named(cast.maya, cast.ben)
    client = browser(cast.ben)
    acts(client, deputyship)
    triage = "innovation:triage"
    monkeypatch.setattr(dates, "today", lambda: deputyship.ends_on)
    assert opens(client, triage)
    monkeypatch.setattr(dates, "today", lambda: deputyship.ends_on + timedelta(days=1))
    assert not opens(client, triage)
    monkeypatch.undo()
    assert not opens(client, triage)  # and it does not come back


@pytest.mark.parametrize("how", ["ended", "closed", "role gone"])
def test_acting_ends_at_once_when_it_is_taken_back(cast: Cast, how: str) -> None:
    deputyship = named(cast.maya, cast.ben)
    client = browser(cast.ben)
    acts(client, deputyship)
    if how == "ended":
        actions.end_deputyship(deputyship, by=fresh(cast.maya), at=timezone.now())
    elif how == "closed":
        people.deactivate(cast.maya, by=cast.ada, at=NOW)
    else:
        people.end_grant(cast.maya.grants.get(), by=cast.ada, at=NOW)
    assert not opens(client, "innovation:triage")
    assert client.post(reverse("innovation:deputy-stop")).status_code == 302


def test_nobody_acts_before_the_first_day_or_by_the_deputyship_of_another(cast: Cast) -> None:
    early = named(cast.maya, cast.ben, starts_in=3)
    client = browser(cast.ben)
    url = reverse("innovation:deputy-act", args=[early.pk])
    assert client.post(url).status_code == 409
    assert browser(cast.jonas).post(url).status_code == 404
    # Nor does Maya by what she gave away.
    assert browser(cast.maya).post(url).status_code == 403
    # A session that names another's deputyship carries nothing.
    session = browser(cast.jonas)
    store = session.session
    store["acting_by"] = named(cast.maya, cast.ben).pk
    store.save()
    assert not opens(session, "innovation:triage")


# Pages


def test_deputy_is_named_and_ended_on_pages(cast: Cast) -> None:
    maya, ben = browser(cast.maya), browser(cast.ben)
    url = reverse("innovation:deputies")
    today = dates.today().isoformat()
    unknown = maya.post(url, {"email": "x@x.example", "starts_on": today, "ends_on": today})
    assert unknown.status_code == 400
    assert "No colleague" in unknown.content.decode()
    sent = {"email": cast.ben.email, "starts_on": today, "ends_on": today}
    assert maya.post(url, sent)["Location"] == url
    assert "Act for Maya Lindqvist" in ben.get(url).content.decode()
    assert "Ben Achterberg" in maya.get(url).content.decode()
    assert "Ben Achterberg" in maya.get(reverse("innovation:profile")).content.decode()
    deputyship = Deputyship.objects.get()
    ben.post(reverse("innovation:deputy-end", args=[deputyship.pk]))
    assert "Ended by Ben Achterberg" in maya.get(url).content.decode()
