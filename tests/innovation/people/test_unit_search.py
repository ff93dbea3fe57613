"""Where more than fifty units are on offer, one is looked for instead of picked out of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from innovation.needs.models import Need
from innovation.people.forms import MoveForm, NewUnitForm, PersonForm
from innovation.people.models import Unit, UnitKind, User
from innovation.web.unit_field import MOST_FOUND, MOST_LISTED
from pilots.lifecycle.room import PilotsPermission
from pilots.portfolio.forms import PortfolioFilter
from tests.factories.cast import Cast
from tests.factories.needs import make_need

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

pytestmark = pytest.mark.django_db

WORDS = {
    "problem": "Vital signs are typed twice",
    "population": "Everybody on the ward",
    "outcome": "Typed once",
    "setting": "ward",
    "frequency": "daily",
    "similar_seen": "on",
}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def wards(cast: Cast) -> dict[str, Unit]:
    """Sixty wards in St Brigid and one in Harbor, whose name is that of one in St Brigid."""
    made = [
        Unit(parent=cast.medicine, name=f"Ward {n}", kind=UnitKind.TEAM, code=f"SB-{n:03}")
        for n in range(1, 61)
    ]
    made.append(Unit(parent=cast.harbor, name="Ward 7", kind=UnitKind.TEAM))
    Unit.objects.bulk_create(made)
    return {f"{unit.parent}: {unit.name}": unit for unit in made}


def send(user: User, **given: object) -> _MonkeyPatchedWSGIResponse:
    return signed_in(user).post(reverse("innovation:need-create"), {**WORDS, **given})


def options(html: str) -> list[str]:
    """What the select of the search holds."""
    select = re.search(r'<select[^>]*id="\w+_key".*?</select>', html, re.S)
    return re.findall(r"<option[^>]*>\s*(.*?)\s*</option>", select[0], re.S) if select else []


def find(user: User, **query: str | int | list[str]) -> str:
    response = signed_in(user).get(reverse("innovation:unit-find"), query)
    assert response.status_code == 200
    return response.content.decode()


# What a form draws


def test_unit_field_is_a_select_of_all_up_to_fifty(cast: Cast) -> None:
    units = [
        Unit(parent=cast.medicine, name=f"Ward {n}", kind=UnitKind.TEAM)
        for n in range(MOST_LISTED - 3)
    ]
    Unit.objects.bulk_create(units)  # with St Brigid, Medicine and 4 West they are fifty
    client = signed_in(cast.ana)
    html = client.get(reverse("innovation:need-create")).content.decode()
    assert "unit_words" not in html
    assert len(re.findall(r"<option[^>]*>\s*\u2003*Ward", html)) == MOST_LISTED - 3

    Unit.objects.create(parent=cast.medicine, name="One more", kind=UnitKind.TEAM)
    html = client.get(reverse("innovation:need-create")).content.decode()
    assert 'name="unit_words"' in html
    assert options(html) == ["Choose a unit", "4 West, Medicine, St Brigid General"]


def test_unit_search_proposes_the_persons_own_unit_and_reads_few(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    client = signed_in(cast.ana)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        html = client.get(reverse("innovation:need-create")).content.decode()
    assert re.search(rf'<option\s+value="{cast.four_west.pk}"\s+selected\s*>', html)
    assert "Ward 12" not in html
    assert len(captured) < 15


# Sending without script


def test_unit_search_takes_the_one_that_matches(cast: Cast, wards: dict[str, Unit]) -> None:
    response = send(cast.ana, unit=cast.four_west.pk, unit_words="ward 59")
    assert response.status_code == 302
    assert Need.objects.get().unit == wards["Medicine: Ward 59"]


def test_unit_search_prefers_what_is_called_exactly_so(cast: Cast, wards: dict[str, Unit]) -> None:
    send(cast.ana, unit_words="WARD 7 ")  # and no Ward 17, 27…; Harbor's is not hers to choose
    assert Need.objects.get().unit == wards["Medicine: Ward 7"]


def test_unit_search_does_not_try_words_against_the_codes_of_units_above(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    """Who works below does not read them: letter by letter they would have been found out."""
    Unit.objects.filter(pk=cast.brigid.pk).update(code="COST-4711")
    within = Unit.objects.filter(parent=cast.medicine)
    assert within.called("7 Brigid").exists()  # its name is on every page
    assert within.called("7 SB-007").exists()
    assert not within.called("7 COST").exists()


def test_unit_search_takes_a_code(cast: Cast, wards: dict[str, Unit]) -> None:
    send(cast.ana, unit_words="sb-012")
    assert Need.objects.get().unit == wards["Medicine: Ward 12"]


def test_unit_search_takes_words_of_the_units_above(cast: Cast, wards: dict[str, Unit]) -> None:
    form = NewUnitForm({"parent_words": "ward 7"}, by=cast.ada)
    assert "parent" in form.errors
    for words, unit in (("Ward 7, Harbor", "Harbor Hospital"), ("ward 7 medicine", "Medicine")):
        form = NewUnitForm({"parent_words": words}, by=cast.ada)
        form.is_valid()
        assert form.cleaned_data["parent"] == wards[f"{unit}: Ward 7"]


def test_unit_search_comes_back_with_several_and_all_that_was_typed(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    response = send(cast.ana, unit=cast.four_west.pk, unit_words="ard 5")
    html = response.content.decode()
    assert response.status_code == 400
    assert "15 units are called like “ard 5”" in html
    assert options(html)[:2] == ["Choose one of these", "Ward 15, Medicine, St Brigid General"]
    assert len(options(html)) == 1 + 15
    assert WORDS["problem"] in html
    assert 'value="ard 5"' in html
    assert "selected" not in re.findall(r'<select[^>]*id="id_unit_key".*?</select>', html, re.S)[0]

    chosen = wards["Medicine: Ward 54"]
    response = send(cast.ana, unit=chosen.pk, unit_words="ard 5", unit_looked="ard 5")
    assert response.status_code == 302
    assert Need.objects.filter(unit=chosen).count() == 1


def test_unit_search_shows_no_more_than_twenty(cast: Cast, wards: dict[str, Unit]) -> None:
    html = send(cast.ana, unit_words="ward").content.decode()
    assert "60 units are called like “ward”" in html
    assert len(options(html)) == 1 + MOST_FOUND


def test_unit_search_that_finds_nothing_says_so(cast: Cast, wards: dict[str, Unit]) -> None:
    response = send(cast.ana, unit=cast.four_west.pk, unit_words="Harbor")
    assert response.status_code == 400
    assert "No unit that you may choose has “Harbor”" in response.content.decode()
    assert not Need.objects.exists()


def test_unit_search_refuses_a_key_that_is_not_offered(cast: Cast, wards: dict[str, Unit]) -> None:
    for key in (cast.harbor.pk, 2**70, "ward", "\x00"):
        response = send(cast.ana, unit=key)
        assert response.status_code == 400
        assert "unit" in response.context["form"].errors
        assert "Harbor" not in response.content.decode()
    assert "unit" in send(cast.ana).context["form"].errors


def test_unit_search_among_units_that_no_permission_names(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    """A unit is never moved below itself: what stands below it is not found either."""
    Unit.objects.bulk_create(
        Unit(parent=cast.harbor, name=f"Bay {n}", kind=UnitKind.TEAM) for n in range(60)
    )
    form = MoveForm({"parent_words": "ward 59"}, by=cast.ada, unit=cast.brigid)
    assert "No unit that you may choose" in str(form.errors["parent"])
    form = MoveForm({"parent_words": "harbor clinic"}, by=cast.ada, unit=cast.four_west)
    assert form.is_valid()
    assert (
        "hx-get"
        not in signed_in(cast.ada)
        .get(reverse("innovation:unit-move", args=[cast.four_west.pk]))
        .content.decode()
        .split("<form")[-1]
    )


def test_unit_search_keeps_a_unit_that_is_offered_besides(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    """Hugo keeps Harbor's accounts; somebody there belongs to a unit that is not his."""
    Unit.objects.bulk_create(
        Unit(parent=cast.harbor, name=f"Bay {n}", kind=UnitKind.TEAM) for n in range(60)
    )
    sent = {"name": cast.ana.name, "email": cast.ana.email, "unit": cast.four_west.pk}
    assert PersonForm(sent, by=cast.hugo, person=cast.ana).is_valid()
    assert not PersonForm(sent, by=cast.hugo).is_valid()


# Filters


def test_filter_takes_words_and_stands_with_what_it_took(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    make_need(cast.ana, title="On the ward", unit=wards["Medicine: Ward 59"])
    make_need(cast.ben, title="Elsewhere in medicine")
    maya = signed_in(cast.maya)
    html = maya.get(reverse("innovation:need-list"), {"unit_words": "ward 59"}).content.decode()
    assert "On the ward" in html
    assert "Elsewhere in medicine" not in html
    assert options(html) == ["All", "Ward 59, Medicine, St Brigid General"]
    assert "ward 59" not in re.findall(r'<input[^>]*name="unit_words"[^>]*>', html)[0]


@pytest.mark.parametrize("words", ["ward", "no such", "%", "_", "\\", ",", " ", "a" * 9_000])
def test_filter_narrows_nothing_by_what_names_no_unit(
    cast: Cast, wards: dict[str, Unit], words: str
) -> None:
    make_need(cast.ben, title="Somewhere in medicine")
    for name in ("innovation:need-list", "innovation:people", "pilots:pilot-list"):
        response = signed_in(cast.maya if "people" not in name else cast.ada).get(
            reverse(name), {"unit_words": words}
        )
        assert response.status_code == 200
    form = PortfolioFilter({"unit_words": words}, user=cast.maya)
    assert form.is_valid() is (not words.strip(", "))
    assert not form.cleaned_data.get("unit")


def test_log_finds_a_unit_that_is_closed(cast: Cast, wards: dict[str, Unit]) -> None:
    Unit.objects.filter(pk=wards["Medicine: Ward 59"].pk).update(closed_at=timezone.now())
    otto = signed_in(cast.otto)
    html = otto.get(reverse("innovation:audit-log"), {"unit_words": "ward 59"}).content.decode()
    assert "Ward 59, Medicine, St Brigid General" in options(html)
    [address] = re.findall(r'hx-get="([^"]*)"', html)
    html = otto.get(f"{address.replace('&amp;', '&')}&unit_words=ward+59").content.decode()
    assert options(html)[1:] == ["Ward 59, Medicine, St Brigid General"]


# While one types


def test_finding_answers_with_what_may_be_chosen(cast: Cast, wards: dict[str, Unit]) -> None:
    html = find(cast.ana, unit_words="ward 59")
    assert options(html) == ["Choose a unit", "Ward 59, Medicine, St Brigid General"]
    assert "1 unit found." in html
    assert "selected" in html
    html = find(cast.ada, unit_words="ward 7")
    assert set(options(html)[1:3]) == {
        "Ward 7, Medicine, St Brigid General",
        "Ward 7, Harbor Hospital",
    }
    assert "selected" not in html
    html = find(cast.ada, unit_words="ward")
    assert f"{MOST_FOUND} of 61 are shown" in html
    assert len(options(html)) == 1 + MOST_FOUND
    html = find(cast.ana, unit_words="harbor")
    assert options(html) == []
    assert "No unit that you may choose" in html


def test_finding_stays_within_the_permission(cast: Cast, wards: dict[str, Unit]) -> None:
    lead = str(PilotsPermission.LEAD)
    both: dict[str, list[str]] = {"in": [lead, str(PilotsPermission.OPEN)]}
    html = find(cast.jonas, unit_words="ward 7", **both)
    assert "Ward 7, Medicine" in html
    assert "Harbor" not in html
    for user, word in ((cast.ana, lead), (cast.ana, "nonsense"), (cast.victor, "")):
        query = {"in": word, "unit_words": "ward 7"} if word else {"unit_words": "ward 7"}
        response = signed_in(user).get(reverse("innovation:unit-find"), query)
        assert response.status_code == 403
        assert "Ward 7" not in response.content.decode()


def test_finding_without_words_gives_back_the_chosen_unit(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    assert options(find(cast.ana, unit_words="", chosen=cast.four_west.pk)) == [
        "Choose a unit",
        "4 West, Medicine, St Brigid General",
    ]
    assert options(find(cast.ana, chosen=cast.harbor.pk)) == []


def test_finding_closed_units_only_where_they_are_asked_for(
    cast: Cast, wards: dict[str, Unit]
) -> None:
    Unit.objects.filter(pk=wards["Medicine: Ward 59"].pk).update(closed_at=timezone.now())
    assert options(find(cast.otto, unit_words="ward 59")) == []
    assert options(find(cast.otto, unit_words="ward 59", closed="yes"))


def test_finding_asks_as_often_among_many_as_among_few(cast: Cast, wards: dict[str, Unit]) -> None:
    client = signed_in(cast.maya)
    address = reverse("innovation:unit-find")

    def asked(words: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            client.get(address, {"in": "needs.read", "unit_words": words})
        return [query["sql"] for query in captured if '"innovation_unit"."name"' in query["sql"]]

    few = asked("ward 59")
    Unit.objects.bulk_create(
        Unit(parent=cast.harbor, name=f"Bay {n}", kind=UnitKind.TEAM) for n in range(500)
    )
    assert len(few) == len(asked("bay harbor")) == len(asked("bay 1")) == 1


def test_finding_writes_what_came_with_the_address_as_text(cast: Cast) -> None:
    html = find(cast.ana, field='"><script>', anchor='"><script>', **{'"><script>_words': "<b>"})
    assert "<script>" not in html
    assert "<b>" not in html
