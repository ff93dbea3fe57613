"""What a pilot asks of five people and gives them: a nurse, her manager, a champion, a mentor and an executive, each
from the asking to what they read in the end. The suite walks each on one device, the long rows on both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from innovation.people.models import RoleGrant, User
from innovation.rules import dates
from pilots.adoption import actions as adoption
from pilots.adoption.actions import pulses
from pilots.adoption.models import AffectedGroup, Champion, GroupMember, GroupPulse
from pilots.adoption.panels import waiting
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.mentoring.models import Mentorship
from pilots.protected_time import actions as meter
from pilots.protected_time import weeks
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
from pilots.surveys import queries as answers
from pilots.time_returned import actions as hours_given_back
from tests.factories import adoption as make_adoption
from tests.factories import hours, incentives
from tests.factories import learning as make_learning
from tests.factories import mentoring as make_mentoring
from tests.factories import pilots as make
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, Cast
from tests.journeys.visitor import DEVICES, Live, Visitor
from tests.probes import one_of

ON_A_PHONE = pytest.mark.parametrize("device", one_of("phone", "desktop"))
AT_A_DESK = pytest.mark.parametrize("device", one_of("phone", "desktop", taken=1))
TITLE, OTHER = "Ambient notes on 4 West", "Letters signed on the round"
THANKS = "You found the wrong drafts before any patient did."
SPOKEN = "The clinics count telephone visits differently."


@ON_A_PHONE
def test_a_nurse_is_asked_says_how_it_goes_and_is_thanked(
    device: str, cast: Cast, live: Live
) -> None:
    pilot = make.open_pilot(cast, title=TITLE, at=timezone.now())
    given_her_time_is_asked(cast, pilot)
    other = kept.begun(make.open_pilot(cast, title=OTHER, at=timezone.now()))
    last = weeks.monday_of(dates.today()) - weeks.WEEK
    kept.promised(other, cast.ana, starts_on=last, ends_on=last + timedelta(days=6), percent=10)
    pulse = given_a_pulse_of_her_group(cast, other)
    people = [cast.ana]
    incentives.thank(cast, other, by=cast.jonas, people=people, text=THANKS, at=timezone.now())

    ana = live(cast.ana, device=device)
    ana.open("/")
    ana.sees(TITLE, "20 % of full time (8 hours a week)", "Did you have the 10 % of your time")
    ana.look()
    answer(ana, "Your time")
    ana.press("Yes, I give this time")
    assert (ana.clicks, ana.fields) == (2, 0)
    ana.sees("you are on the team once it agrees")
    ana.clicks = 0
    ana.open("/")
    ana.press("Got it")
    ana.sees("It is written down.")
    assert ana.clicks == 1
    answer(ana, "Questions to your group")
    ana.sees("Your name is used so that you answer once.")
    for question in range(1, 6):
        ana.page.locator(f"[name=q{question}][value='4']").click()
    ana.press("Send")
    ana.sees("Thank you")
    assert ana.clicks == 8 and answers.answered(pulse.round) == 1
    ana.open(reverse("pilots:my-time"))
    ana.sees("You had 100% of what was promised", OTHER, "Waits for 4 West")
    ana.look()
    ana.open(reverse("pilots:my-contributions"))
    ana.sees(THANKS, "Jonas Park", "Worked on it")
    # A thanks is what the page begins with: on a phone it needs no scrolling.
    box = ana.page.get_by_text(THANKS).bounding_box()
    assert box is not None and box["y"] + box["height"] < DEVICES[device]["viewport"]["height"]
    ana.look()


@AT_A_DESK
def test_her_manager_answers_for_the_unit_and_reads_what_it_gives(
    device: str, cast: Cast, live: Live
) -> None:
    RoleGrant.objects.create(person=cast.ben, unit=cast.medicine, role="unit_lead", granted_at=NOW)
    pilot = kept.begun(make.open_pilot(cast, title=TITLE, at=timezone.now()))
    asked = given_her_time_is_asked(cast, pilot)
    staffing.agree(asked, by=cast.ana, at=timezone.now())
    period = weeks.last_closed_period(dates.today())
    kept.all_said(pilot, kept.crowd(cast.four_west, 6), period=period, kept="lost", why="no_cover")
    meter.publish_due(at=timezone.now())
    nurses = make_adoption.name_group(cast, pilot, at=timezone.now())
    session = make_adoption.plan_training(
        cast, nurses, held_on=dates.today() - timedelta(days=1), at=timezone.now()
    )

    ben = live(cast.ben, device=device, scheme="dark")
    ben.open("/")
    ben.sees(TITLE, "Ana Ruiz would give it 20 % of full time")
    ben.look()
    answer(ben, "Time of your unit")
    ben.press("Yes, we can spare it")
    assert ben.clicks == 2
    ben.sees("They are on the team.")
    ben.open(reverse("pilots:promised"))
    ben.sees("Ana Ruiz", "Promised time that was kept", "as 6 of 6 people said", "Nobody covered")
    assert ben.page.get_by_role("row", name="Ana Ruiz").get_by_text("20", exact=True).count() > 5
    ben.look()

    ben.open(nurses.get_absolute_url())
    ben.press("Who must be there")
    ben.page.get_by_label("Addresses").fill(f"{cast.ana.email}\n{cast.priya.email}")
    ben.press("Add them")
    ben.sees("2 of 2 people are still to be trained.")
    ben.look()
    ben.open(session.get_absolute_url())
    ben.press("Say who was there")
    ben.page.get_by_label("Ana Ruiz").check()
    ben.press("They were there")
    ben.open(reverse("pilots:group-people", args=[nurses.pk]))
    ben.sees("1 of 2 people are still to be trained.")
    named = ben.page.locator(".cell-title").all_inner_texts()
    assert named == ["Priya Raman", "Ana Ruiz"]
    ben.look()


@ON_A_PHONE
def test_a_champion_says_yes_asks_and_sees_how_her_group_is_helped(
    device: str, cast: Cast, live: Live
) -> None:
    pilot = make.open_pilot(cast, title=TITLE, at=timezone.now())
    nurses = make_adoption.name_group(cast, pilot)
    make_adoption.plan_support(cast, pilot, owner=cast.jonas)
    make_adoption.ask_champion(cast, nurses)
    noon = dates.today() + timedelta(days=3)
    make_adoption.plan_office_hour(cast, pilot, held_on=noon, at=timezone.now())

    ana = live(cast.ana, device=device)
    ana.open("/")
    ana.sees("Jonas Park asks whether you help Night nurses, 2 hours a week.")
    answer(ana, "Champion")
    ana.sees("A champion tries it first")
    ana.look()
    ana.press("Yes, I help")
    assert (ana.clicks, ana.fields) == (2, 0)
    ana.sees("Ana Ruiz helps with the change, 2 hours a week.")
    assert Champion.objects.standing().get().person == cast.ana
    assert not any(one.kind == "Champion" for one in waiting(cast.ana))
    plan = reverse("pilots:adoption", args=[pilot.pk])
    ana.open(plan)
    ana.sees("Shown on each shift", "Ten minutes at handover", "12:00–13:00", "Staff room")
    ana.page.get_by_role("link", name="Ask about the change").click()
    ana.fill("What would you like to know?", "Who hears the recording?")
    ana.look()
    ana.press("Ask it")
    ana.sees("Asked. Who leads the pilot has been told.", "Waits for an answer")
    asked = pilot.change_questions.get()
    said = "Nobody. It is drafted and deleted."
    adoption.answer_question(asked, answer=said, by=cast.jonas, at=timezone.now())
    ana.open(plan)
    ana.sees("Who hears the recording?", said)
    ana.sees_not("Waits for an answer")
    ana.look()


@ON_A_PHONE
def test_a_mentor_is_asked_says_yes_writes_down_and_hears_of_trouble(
    device: str, cast: Cast, live: Live
) -> None:
    pilot = kept.begun(make.open_pilot(cast, title=TITLE, at=timezone.now()))
    make_mentoring.offer(cast.ingrid, "measurement")
    make_mentoring.offer(cast.ana, "change")
    jonas = live(cast.jonas)
    jonas.open(pilot.get_absolute_url())
    jonas.page.get_by_role("link", name="Ask a mentor").click()
    jonas.page.get_by_label("Measurement and statistics").check()
    jonas.press("Show who fits")
    jonas.sees("Because: helps with what is asked for (Measurement and statistics)")
    jonas.look()
    jonas.page.get_by_role("radio").first.check()
    jonas.page.get_by_label("What for").fill("Our numbers swing.")
    jonas.press("Ask")
    jonas.sees("Dr Ingrid Halloran is asked, and told.")

    ingrid = live(cast.ingrid, device=device, scheme="dark")
    ingrid.open("/")
    ingrid.sees(TITLE, "Our numbers swing.")
    answer(ingrid, "Mentor")
    ingrid.look()
    ingrid.press("Yes, I mentor it")
    assert ingrid.clicks == 2
    ingrid.sees("You mentor it.")
    ingrid.page.get_by_role("link", name="Write down what you spoke of").click()
    ingrid.page.get_by_label("What you spoke of").fill(SPOKEN)
    ingrid.look()
    ingrid.press("Keep it")
    ingrid.sees(SPOKEN)
    mentorship = Mentorship.objects.get()
    maya = live(cast.maya)
    maya.open(mentorship.get_absolute_url())
    maya.sees("read by Dr Ingrid Halloran and the team alone")
    assert SPOKEN not in maya.page.content()
    lifecycle.write_log(
        pilot,
        by=cast.jonas,
        at=timezone.now(),
        status="blocked",
        blockers="Nobody gives us the export.",
        owner=cast.jonas,
        due_on=dates.today() + timedelta(days=9),
    )
    ingrid.open("/inbox/")
    ingrid.sees(f"“{TITLE}” is blocked; Jonas Park clears it by")
    ingrid.open(reverse("pilots:mentor-mine"))
    ingrid.sees("You mentor 1 of 2 pilots that you have room for.", TITLE)
    ingrid.look()


@ON_A_PHONE
def test_an_executive_reads_the_hours_and_thanks_for_an_honoured_stop(
    device: str, cast: Cast, live: Live
) -> None:
    running = make.open_pilot(cast, title=TITLE)
    fund = make.make_fund(cast, name="Next year's fund")
    hours.run_with_cases(cast, running, fund, since_live=8, minutes=11, cases=120)
    hours_given_back.make_up(at=NOW)
    stopped = make.open_pilot(cast, title=OTHER)
    card = make_learning.learn(cast, make_learning.stop_by_rule(cast, stopped))

    amara = live(cast.amara, device=device)
    amara.open(reverse("pilots:time-account"))
    amara.sees("By 1 pilot, as measured", "hours were given back", "Absorbed or unknown", TITLE)
    amara.look()
    amara.press("Is the human touch an edge?")
    amara.sees("What is not known", "Not measured")
    amara.look()
    amara.open(reverse("pilots:learning-list"))
    amara.page.get_by_role("link", name=OTHER, exact=True).click()
    amara.sees("An honoured stop", "Nobody has thanked them yet.", card.next_team)
    amara.look()
    amara.page.get_by_role("link", name="Thank the team").click()
    amara.page.get_by_label("What for").fill(THANKS)
    amara.page.get_by_label("Jonas Park").check()
    amara.look()
    amara.press("Say thanks")
    amara.sees("Said. They are told.")
    amara.open(card.get_absolute_url())
    amara.sees("An honoured stop", "Thanks to its team", THANKS, "Dr Amara Osei to Jonas Park")
    amara.sees_not("Nobody has thanked them yet.")
    amara.look()


def answer(visitor: Visitor, kind: str) -> None:
    """Press the button of what waits, of this kind."""
    waits = visitor.page.locator("article.decision")
    waits = waits.filter(has=visitor.page.get_by_text(kind, exact=True))
    waits.get_by_role("link", name="Answer", exact=True).click()


def given_her_time_is_asked(cast: Cast, pilot: Pilot) -> TimeRequest:
    """More than she gives by herself, so that her unit is asked after her."""
    return staffing.ask(
        pilot,
        person=cast.ana,
        role="member",
        percent=20,
        starts_on=dates.today(),
        ends_on=dates.today() + timedelta(weeks=12),
        why="You know the ward.",
        by=cast.jonas,
        at=timezone.now(),
    )


def given_a_pulse_of_her_group(cast: Cast, pilot: Pilot) -> GroupPulse:
    """Five are named, so it asks each by name on their home."""
    nurses = make_adoption.name_group(cast, pilot, people=5, at=timezone.now())
    make_adoption.people_of(cast, nurses, 4)
    given_she_is_of(nurses, cast.ana, by=cast.amara)
    [pulse] = pulses.open_pulses(
        pilot,
        groups=[nurses],
        by=cast.jonas,
        at=timezone.now(),
        closes_on=dates.today() + timedelta(days=13),
    )
    return pulse


def given_she_is_of(group: AffectedGroup, person: User, *, by: User) -> None:
    GroupMember.objects.create(group=group, person=person, added_by=by, added_at=timezone.now())
