"""The pages and the API of mentors: each step as somebody takes it, and nothing typed is lost."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.people.models import User
from innovation.rules import dates
from pilots.lifecycle.models import Pilot
from pilots.mentoring.models import Mentor, MentoringSession, Mentorship, NextStep
from tests.factories import mentoring as make_mentoring
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
JSON = "application/json"


def at(name: str, *args: int) -> str:
    return reverse(f"pilots:{name}", args=args)


def signed_in(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def shown(browser: Client, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_becoming_a_mentor_pausing_and_leaving_on_ones_own_page(cast: Cast) -> None:
    browser = signed_in(cast.ana)
    assert "Become a mentor" in shown(browser, at("mentor-list"))
    assert "You are not in the register" in shown(browser, at("mentor-mine"))
    assert "You are not in the register" in shown(browser, reverse("innovation:profile"))
    wrong = browser.post(at("mentor-offer"), {"line": "I taught the ward.", "room_for": "1"})
    assert wrong.status_code == 400 and "I taught the ward." in wrong.content.decode()
    said = {"skills": ["change"], "line": "I taught the ward.", "room_for": "1"}
    assert browser.post(at("mentor-offer"), said).status_code == 302
    mentor = Mentor.objects.get(person=cast.ana)
    mine = shown(browser, at("mentor-mine"))
    assert "You mentor 0 of 1" in mine and "I taught the ward." in mine
    for page in (at("mentor-list"), at("mentor", mentor.pk), at("mentor-list") + "?skill=change"):
        assert "Ana Ruiz" in shown(signed_in(cast.jonas), page)
    assert "Ana Ruiz" not in shown(signed_in(cast.jonas), at("mentor-list") + "?skill=budget")
    person = reverse("innovation:person-detail", args=[cast.ana.pk])
    assert "Mentors 0 of 1" in shown(signed_in(cast.ada), person)
    assert browser.post(at("mentor-pause")).status_code == 302
    assert "Be asked again" in shown(browser, at("mentor-mine"))
    assert browser.post(at("mentor-go-on")).status_code == 302
    assert browser.post(at("mentor-withdraw")).status_code == 302
    assert "Ana Ruiz" not in shown(signed_in(cast.jonas), at("mentor-list"))


def test_a_lead_asks_the_one_who_fits_and_hears_yes(cast: Cast, pilot: Pilot) -> None:
    make_mentoring.offer(cast.ingrid, "measurement")
    make_mentoring.offer(cast.ana, "change")
    lead = signed_in(cast.jonas)
    assert "Ask a mentor" in shown(lead, pilot.get_absolute_url())
    url = at("mentor-ask", pilot.pk) + "?skills=change"
    page = shown(lead, url)
    assert page.index("Ana Ruiz") < page.index("Dr Ingrid Halloran")
    assert "Because: helps with what is asked for (Change and adoption)" in page
    nobody = lead.post(url, {"why": "The ward is tired."})
    assert nobody.status_code == 400 and "The ward is tired." in nobody.content.decode()
    assert lead.post(url, {"person": cast.ana.pk, "why": "The ward is tired."}).status_code == 302
    asked = Mentorship.objects.get()
    assert (asked.skills, asked.person) == (["change"], cast.ana)
    assert "Is asked" in shown(lead, pilot.get_absolute_url())
    for stranger in (cast.amara, cast.ben):
        assert "Is asked" not in shown(signed_in(stranger), pilot.get_absolute_url())
    mentor = signed_in(cast.ana)
    page = shown(mentor, asked.get_absolute_url())
    assert "The ward is tired." in page and pilot.summary in page
    assert mentor.post(at("mentorship-answer", asked.pk), {}).status_code == 400
    said = {"answer": "yes", "words": ""}
    assert mentor.post(at("mentorship-answer", asked.pk), said).status_code == 302
    for reader in (cast.amara, cast.ben, cast.jonas):
        assert "Mentors it since" in shown(signed_in(reader), pilot.get_absolute_url())
    assert pilot.title in shown(mentor, at("mentor-mine"))
    assert lead.post(at("mentorship-end", asked.pk), {"words": "Thank you."}).status_code == 302
    assert "Thank you." in shown(mentor, asked.get_absolute_url())


def test_what_they_spoke_of_is_written_with_next_steps_and_one_is_done(
    cast: Cast, pilot: Pilot
) -> None:
    mentorship = make_mentoring.mentored(pilot, cast.ingrid)
    mentor = signed_in(cast.ingrid)
    url = at("mentoring-session", mentorship.pk)
    day = dates.today()
    said: dict[str, Any] = {
        "held_on": str(day), "spoken_of": "The baseline is too short.", "what_1": "Pull twenty weeks more.",
        "who_1": cast.jonas.pk,
    }  # fmt: skip
    half = mentor.post(url, said)
    assert half.status_code == 400 and "somebody and a day" in half.content.decode()
    said["due_1"] = str(day + timedelta(days=7))
    assert mentor.post(url, said).status_code == 302
    step = NextStep.objects.get()
    assert (step.who, MentoringSession.objects.get().by) == (cast.jonas, cast.ingrid)
    lead = signed_in(cast.jonas)
    assert "Pull twenty weeks more." in shown(lead, at("mentor-mine"))
    assert lead.post(at("mentoring-step-done", step.pk)).status_code == 302
    assert "Done" in shown(lead, mentorship.get_absolute_url())
    named = {**said, "spoken_of": "We spoke of Mrs Margaret Thornton, MRN 4471902."}
    assert mentor.post(url, named).status_code == 400
    office = shown(signed_in(cast.maya), mentorship.get_absolute_url())
    assert "the team alone" in office and "baseline" not in office


def test_all_of_it_over_the_api(cast: Cast, pilot: Pilot) -> None:
    mentor, lead = signed_in(cast.ingrid), signed_in(cast.jonas)
    offered = mentor.put(
        at("api-mentor-mine"), {"skills": ["scaling"], "room_for": 1}, content_type=JSON
    )
    assert (offered.status_code, offered.json()["mentors"]) == (200, 0)
    assert [one["id"] for one in lead.get(at("api-mentors")).json()["results"]] == [
        offered.json()["id"]
    ]
    (match,) = lead.get(at("api-mentor-matches", pilot.pk) + "?skills=scaling").json()
    assert match["because"] == [
        "helps with what is asked for (Scaling)",
        "has room for 1 more pilot",
    ]
    given = {"person": cast.ingrid.pk, "skills": ["scaling"], "why": "We grow."}
    asked = lead.post(at("api-mentorships", pilot.pk), given, content_type=JSON)
    assert asked.status_code == 201
    pk = asked.json()["id"]
    unknown = {**given, "person": cast.ben.pk}
    assert lead.post(at("api-mentorships", pilot.pk), unknown, content_type=JSON).status_code == 400
    said = mentor.post(at("api-mentorship-answer", pk), {"agrees": True}, content_type=JSON)
    assert said.json()["answer"] == "accepted"
    day = dates.today()
    session = {
        "held_on": str(day), "spoken_of": "Who pays next year.",
        "steps": [{"what": "Ask finance.", "who": cast.jonas.pk, "due_on": str(day)}],
    }  # fmt: skip
    made = lead.post(at("api-mentoring-sessions", pk), session, content_type=JSON)
    assert made.status_code == 201
    step = made.json()["steps"][0]["id"]
    assert mentor.post(at("api-mentoring-step-done", step)).json()["done_at"]
    assert signed_in(cast.maya).get(at("api-mentoring-sessions", pk)).status_code == 403
    assert signed_in(cast.amara).get(at("api-mentoring-sessions", pk)).status_code == 404
    assert signed_in(cast.amara).get(at("api-mentorships", pilot.pk)).json()["results"] == []
    assert mentor.post(at("api-mentor-pause")).json()["paused_at"]
    assert mentor.post(at("api-mentorship-end", pk), {}, content_type=JSON).json()["ended_at"]
    assert mentor.delete(at("api-mentor-mine")).status_code == 204


def test_a_long_register_comes_in_pages(cast: Cast) -> None:
    people = User.objects.bulk_create(
        User(email=f"m{n}@lakeshore.example", name=f"Mentor {n:02}", unit=cast.brigid)
        for n in range(60)
    )
    Mentor.objects.bulk_create(
        Mentor(person=one, skills=["change"], room_for=1, offered_at=NOW) for one in people
    )
    lead = signed_in(cast.jonas)
    first = shown(lead, at("mentor-list") + "?skill=change")
    assert "Mentor 49" in first and "Mentor 50" not in first
    (onwards,) = re.findall(r'href="([^"]*after=[^"]*)"', first)
    second = shown(lead, at("mentor-list") + html.unescape(onwards).removeprefix(at("mentor-list")))
    assert "Mentor 50" in second and "Mentor 59" in second and "Mentor 49" not in second
