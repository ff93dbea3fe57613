"""What two pilots of Lakeshore Health give back, and what their people said of it.

The questions to patients and staff are invented here: instruments with a licence are entered by whoever
holds it. Few answer at first; where fewer than five did, nothing is shown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from pilots.surveys import actions as surveys
from pilots.surveys.actions.instruments import InstrumentWords
from pilots.surveys.models import Instrument
from pilots.time_returned import actions
from pilots.time_returned.actions import UseIntent
from pilots.time_returned.models import TouchKind

if TYPE_CHECKING:
    from demo.story import Story

# By the number of its weeks ago: how many answered, and how often each answer was given.
HOURS = {
    17: (22, (6, 7, 5, 3, 1), (2, 9, 0, 2, 1, 1, 7)),
    11: (31, (4, 6, 9, 8, 4), (5, 14, 1, 2, 1, 2, 6)),
    5: (36, (3, 5, 9, 12, 7), (7, 17, 1, 3, 2, 1, 5)),
}
LISTENED = {
    24: (2, 5, 12, 14, 7),
    17: (1, 4, 9, 18, 12),
    11: (1, 3, 8, 19, 17),
    5: (1, 2, 7, 21, 19),
}
STAY = {24: (4, 7, 9, 6, 2), 11: (2, 5, 9, 9, 4), 5: (1, 1, 1, 1, 0)}
INVENTED = "Invented for this demonstration."


def plan(story: Story) -> None:
    """The declarations, the instruments, and a round every six weeks."""
    story.then(story.week(39, 9), partial(declare_ambient, story))
    story.then(story.week(25, 9), partial(declare_claims, story))
    story.then(story.week(27, 9), partial(enter_instruments, story))
    for weeks, (n, felt, went) in HOURS.items():
        answers = [[one, other] for one, other in zip(_spread(felt), _spread(went), strict=True)]
        assert len(answers) == n
        _plan_round(story, weeks, "hours", "Primary care clinics", answers, asked=44)
    for weeks, counts in LISTENED.items():
        answers = [[one, 6 - one] for one in _spread(counts)]
        _plan_round(story, weeks, "demo-visit", "Patients of primary care", answers, asked=400)
    for weeks, counts in STAY.items():
        answers = [[one] for one in _spread(counts)]
        _plan_round(story, weeks, "demo-work", "Clinicians of primary care", answers, asked=44)


def declare_ambient(story: Story, at: datetime) -> None:
    """Getting home is what it was asked for; one of the uses has a number of its own."""
    actions.declare(
        _pilot(story, "ambient"),
        metric=story.metrics["ambient", "notes"],
        is_mean=True,
        uses=[
            UseIntent("home", 50, story.metrics["ambient", "evenings"]),
            UseIntent(
                "patients",
                40,
                no_measure="nobody times who sits with whom; the clinics said no to being watched.",
            ),
            UseIntent("rest", 10, no_measure="breaks are not recorded anywhere here."),
        ],
        by=story.lead("ambient"),
        at=at,
    )


def declare_claims(story: Story, at: datetime) -> None:
    actions.declare(
        _pilot(story, "claims"),
        metric=story.metrics["claims", "coding"],
        is_mean=True,
        uses=[
            UseIntent("capacity", 80, story.metrics["claims", "coding"]),
            UseIntent("improvement", 20, no_measure="what coders improve is told, not counted."),
        ],
        by=story.lead("claims"),
        at=at,
    )


def enter_instruments(story: Story, at: datetime) -> None:
    """Two short invented ones, and which of their questions stand on the page of the human touch."""
    common: dict[str, Any] = {
        "licence": INVENTED,
        "lowest": 1,
        "highest": 5,
        "low_label": "Not at all",
        "high_label": "Fully",
    }
    visit = InstrumentWords(
        name="After the visit (invented)",
        questions=["They listened to me today.", "I felt hurried."],
        reversed=frozenset({2}),
        **common,
    )
    work = InstrumentWords(
        name="Work here (invented)",
        questions=["I would still like to work here in a year."],
        **common,
    )
    ada = story.people["ada"]
    for key, words, kind in (
        ("demo-visit", visit, TouchKind.LISTENED),
        ("demo-work", work, TouchKind.STAY),
    ):
        made: Instrument = surveys.add_instrument(key=key, words=words, by=ada, at=at)
        actions.choose_question(kind, instrument=made, position=1, by=ada, at=at)


def _plan_round(
    story: Story, weeks: int, key: str, label: str, answers: list[list[int]], *, asked: int
) -> None:
    """Open for a week, answered in it, closed by its lead or by its day."""
    opened = story.week(weeks, 10)

    def ask(at: datetime) -> None:
        survey = surveys.open_round(
            _pilot(story, "ambient"),
            instrument_key=key,
            label=label,
            asked=asked,
            closes_on=(at + timedelta(days=6)).date(),
            by=story.lead("ambient"),
            at=at,
        )
        for n, values in enumerate(answers):
            surveys.answer(
                survey,
                dict(enumerate(values, start=1)),
                slip=f"{key}-{weeks}-{n}",
                at=at + timedelta(hours=1 + n % 100),
            )

    story.then(opened, ask)
    story.then(opened + timedelta(days=7), lambda at: surveys.close_due(at=at))


def _spread(counts: tuple[int, ...]) -> list[int]:
    """The answers that were given so often, the first being 1, in an order that says nothing."""
    answers = [value for value, n in enumerate(counts, start=1) for _one in range(n)]
    Random(len(answers)).shuffle(answers)
    return answers


def _pilot(story: Story, key: str) -> Any:
    story.pilots[key].refresh_from_db()
    return story.pilots[key]
