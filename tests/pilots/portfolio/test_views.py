"""The list of pilots and one pilot's page, as different people get them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.people.models import User
from pilots.funding import actions as funding
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = NOW.date()
LIST = reverse("pilots:pilot-list")


@pytest.fixture
def running(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    make.run(cast, pilot, fund)
    award = pilot.awards.get()
    funding.spend(
        award,
        line=award.request.lines.all()[0],
        amount=Decimal("24188.40"),
        on=TODAY,
        key="a",
        note="Licences",
        by=cast.jonas,
        at=NOW,
    )
    lifecycle.write_log(pilot, by=cast.jonas, at=NOW, status="on_track", done="Wave 3 trained.")
    return pilot


def page(client: Client, user: User, url: str, status: int = 200) -> str:
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def test_pilot_page_shows_money_to_those_who_read_it_only(
    cast: Cast, client: Client, running: Pilot
) -> None:
    for user in (cast.jonas, cast.amara, cast.sam, cast.otto, cast.maya):
        assert "$24,188.40" in page(client, user, running.get_absolute_url())
    for user in (cast.ana, cast.ingrid, cast.ada):
        shown = page(client, user, running.get_absolute_url())
        assert "$" not in shown
        assert "Jonas Park" in shown


def test_history_leaves_money_out_for_those_who_do_not_read_it(
    cast: Cast, client: Client, running: Pilot
) -> None:
    url = reverse("pilots:pilot-history", args=[running.pk])
    assert "$24,188.40" in page(client, cast.jonas, url)
    shown = page(client, cast.ana, url)
    assert "$" not in shown
    assert "took" in shown


def test_history_asked_for_by_a_page_is_a_fragment(
    cast: Cast, client: Client, running: Pilot
) -> None:
    client.force_login(cast.jonas)
    url = reverse("pilots:pilot-history", args=[running.pk])
    answer = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "Everything that happened" in answer


def test_pilot_of_another_hospital_is_not_found(cast: Cast, client: Client, running: Pilot) -> None:
    page(client, cast.hugo, running.get_absolute_url(), status=404)


def test_pilot_page_says_what_is_asked_to_those_who_see_money_only(
    cast: Cast, client: Client, pilot: Pilot, fund: Fund
) -> None:
    make.propose(cast, pilot, fund)
    for user in (cast.jonas, cast.amara, cast.sam):
        shown = page(client, user, pilot.get_absolute_url())
        assert "Asks for" in shown and "$68,000" in shown
    assert "Asks for" not in page(client, cast.ana, pilot.get_absolute_url())


def test_pilot_page_of_an_anonymous_need_names_nobody(
    cast: Cast, client: Client, fund: Fund
) -> None:
    need = make.make_need(cast, by=cast.ben, anonymous=True)
    pilot = make.open_pilot(cast, needs=[need])
    for user in (cast.maya, cast.jonas, cast.amara, cast.ana):
        assert "Ben Achterberg" not in page(client, user, pilot.get_absolute_url())


def test_list_narrows_by_status_unit_pathway_words_and_whose(
    cast: Cast, client: Client, running: Pilot
) -> None:
    other = make.open_pilot(cast, title="Virtual sitter", unit=cast.medicine, lead=cast.priya)
    theirs = make.open_pilot(
        cast,
        by=cast.hugo,
        title="Harbor first",
        unit=cast.harbor,
        lead=cast.hugo,
        sponsor=None,
        needs=[make.make_need(cast, unit=cast.harbor, title="Harbor need")],
    )

    def titles(user: User, query: str = "") -> list[str]:
        shown = page(client, user, f"{LIST}?{query}")
        return [p.title for p in (running, other, theirs) if p.title in shown]

    assert titles(cast.maya) == [running.title, other.title, theirs.title]
    assert titles(cast.ana) == [running.title, other.title]
    assert titles(cast.hugo) == [theirs.title]
    assert titles(cast.maya, "status=running") == [running.title]
    # Where it runs counts as much as whose it is.
    assert titles(cast.maya, f"unit={cast.medicine.pk}") == [running.title, other.title]
    assert titles(cast.maya, f"unit={cast.harbor.pk}") == [theirs.title]
    assert titles(cast.maya, "pathway=efficiency") == [running.title]
    assert titles(cast.maya, "q=sitter") == [other.title]
    assert titles(cast.priya, "whose=mine") == [other.title]
    assert titles(cast.rosa, "whose=mine") == [running.title, other.title]


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "unit=abc",
        "unit=99999999999999999999",
        "q=" + "x" * 5000,
        "after=AAAA",
        "before=WzFd",
        "after=%F0%9F%92%A9",
        "whose=everyone&sort=-money",
    ],
)
def test_list_asked_with_nonsense_answers_with_a_list(
    cast: Cast, client: Client, running: Pilot, query: str
) -> None:
    page(client, cast.maya, f"{LIST}?{query}")


def test_list_costs_the_same_few_queries_however_many_pilots(
    cast: Cast, client: Client, running: Pilot
) -> None:
    def cost(user: User) -> list[str]:
        client.force_login(user)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(LIST).status_code == 200
        return [query["sql"][:200] for query in counted]

    few = {user.name: cost(user) for user in (cast.maya, cast.ana)}
    for number in range(12):
        make.open_pilot(cast, title=f"Pilot {number}")
    for user in (cast.maya, cast.ana):
        many = cost(user)
        assert len(many) == len(few[user.name]), many
        assert len(many) <= 8, many


def test_pilot_page_costs_the_same_queries_however_much_hangs_on_it(
    cast: Cast, client: Client, running: Pilot
) -> None:
    def cost(user: User) -> int:
        client.force_login(user)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(running.get_absolute_url()).status_code == 200
        return len(counted)

    cost(cast.jonas)  # the statistics are worked out once and kept
    before = cost(cast.jonas), cost(cast.ana)
    for number in range(6):
        lifecycle.write_log(
            running, by=cast.jonas, at=make.moment(number), status="on_track", done="More."
        )
    for person in (cast.sam, cast.ben, cast.priya):
        make.on_team(
            running,
            person=person,
            role="member",
            percent=5,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=90),
            by=cast.jonas,
            at=NOW,
        )
    assert (cost(cast.jonas), cost(cast.ana)) == before
