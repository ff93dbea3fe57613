"""Who mentors whom at Lakeshore Health: three pilots with a mentor, one who said no, one who is asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from innovation.rules import dates
from pilots.mentoring import actions
from pilots.mentoring.actions import GivenStep
from pilots.mentoring.models import Mentorship, NextStep

if TYPE_CHECKING:
    from demo.story import Story

# (person, weeks ago, skills, in a line, room)
OFFERED = (
    (
        "ingrid",
        30,
        ("measurement", "research_methods", "improvement"),
        "I ran two trials and a dozen small tests of change, and made most mistakes once.",
        3,
    ),
    ("priya", 20, ("change", "clinical_safety"), "I know what a night shift puts up with.", 2),
    (
        "jonas",
        20,
        ("change", "patient_involvement"),
        "I led a pilot that was stopped, and one that grew.",
        1,
    ),
    ("grace", 20, ("change", "scaling", "procurement"), "I own what became of the bed board.", 2),
    ("mina", 16, ("data_ai", "information_governance"), "Ask me before you ask for an extract.", 2),
    ("yusuf", 9, ("patient_involvement", "change"), "", 1),
    ("sam", 9, ("budget",), "I read every budget; I can tell you beforehand what I will ask.", 1),
)
# (pilot, who asks, mentor, weeks ago, skills, what for, their answer: yes or the no's words)
ASKED = (
    (
        "ambient",
        "jonas",
        "ingrid",
        12,
        ("measurement",),
        "Two clinics read their numbers differently each week. Help us see what is change and what is chance.",
        "",
    ),
    (
        "letters",
        "noor",
        "priya",
        8,
        ("change",),
        "The night doctors go on writing by hand. You had the same in the emergency department.",
        "",
    ),
    (
        "interpreters",
        "yusuf",
        "ingrid",
        7,
        ("measurement",),
        "We count waits and do not know whether they are shorter.",
        "",
    ),
    (
        "claims",
        "lena",
        "grace",
        6,
        ("change",),
        "Coders feel watched.",
        "Gladly another time; the winter plan has me until February.",
    ),
)
# (pilot, weeks ago, who wrote it, spoken of, (what, who, days until))
MET = (
    (
        "ambient",
        11,
        "ingrid",
        "Both clinics, week by week. One counts visits by telephone and the other does not.",
        (("Count both ways for four weeks, then choose one.", "jonas", 28),),
    ),
    (
        "ambient",
        4,
        "jonas",
        "What would have to be true that we stop. Ingrid asked it three times until we had a number.",
        (
            ("Write the number into the case.", "jonas", 7),
            ("Read the case before it goes to Amara.", "ingrid", 10),
        ),
    ),
    (
        "letters",
        5,
        "priya",
        "Who wins and who loses by it on a night. The night doctors lose ten minutes they use to think.",
        (("Sit with a night team from ten until two.", "noor", 14),),
    ),
    (
        "interpreters",
        3,
        "yusuf",
        "What a wait is: from the call, or from the need. We take the call, and say so.",
        (("Write it into the definition of the metric.", "yusuf", 6),),
    ),
)
DONE = ("Count both ways for four weeks, then choose one.", "Write the number into the case.")


def plan(story: Story) -> None:
    """Offers, questions and answers, what they spoke of, and Noor's question of yesterday."""
    for person, weeks, skills, line, room in OFFERED:
        story.then(story.week(weeks, 12), partial(_offer, story, person, skills, line, room))
    for pilot, by, mentor, weeks, skills, why, no in ASKED:
        story.then(story.week(weeks, 9), partial(_ask, story, pilot, by, mentor, skills, why))
        story.then(
            story.week(weeks, 9) + timedelta(days=1), partial(_answer, story, pilot, mentor, no)
        )
    for pilot, weeks, by, spoken_of, steps in MET:
        story.then(story.week(weeks, 17), partial(_meet, story, pilot, by, spoken_of, steps))
    story.then(story.day(2, 17), partial(_finish, story))
    why = (
        "Rounding together changed how we talk. How do we show that without a form for everything?"
    )
    skills = ("research_methods",)
    story.then(story.day(1, 12), partial(_ask, story, "rounding", "noor", "ingrid", skills, why))


def _offer(
    story: Story, person: str, skills: tuple[str, ...], line: str, room: int, at: datetime
) -> None:
    actions.offer(skills=skills, room_for=room, line=line, by=story.people[person], at=at)


def _ask(
    story: Story, pilot: str, by: str, mentor: str, skills: tuple[str, ...], why: str, at: datetime
) -> None:
    actions.ask(
        story.pilots[pilot],
        person=story.people[mentor],
        skills=skills,
        why=why,
        by=story.people[by],
        at=at,
    )


def _answer(story: Story, pilot: str, mentor: str, no: str, at: datetime) -> None:
    person = story.people[mentor]
    asked = Mentorship.objects.asked().for_list().get(pilot=story.pilots[pilot], person=person)
    if no:
        actions.decline(asked, words=no, by=person, at=at)
    else:
        actions.accept(asked, by=person, at=at)


def _meet(
    story: Story,
    pilot: str,
    by: str,
    spoken_of: str,
    steps: tuple[tuple[str, str, int], ...],
    at: datetime,
) -> None:
    day: date = dates.day_of(at)
    found = Mentorship.objects.standing().for_list().get(pilot=story.pilots[pilot])
    actions.write_session(
        found,
        held_on=day,
        spoken_of=spoken_of,
        steps=[
            GivenStep(what, story.people[who], dates.days_after(day, days))
            for what, who, days in steps
        ],
        by=story.people[by],
        at=at,
    )


def _finish(story: Story, at: datetime) -> None:
    for step in NextStep.objects.open().for_list().filter(what__in=DONE):
        actions.finish(step, by=step.who, at=at)
