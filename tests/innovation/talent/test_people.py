"""Who can do what: nobody is found who did not say so, and nothing that was unnamed is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.needs import actions as needs
from innovation.people import actions as people
from innovation.retention import held
from innovation.rules.refusal import Conflict, Malformed, NotAllowed
from innovation.talent import actions, queries
from innovation.talent.models import AddedSkill, TalentProfile
from innovation.talent.queries import Sought
from innovation.talent.skills import BaseSkill
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.needs import make_need

pytestmark = pytest.mark.django_db

SAID: dict[str, Any] = {
    "discipline": "nursing",
    "line": "Night nurse who likes spreadsheets.",
    "skills": ["workshops", "listening"],
    "own_words": "Makes people laugh at handover",
    "wishes": "Try something about falls.",
    "open_for": ["help", "team"],
}


def names(found: list[queries.FoundPerson]) -> list[str]:
    return [one.person.name for one in found]


def test_nobody_is_found_until_they_say_so_and_nobody_is_once_they_take_it_back(cast: Cast) -> None:
    everybody = Sought()
    assert queries.find(cast.jonas, everybody) == []
    actions.show(by=cast.ana, at=NOW, **SAID)
    assert names(queries.find(cast.jonas, everybody)) == ["Ana Ruiz"]
    for wanted in (
        Sought(skill="listening"), Sought(discipline="nursing"), Sought(words="SPREADSHEETS"),
        Sought(words="laugh falls"), Sought(unit=cast.four_west), Sought(open_for="team"),
    ):  # fmt: skip
        assert names(queries.find(cast.jonas, wanted)) == ["Ana Ruiz"], wanted
    for wanted in (
        Sought(skill="hazards"), Sought(discipline="medicine"), Sought(words="unicorn"),
        Sought(unit=cast.harbor), Sought(open_for="mentoring"),
    ):  # fmt: skip
        assert queries.find(cast.jonas, wanted) == [], wanted
    assert queries.find(cast.hugo, everybody) == []  # of the other hospital
    assert queries.find(cast.victor, everybody) == []
    actions.hide(by=cast.ana, at=NOW)
    assert queries.find(cast.jonas, everybody) == []
    assert not TalentProfile.objects.exists()
    with pytest.raises(Conflict, match="off already"):
        actions.hide(by=cast.ana, at=NOW)
    told = list(
        Event.objects.filter(type__startswith="person.profile").values_list("type", flat=True)
    )
    assert sorted(told) == ["person.profile_hidden", "person.profile_shown"]


def test_a_list_that_is_cut_says_so_and_how_to_narrow_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_FOUND", 2)
    browser = Client()
    browser.force_login(cast.maya)
    for number, who in enumerate((cast.ana, cast.ben, cast.jonas), start=1):
        actions.show(by=who, at=NOW, **SAID)
        for asked in ("", "?q=laugh", "?skill=listening"):
            page = " ".join(
                browser.get(reverse("innovation:talent") + asked).content.decode().split()
            )
            assert ("More than 2 people fit" in page) == (number > 2), asked
            assert page.count("Night nurse who likes spreadsheets.") == min(number, 2), asked
    assert "Choose a skill, a discipline or a unit" in page


def test_it_is_everybodys_own_to_switch_on(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.show(by=cast.victor, at=NOW, **SAID)
    cast.ana.acting_for = cast.jonas
    with pytest.raises(NotAllowed, match="for themselves"):
        actions.show(by=cast.ana, at=NOW, **SAID)
    cast.ana.acting_for = None
    with pytest.raises(Malformed, match="not on the list"):
        actions.show(by=cast.ana, at=NOW, **{**SAID, "skills": ["magic"]})
    with pytest.raises(Malformed, match="at most 15"):
        actions.show(by=cast.ana, at=NOW, **{**SAID, "skills": list(BaseSkill.values)[:16]})
    with pytest.raises(Malformed, match="come from"):
        actions.show(by=cast.ana, at=NOW, **{**SAID, "discipline": "wizardry"})
    with pytest.raises(IntegrityError, match="talent_discipline_known"), transaction.atomic():
        TalentProfile.objects.create(
            person=cast.ana, discipline="wizardry", shown_since=NOW, changed_at=NOW
        )


def test_whoever_leaves_is_found_no_more_and_what_they_said_is_gone(cast: Cast) -> None:
    actions.show(by=cast.ana, at=NOW, **SAID)
    assert [table.label for table in held.about(cast.ana) if "Talent" in table.label] == [
        "innovation.TalentProfile"
    ]
    people.deactivate(cast.ana, by=cast.ada, at=NOW, reason="Moved away.")
    assert not TalentProfile.objects.exists()
    with pytest.raises(IntegrityError, match="talent_of_somebody_here"), transaction.atomic():
        TalentProfile.objects.create(
            person=cast.ana, discipline="nursing", shown_since=NOW, changed_at=NOW
        )


def test_what_was_shared_by_name_is_earned_and_what_was_not_is_nobodys(cast: Cast) -> None:
    named = make.make_need(cast, by=cast.ana, title="Notes are finished at home")
    unnamed = make.make_need(cast, by=cast.ben, anonymous=True, title="Nobody answers the bell")
    make.open_pilot(cast, needs=[named, unnamed])
    for person in (cast.ana, cast.ben):
        actions.show(by=person, at=NOW, discipline="nursing")
    found = queries.find(cast.jonas, Sought(skill="noticing"))
    assert names(found) == ["Ana Ruiz"]
    (shown,) = found[0].because_earned
    assert (shown.did, shown.about, shown.url) == (
        "Shared a need that became a pilot", named.title, named.get_absolute_url(),
    )  # fmt: skip
    # Not by its words either, nor to the author or the office, nor on a page.
    for looking in (cast.jonas, cast.ben, cast.maya, cast.amara, cast.ada):
        assert queries.find(looking, Sought(words="bell")) == []
        assert queries.earned(looking, [cast.ben.pk]) == {}
    browser = Client()
    browser.force_login(cast.jonas)
    page = browser.get(reverse("innovation:talent"), {"skill": "noticing"}).content.decode()
    assert f"{named.title}</a>, 2026" in page
    page = browser.get(reverse("innovation:talent-person", args=[cast.ben.pk])).content.decode()
    assert "Ben Achterberg" in page
    assert unnamed.title not in page
    assert browser.get(reverse("innovation:talent"), {"q": "bell"}).context["found"] == []


def test_who_has_done_it_comes_before_who_says_so_and_nobody_is_counted(cast: Cast) -> None:
    """Two needs of Ben's weigh as one of Ana's: the order is by unit and name."""
    for by, n in ((cast.ana, 1), (cast.ben, 2)):
        for number in range(n):
            need = make.make_need(cast, by=by, title=f"{by.name} {number}")
            make.open_pilot(cast, needs=[need], title=f"{by.name} {number}")
    for person in (cast.ben, cast.ana):
        actions.show(by=person, at=NOW, discipline="nursing")
    actions.show(by=cast.ingrid, at=NOW, discipline="medicine", skills=["noticing"])
    by_record = ["Ana Ruiz", "Ben Achterberg"]
    assert names(queries.find(cast.priya, Sought(skill="noticing"))) == [
        *by_record, "Dr Ingrid Halloran",
    ]  # fmt: skip
    # Jonas works where Ben does.
    assert names(queries.find(cast.jonas, Sought(skill="noticing")))[:2] == by_record[::-1]


def test_what_is_earned_is_shown_to_whoever_may_see_the_thing(cast: Cast) -> None:
    need = make.make_need(cast, by=cast.hugo, unit=cast.harbor, title="Clinic letters are late")
    make.open_pilot(cast, needs=[need], unit=cast.harbor, lead=cast.hugo, title="Letters")
    actions.show(by=cast.hugo, at=NOW, discipline="operations")
    assert [one.about for one in queries.earned(cast.maya, [cast.hugo.pk])[cast.hugo.pk]] == [
        need.title
    ]
    assert queries.earned(cast.ana, [cast.hugo.pk]) == {}


def test_the_office_keeps_the_list_and_a_skill_taken_off_stays_with_who_chose_it(
    cast: Cast,
) -> None:
    with pytest.raises(NotAllowed):
        actions.add_skill(name="Wound care", unit=cast.brigid, by=cast.ana, at=NOW)
    with pytest.raises(Conflict):
        actions.add_skill(name="statistics", unit=cast.lakeshore, by=cast.maya, at=NOW)
    made = actions.add_skill(name="Wound care", unit=cast.lakeshore, by=cast.maya, at=NOW)
    with pytest.raises(Conflict, match="on the list already"):
        actions.add_skill(name="WOUND CARE", unit=cast.lakeshore, by=cast.ada, at=NOW)
    actions.show(by=cast.ana, at=NOW, discipline="nursing", skills=[made.key])
    with pytest.raises(NotAllowed):
        actions.retire_skill(made, by=cast.hugo, at=NOW)
    actions.retire_skill(made, by=cast.maya, at=NOW)
    with pytest.raises(Conflict):
        actions.retire_skill(AddedSkill.objects.get(), by=cast.maya, at=NOW)
    assert made.key not in dict(queries.offered_skills())
    actions.show(by=cast.ana, at=NOW, discipline="nursing", skills=[made.key], line="Still.")
    assert names(queries.find(cast.jonas, Sought(skill=made.key))) == ["Ana Ruiz"]
    with pytest.raises(Malformed):
        actions.show(by=cast.ben, at=NOW, discipline="nursing", skills=[made.key])


def test_the_list_is_kept_by_the_api_too(cast: Cast) -> None:
    office, nurse = Client(), Client()
    office.force_login(cast.maya)
    nurse.force_login(cast.ana)
    listed = reverse("innovation:api-talent-skills")
    given = {"name": "Wound care", "unit": cast.lakeshore.pk}
    assert nurse.post(listed, given, content_type="application/json").status_code == 403
    made = office.post(listed, given, content_type="application/json")
    assert made.status_code == 201
    assert made.json() in nurse.get(listed).json()
    retire = reverse("innovation:api-talent-skill-retire", args=[AddedSkill.objects.get().pk])
    assert office.post(retire).status_code == 204
    assert made.json() not in nurse.get(listed).json()


def test_a_nurse_switches_it_on_and_off_on_the_page_and_by_the_api(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    own = reverse("innovation:talent-own")
    assert "Your profile is off" in browser.get(own).content.decode()
    named = browser.post(own, {**SAID, "line": "I cared for Mrs Jane Doe, born 3.4.1950"})
    assert named.status_code == 400
    assert "names_nobody" in named.content.decode()
    assert browser.post(own, SAID).status_code == 302
    assert "Switch my profile off" in browser.get(own).content.decode()
    assert (
        "Change it, or switch it off" in browser.get(reverse("innovation:profile")).content.decode()
    )
    page = reverse("innovation:talent-person", args=[cast.ana.pk])
    shown = browser.get(page).content.decode()
    assert "Leading a workshop" in shown
    assert "Makes people laugh" in shown
    seeks = Client()
    seeks.force_login(cast.jonas)
    (found,) = seeks.get(reverse("innovation:api-talent"), {"skill": "workshops"}).json()
    assert (found["name"], found["because"]) == ("Ana Ruiz", ["Leading a workshop"])
    assert seeks.get(reverse("innovation:api-talent"), {"skill": "magic"}).status_code == 400
    api = reverse("innovation:api-talent-own")
    changed = {"discipline": "quality", "skills": ["data"]}
    assert browser.put(api, changed, content_type="application/json").json()["skills"] == ["data"]
    assert browser.post(reverse("innovation:talent-off")).status_code == 302
    for client, address in ((seeks, page), (browser, page), (browser, api)):
        assert client.get(address).status_code == 404
    assert seeks.get(reverse("innovation:api-talent")).json() == []
    assert browser.delete(api).status_code == 409


def test_a_name_taken_back_later_takes_what_it_earned_along(cast: Cast) -> None:
    need = make_need(cast.ana)
    needs.accept(need, by=cast.maya, at=NOW, reason="Three wards say so.")
    make.open_pilot(cast, needs=[need])
    assert queries.earned(cast.jonas, [cast.ana.pk])
    type(need).objects.filter(pk=need.pk).update(anonymous=True)
    assert queries.earned(cast.jonas, [cast.ana.pk]) == {}


def test_said_stays_whose_it_is(cast: Cast) -> None:
    actions.show(by=cast.ana, at=NOW, **SAID)
    with pytest.raises(DatabaseError), transaction.atomic():
        TalentProfile.objects.update(person=cast.ben)
