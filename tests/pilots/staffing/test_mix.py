"""A team's mix of disciplines, and who is suggested from outside the usual circle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from innovation.needs import actions as needs
from innovation.people import actions as people
from innovation.people.models import User
from innovation.talent import actions as talent
from innovation.talent.disciplines import Discipline
from pilots.lifecycle.models import Pathway, Pilot
from pilots.staffing import actions as staffing
from pilots.staffing import mix
from pilots.staffing.panels import mix_of_charter, mix_of_pilot
from pilots.staffing.wanted import WANTED
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody

pytestmark = pytest.mark.django_db


def says(person: User, discipline: str, *open_for: str) -> None:
    talent.show(by=person, at=NOW, discipline=discipline, open_for=open_for)


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    """Jonas's, about how work goes on a ward; nobody but him on the team."""
    pilot = make.open_pilot(cast, needs=[make.make_need(cast, by=cast.hugo, unit=cast.brigid)])
    pilot.pathway = Pathway.CLINICAL_WORKFLOW
    return pilot


def names(user: User, pilot: Pilot) -> list[str]:
    missing = mix.mix_of(user, pilot).missing
    return [one.person.name for one in mix.suggested(user, pilot, missing)]


def test_the_mix_is_what_people_say_and_the_rest_is_not_known(cast: Cast, pilot: Pilot) -> None:
    assert mix.mix_of(cast.jonas, pilot).not_said == 1
    assert len(mix.mix_of(cast.jonas, pilot).missing) == 4
    says(cast.jonas, "medicine")
    make.sit(pilot, cast.ana)
    pilot = Pilot.objects.get(pk=pilot.pk)
    pilot.pathway = Pathway.CLINICAL_WORKFLOW
    found = mix.mix_of(cast.jonas, pilot)
    assert (found.present, found.not_said) == ([(Discipline.MEDICINE, 1)], 1)
    assert [str(one.discipline) for one in found.missing] == [
        "nursing", "quality", "patient_partner",
    ]  # fmt: skip
    says(cast.ana, "nursing")
    assert mix.mix_of(cast.jonas, pilot).not_said == 0
    talent.hide(by=cast.ana, at=NOW)
    assert mix.mix_of(cast.jonas, pilot).present == [(Discipline.MEDICINE, 1)]
    assert set(WANTED) == set(Pathway.values)


def test_suggested_is_who_is_open_for_it_and_never_worked_with_the_lead(
    cast: Cast, pilot: Pilot
) -> None:
    assert names(cast.jonas, pilot) == []
    says(cast.ana, "nursing", "help")  # not open for a team
    says(cast.priya, "quality", "team")
    says(cast.ingrid, "pharmacy", "team")  # not missing; but of a unit that has the need
    says(cast.ben, "pharmacy", "team")  # neither
    assert names(cast.jonas, pilot) == ["Priya Raman", "Dr Ingrid Halloran"]
    says(cast.ana, "nursing", "team")
    assert names(cast.jonas, pilot) == ["Priya Raman", "Ana Ruiz", "Dr Ingrid Halloran"]
    people.deactivate(cast.priya, by=cast.ada, at=NOW)
    assert "Priya Raman" not in names(cast.jonas, pilot)
    # Whoever worked with Jonas before is of the usual circle.
    other = make.open_pilot(cast, title="Before")
    make.sit(other, cast.ana)
    assert "Ana Ruiz" not in names(cast.jonas, pilot)


def test_a_unit_that_has_the_need_is_named_and_never_who_said_so(cast: Cast) -> None:
    need = make.make_need(cast)
    ward = somebody("staff", at=cast.brigid)
    people.change_person(ward, by=cast.ada, at=NOW, unit=cast.four_west, name="Wim Ward")
    voice = somebody("staff", at=cast.brigid)
    people.change_person(voice, by=cast.ada, at=NOW, unit=cast.four_west, name="Vera Voice")
    needs.add_voice(need, by=User.objects.get(pk=voice.pk), at=NOW)
    pilot = make.open_pilot(cast, needs=[need])
    says(User.objects.get(pk=ward.pk), "pharmacy", "team")
    says(User.objects.get(pk=voice.pk), "pharmacy", "team")
    found = mix.suggested(cast.jonas, pilot, [])
    # Both of 4 West, and the same is said of both.
    assert [one.person.name for one in found] == ["Vera Voice", "Wim Ward"]
    assert found[0].because == found[1].because
    assert "Works in 4 West, which has the need, too." in found[0].because


def test_whoever_staffs_asks_with_one_press_and_others_see_the_mix_alone(
    cast: Cast, pilot: Pilot
) -> None:
    Pilot.objects.filter(pk=pilot.pk).update(pathway=Pathway.CLINICAL_WORKFLOW)
    says(cast.ana, "nursing", "team")
    lead, nurse = Client(), Client()
    lead.force_login(cast.jonas)
    nurse.force_login(cast.ben)
    charter = reverse("pilots:charter", args=[pilot.pk])
    page = lead.get(charter).content.decode()
    assert "From outside the usual circle" in page
    assert "Quality improvement" in page
    api = reverse("pilots:api-team-mix", args=[pilot.pk])
    (one,) = lead.get(api).json()["suggested"]
    assert (one["name"], len(one["because"])) == ("Ana Ruiz", 2)
    assert nurse.get(api).json()["suggested"] == []
    ask = f"/pilots/{pilot.pk}/team/?person={cast.ana.pk}"
    assert ask in page
    assert (
        "From outside the usual circle" not in nurse.get(pilot.get_absolute_url()).content.decode()
    )
    form = lead.get(
        reverse("pilots:team", args=[pilot.pk]), {"person": str(cast.ana.pk), "why": "So."}
    )
    assert form.context["form"]["person"].value() == str(cast.ana.pk)
    assert form.context["form"]["why"].value() == "So."
    # Asked, and so not suggested again.
    asked = staffing.ask(
        pilot, person=cast.ana, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), why="Nights.", by=cast.jonas, at=NOW,
    )  # fmt: skip
    assert ask not in lead.get(charter).content.decode()
    staffing.decline(asked, words="Not now.", by=cast.ana, at=NOW)
    assert ask not in lead.get(charter).content.decode()
    assert mix_of_pilot(cast.victor, pilot) is None
    pilot.went_live_on = make.TODAY
    assert mix_of_pilot(cast.jonas, pilot) is None
    pilot.status = "stopped"
    assert mix_of_charter(cast.jonas, pilot) is None
