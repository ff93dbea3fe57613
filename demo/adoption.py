"""Whose work the pilots of Lakeshore change, and how that was prepared.

Where a pilot says nothing here, its team says why nobody's work changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from innovation.rules import dates
from pilots.adoption import actions as adoption
from pilots.adoption.models import AffectedGroup, PdsaCycle, SupportStep, Wave

if TYPE_CHECKING:
    from demo.story import Story


@dataclass(frozen=True)
class GroupStory:
    """A group, how it was prepared, and what became of it."""

    name: str
    unit: str
    people: int
    changes: str
    named: int | None = None  # weeks ago; with the charter where None
    complexity: dict[str, str] = field(default_factory=dict)
    champion: str = ""  # said yes
    declined: tuple[str, str] | None = None  # who said no, and why
    trained: tuple[int, int] | None = None  # (weeks ago, how many of them were there)
    valid_months: int | None = None
    wave: str = ""
    less: tuple[str, int, str] | None = None  # (what stops, minutes a week, who decided it)
    taken_out: tuple[int, str] | None = None  # (weeks ago, why)


@dataclass(frozen=True)
class PrepareWaveStory:
    """Groups that begin together."""

    name: str
    planned: int  # weeks ago; less than nothing is to come
    live: int | None = None  # weeks ago
    share: int = 80
    dropped: tuple[int, str] | None = None  # (weeks ago, why)


@dataclass(frozen=True)
class CycleStory:
    """A PDSA cycle; without a result it still goes on."""

    begun: int  # weeks ago
    question: str
    prediction: str
    plan: str
    metric: str = ""
    done: str = ""
    result: str = ""
    decision: str = ""
    next_step: str = ""


@dataclass(frozen=True)
class TrainingStory:
    """What its groups are trained in, by whom, and from which colleague on those are counted who must be there."""

    trainer: str
    title: str
    material: str
    minutes: int
    first: int


@dataclass(frozen=True)
class AdoptionStory:
    groups: tuple[GroupStory, ...]
    training: TrainingStory
    waves: tuple[PrepareWaveStory, ...] = ()
    cycles: tuple[CycleStory, ...] = ()
    # (weeks ago, what, how, due so many weeks ago, who, how it went); not done yet where that is empty
    support: tuple[tuple[int, str, str, int, str, str], ...] = ()
    # (weeks ago, who asked, question, answer); not answered yet where that is empty
    questions: tuple[tuple[int, str, str, str], ...] = ()
    office_hours: tuple[tuple[int, str, str], ...] = ()  # (in so many days, where, who)


# The work goes on as before; the number behind it is another.
NOBODY = "It stands where the work is done today; nobody does anything more, less or otherwise."

STORIES = {
    "beds": AdoptionStory(
        training=TrainingStory(
            "noor",
            "Marking a bed clean",
            "Mark three beds with gloves on; then take one back that was not clean.",
            15,
            120,
        ),
        groups=(
            GroupStory(
                "Housekeeping on the medical wards",
                "medicine",
                14,
                "They mark a bed clean on the ward phone, with one button, and call nobody.",
                champion="ben",
                trained=(82, 13),
                wave="Medical wards",
                less=("Calling the bed office for each bed", 50, "grace"),
            ),
            GroupStory(
                "Flow nurses of the emergency department",
                "emergency",
                9,
                "They look at the board where they called five wards.",
                named=79,
                champion="chidi",
                trained=(77, 9),
                wave="Emergency department",
            ),
            GroupStory(
                "Housekeeping at night",
                "medicine",
                8,
                "One of them marks the beds of four wards, on a phone that goes along.",
                named=72,
                champion="grace",
                trained=(67, 7),
                wave="Nights",
            ),
            GroupStory(
                "Recovery room of theatres",
                "theatres",
                7,
                "They see where their next patient goes before they call.",
                named=54,
                champion="marta",
                trained=(52, 6),
                wave="Recovery room",
            ),
        ),
        waves=(
            PrepareWaveStory("Medical wards", 80, live=80),
            PrepareWaveStory("Emergency department", 76, live=76),
            PrepareWaveStory("Nights", 68, live=66),
            PrepareWaveStory("Recovery room", 51, live=51),
        ),
    ),
    "ambient": AdoptionStory(
        training=TrainingStory(
            "ana",
            "Reading and signing a draft",
            "Listen to a visit, read its draft aloud, cross out what nobody said.",
            60,
            0,
        ),
        groups=(
            GroupStory(
                "Clinicians of the first clinics",
                "primary_care",
                30,
                "The visit is drafted while they talk. They read the draft aloud and sign before the"
                " patient leaves.",
                complexity={
                    "condition": "simple",
                    "technology": "complicated",
                    "value": "simple",
                    "adopters": "complicated",
                    "organisation": "simple",
                    "system": "complicated",
                    "time": "complicated",
                },
                champion="ana",
                trained=(23, 25),
                wave="First clinics",
                less=("Typing the plan a second time for the letter", 40, "rosa"),
            ),
            GroupStory(
                "Clinicians of the other clinics",
                "primary_care",
                40,
                "As in the first clinics, with a card for patients in seven languages.",
                named=18,
                champion="marta",
                trained=(13, 35),
                wave="Other clinics",
            ),
            GroupStory(
                "Medical assistants",
                "primary_care",
                22,
                "They ask for consent when they room the patient, and switch the microphone on.",
                named=14,
                complexity={"adopters": "complex", "organisation": "complicated"},
                champion="ben",
                wave="Medical assistants",
            ),
            GroupStory(
                "Float pool physicians",
                "ambulatory",
                9,
                "They find the microphone in each clinic, and sign drafts there.",
                named=12,
                declined=("priya", "I am in the emergency department three days of four."),
                wave="Float pool",
                taken_out=(6, "They refused: no protected hour to learn it before spring."),
            ),
        ),
        waves=(
            PrepareWaveStory("First clinics", 22, live=22),
            PrepareWaveStory("Other clinics", 12, live=12),
            PrepareWaveStory("Medical assistants", 3),
            PrepareWaveStory(
                "Float pool", 5, dropped=(6, "They refused: nobody covers the hour of training.")
            ),
        ),
        cycles=(
            CycleStory(
                20,
                "Are mistakes found when the draft is read aloud?",
                "Two of three mistakes are found before the note is signed.",
                "Four clinicians read aloud for a week; Omar counts what was corrected later.",
                "notes",
                "Four clinicians, four days; one clinic was closed on Friday.",
                "Five of seven were found, and the visit took no longer.",
                "adopt",
                "Reading aloud is taught in every session.",
            ),
            CycleStory(
                9,
                "Does a card at the desk raise how many patients agree?",
                "From seven of ten to nine of ten.",
                "A card in three clinics, two weeks.",
                "",
                "Cards in three clinics for two weeks.",
                "Seven of ten, as before. Patients decide by who asks them.",
                "abandon",
            ),
            CycleStory(
                1,
                "Do assistants ask for consent if they have two sentences to say?",
                "Eight of ten visits are asked.",
                "Two assistants, one week, with a card.",
            ),
        ),
        support=(
            (
                20,
                "A word to every clinician",
                "Two minutes at the clinic meeting",
                18,
                "jonas",
                "Held.",
            ),
            (5, "Shown to the assistants", "Ten minutes at the morning huddle", 2, "ben", ""),
        ),
        questions=(
            (
                16,
                "ana",
                "Who hears the recording?",
                "Nobody. It is drafted and deleted before the patient leaves.",
            ),
            (1, "ben", "When are the assistants trained? We are asked to begin.", ""),
        ),
        office_hours=((3, "Staff room, Lakeshore clinic", "jonas"), (10, "By video", "ana")),
    ),
}


def tell(story: Story, key: str, opened: int) -> None:
    """Plan all that was prepared for a pilot, from its charter to today. The charter is written by then."""
    for group in STORIES[key].groups if key in STORIES else ():
        if group.named is not None:
            story.then(story.week(group.named, 9), partial(_name, story, key, group))
        if group.champion or group.declined:
            asked = (opened if group.named is None else group.named) - 1
            story.then(story.week(asked, 10), partial(_ask, story, key, group))
        if group.trained is not None:
            story.then(story.week(group.trained[0], 11), partial(_train, story, key, group))
        if group.taken_out is not None:
            weeks, why = group.taken_out
            story.then(story.week(weeks, 13), partial(_take_out, story, key, group.name, why))
    if key not in STORIES:
        return
    told = STORIES[key]
    for wave in told.waves:
        if wave.live is not None:
            begins = datetime.combine(story.monday(wave.live), time(9), story.week(0).tzinfo)
            story.then(begins, partial(_begin, story, key, wave))
        if wave.dropped is not None:
            weeks, why = wave.dropped
            story.then(story.week(weeks, 12), partial(_drop, story, key, wave.name, why))
    for cycle in told.cycles:
        story.then(story.week(cycle.begun, 9), partial(_try, story, key, cycle))
        if cycle.result:
            story.then(story.week(cycle.begun - 2, 9), partial(_close, story, key, cycle))
    for one in told.support:
        story.then(story.week(one[0], 12), partial(_help, story, key, one))
        if one[5]:
            story.then(story.week(one[3], 12), partial(_helped, story, key, one))
    for question in told.questions:
        story.then(story.week(question[0], 13), partial(_answer, story, key, question))
    if told.office_hours:
        story.then(story.day(2, 12), partial(_listen, story, key))


def with_the_charter(story: Story, key: str, at: datetime) -> None:
    """What the first gate asks: whose work changes, or why nobody's does."""
    if key not in STORIES:
        adoption.say_nobody(story.pilots[key], because=NOBODY, by=story.lead(key), at=at)
        return
    for group in STORIES[key].groups:
        if group.named is None:
            _name(story, key, group, at)


def _name(story: Story, key: str, told: GroupStory, at: datetime) -> None:
    pilot, lead = story.pilots[key], story.lead(key)
    group = adoption.name_group(
        pilot,
        name=told.name,
        people=told.people,
        unit=story.units[told.unit],
        changes=told.changes,
        complexity=told.complexity,
        by=lead,
        at=at,
    )
    for wave in STORIES[key].waves:
        if wave.name == told.wave:
            adoption.plan_wave(
                pilot,
                name=wave.name,
                first_day=story.monday(wave.planned),
                share=wave.share,
                groups=[group],
                reason="One after the other, so that each learns from the one before.",
                by=lead,
                at=at,
            )
    if told.less is not None:
        what, minutes, who = told.less
        adoption.say_less(
            group,
            what=what,
            minutes=minutes,
            from_on=dates.day_of(at),
            decided_by=story.people[who],
            by=lead,
            at=at,
        )


def _ask(story: Story, key: str, told: GroupStory, at: datetime) -> None:
    group, lead = _group(story, key, told.name), story.lead(key)
    if told.declined is not None:
        who, why = told.declined
        asked = adoption.ask_champion(
            group,
            person=story.people[who],
            hours=Decimal(1),
            why="You know every clinic.",
            by=lead,
            at=at,
        )
        adoption.decline_as_champion(asked, words=why, by=story.people[who], at=at)
    if told.champion:
        person = story.people[told.champion]
        asked = adoption.ask_champion(
            group,
            person=person,
            hours=Decimal(2),
            why="Colleagues ask you first.",
            by=lead,
            at=at,
        )
        adoption.agree_as_champion(asked, by=person, at=at)


def _train(story: Story, key: str, told: GroupStory, at: datetime) -> None:
    """Whoever teaches it works on the pilot: Amara, who leads the units above, names who must be there and
    says who was."""
    assert told.trained is not None
    group, lead, amara = _group(story, key, told.name), story.lead(key), story.people["amara"]
    training = STORIES[key].training
    first = training.first + 30 * [one.name for one in STORIES[key].groups].index(told.name)
    people = [story.colleagues[(first + n) % len(story.colleagues)] for n in range(told.people)]
    adoption.add_people(group, addresses=[one.email for one in people], by=amara, at=at)
    session = adoption.plan_training(
        group,
        title=training.title,
        material=training.material,
        minutes=training.minutes,
        held_on=dates.day_of(at),
        held_at=time(11),
        place="Seminar room",
        trainer=story.people[training.trainer],
        valid_months=told.valid_months,
        by=lead,
        at=at,
    )
    adoption.mark_attended(session, people=people[: told.trained[1]], by=amara, at=at)


def _take_out(story: Story, key: str, name: str, why: str, at: datetime) -> None:
    adoption.remove_group(_group(story, key, name), reason=why, by=story.lead(key), at=at)


def _begin(story: Story, key: str, told: PrepareWaveStory, at: datetime) -> None:
    assert told.live is not None
    wave = Wave.objects.get(pilot=story.pilots[key], name=told.name)
    adoption.wave_goes_live(
        wave,
        on=story.monday(told.live),
        reason="" if told.live == told.planned else "The trainer was ill.",
        by=story.lead(key),
        at=at,
    )


def _drop(story: Story, key: str, name: str, why: str, at: datetime) -> None:
    wave = Wave.objects.get(pilot=story.pilots[key], name=name)
    adoption.drop_wave(wave, reason=why, by=story.lead(key), at=at)


def _try(story: Story, key: str, told: CycleStory, at: datetime) -> None:
    adoption.plan_cycle(
        story.pilots[key],
        question=told.question,
        prediction=told.prediction,
        plan=told.plan,
        starts_on=dates.day_of(at),
        metric=story.metrics[key, told.metric] if told.metric else None,
        by=story.lead(key),
        at=at,
    )


def _close(story: Story, key: str, told: CycleStory, at: datetime) -> None:
    cycle = PdsaCycle.objects.get(pilot=story.pilots[key], question=told.question)
    adoption.say_cycle_done(cycle, done=told.done, by=story.lead(key), at=at)
    adoption.close_cycle(
        cycle,
        result=told.result,
        decision=told.decision,
        next_step=told.next_step,
        by=story.lead(key),
        at=at,
    )


def _help(story: Story, key: str, told: tuple[int, str, str, int, str, str], at: datetime) -> None:
    _weeks, what, how, due, who, _note = told
    adoption.plan_support(
        story.pilots[key],
        what=what,
        how=how,
        due_on=story.monday(due),
        owner=story.people[who],
        by=story.lead(key),
        at=at,
    )


def _helped(
    story: Story, key: str, told: tuple[int, str, str, int, str, str], at: datetime
) -> None:
    step = SupportStep.objects.get(pilot=story.pilots[key], what=told[1])
    adoption.end_support(step, end="done", note=told[5], by=story.people[told[4]], at=at)


def _answer(story: Story, key: str, told: tuple[int, str, str, str], at: datetime) -> None:
    _weeks, who, text, answer = told
    asked = adoption.ask_question(story.pilots[key], text=text, by=story.people[who], at=at)
    if answer:
        adoption.answer_question(
            asked, answer=answer, by=story.lead(key), at=at + timedelta(hours=1)
        )


def _listen(story: Story, key: str, at: datetime) -> None:
    for days, place, who in STORIES[key].office_hours:
        adoption.plan_office_hour(
            story.pilots[key],
            held_on=story.today + timedelta(days=days),
            begins_at=time(12),
            ends_at=time(13),
            place=place,
            host=story.people[who],
            by=story.lead(key),
            at=at,
        )


def _group(story: Story, key: str, name: str) -> AffectedGroup:
    return AffectedGroup.objects.get(pilot=story.pilots[key], name=name)
