"""What the pilots of Lakeshore Health offer their people, what that did, and whom people thanked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from pilots.incentives import actions as incentives
from pilots.incentives import queries
from pilots.incentives.models import Incentive

if TYPE_CHECKING:
    from demo.story import Story


@dataclass(frozen=True)
class OfferStory:
    pilot: str
    planned: int  # weeks ago
    kind: str
    what: str
    for_whom: str
    begins: int  # weeks ago
    lasts: int  # weeks
    why_fits: str
    must_not: str
    career: str = ""
    metric: str | None = None
    despite: str = ""
    cost: int | None = None
    line: str = ""  # its category
    evaluated: int | None = None  # weeks ago
    outcome: str = "kept"
    did: str = ""


OFFERS = (
    OfferStory(
        "ambient", 36, "protected_time", "Two hours a week to learn it, off the clinic",
        "Clinicians of the first six clinics", 18, 26,
        "They said it in the first round: no time to try, so nobody tries. An hour that somebody else covers is"
        " worth more to them than any sum.",
        "Make the others see more patients: the pool covers it, and its hours are on the budget.",
        cost=48_000, line="training", evaluated=6,
        did="Of those who had the two hours most still use it; of those whose hours were lost, few do. The hours were"
        " kept in two weeks of three. In the same months the product was changed twice.",
    ),
    OfferStory(
        "ambient", 36, "career", "Nine hours that count as further training, and a line in the portfolio",
        "Champions", 18, 26,
        "Ana and the other champions teach what nobody taught them; that belongs into an appraisal.",
        "Make teaching a matter of certificates: nobody is asked for an examination.",
        career="cpd", evaluated=6, outcome="changed",
        did="Six of eight took the hours. The two on nights could not; from now on they are held at 07:30 as well.",
    ),
    OfferStory(
        "ambient", 9, "team_reward", "A breakfast for each clinic in which four of five use it",
        "Clinics of St Brigid and Harbor", 8, 12,
        "It is theirs together, and nobody is compared by name.",
        "Make anybody sign drafts unread to get there.",
        metric="active", cost=1_200, line="training",
        despite="A clinic whose notes are corrected more often than before gets none, whoever uses it.",
        evaluated=2, outcome="dropped",
        did="They ate it and liked it. Use had grown before and grew on alike; we see nothing that it did.",
    ),
    OfferStory(
        "letters", 17, "recognition", "The ward's letters are read out at the Friday round, with who wrote them",
        "Juniors of 4 West", 10, 20,
        "They asked to be told when a letter helped a family doctor. Nobody had told them in years.",
        "Shame whoever wrote late.", evaluated=3,
        did="They come to the round now. Whether it is the laptops or the round, I cannot tell.",
    ),
    OfferStory(
        "sepsis", 23, "career", "A place among the authors of what is published of it",
        "Whoever labelled cases", 9, 40,
        "Labelling is dull and decides everything; it usually ends in the acknowledgements.",
        "Make anybody label faster than they read.",
        career="authorship",
    ),
)  # fmt: skip

# (pilot, weeks ago, by, to, public, what for)
THANKS = (
    (
        "reminders", 18, "amara", ("jonas", "ana"), True,
        "You asked every patient who missed a visit why. We stopped buying calls because of it, and are looking at"
        " buses.",
    ),
    ("ambient", 14, "ana", ("ingrid",), True, "For the evening on which you sat with us until it worked."),
    ("ambient", 5, "jonas", ("omar", "ana"), True, "You found the wrong drafts before any patient did."),
    ("ambient", 4, "omar", ("jonas",), False, "For saying that it was your mistake, before everybody."),
    ("beds", 33, "frank", ("noor", "grace"), True, "Grace taught every shift herself, at night, too."),
)  # fmt: skip


def tell(story: Story) -> None:
    """Put it into the story, each at its moment."""
    for told in OFFERS:
        story.then(story.week(told.planned, 13), partial(_plan, story, told))
        if told.evaluated is not None:
            story.then(story.week(told.evaluated, 13), partial(_evaluate, story, told))
    for key, weeks, by, to, public, text in THANKS:
        step = partial(_thank, story, key, by, to, public, text)
        story.then(story.week(weeks, 17), step)
    story.then(story.day(20, 15), partial(_thank_author, story))
    story.then(story.day(12, 11), partial(_claim, story))


def _plan(story: Story, told: OfferStory, at: datetime) -> None:
    pilot = story.pilots[told.pilot]
    pilot.refresh_from_db()
    begins = story.monday(told.begins)
    line = queries.lines_of(pilot).filter(category=told.line).first() if told.line else None
    incentives.plan(
        pilot,
        kind=told.kind,
        career=told.career,
        what=told.what,
        for_whom=told.for_whom,
        starts_on=begins,
        ends_on=begins + timedelta(weeks=told.lasts),
        why_fits=told.why_fits,
        must_not=told.must_not,
        metric=None if told.metric is None else story.metrics[told.pilot, told.metric],
        despite=told.despite,
        cost=None if told.cost is None else Decimal(told.cost),
        line=line,
        by=story.lead(told.pilot),
        at=at,
    )


def _evaluate(story: Story, told: OfferStory, at: datetime) -> None:
    pilot = story.pilots[told.pilot]
    pilot.refresh_from_db()
    incentives.evaluate(
        Incentive.objects.for_list().get(pilot=pilot, what=told.what),
        outcome=told.outcome,
        words=told.did,
        by=story.lead(told.pilot),
        at=at,
    )


def _thank(
    story: Story, key: str, by: str, to: tuple[str, ...], public: bool, text: str, at: datetime
) -> None:
    pilot = story.pilots[key]
    pilot.refresh_from_db()
    people = [story.people[one] for one in to]
    incentives.thank(pilot, text=text, people=people, public=public, by=story.people[by], at=at)


def _thank_author(story: Story, at: datetime) -> None:
    """Somebody recorded it without a name, and is thanked without one."""
    need = story.needs["alarm_noise"]
    need.refresh_from_db()
    text = "You wrote down what all of us had stopped hearing."
    incentives.thank(need, text=text, authors=[need], public=True, by=story.people["maya"], at=at)


def _claim(story: Story, at: datetime) -> None:
    """One part that the record does not know is confirmed, one waits for its answer."""
    pilot = story.pilots["ambient"]
    pilot.refresh_from_db()
    words = "Wrote the list of words that it kept getting wrong"
    one = incentives.claim(pilot, what=words, by=story.people["omar"], at=at)
    incentives.answer_claim(one, confirm=True, by=story.lead("ambient"), at=at + timedelta(hours=3))
    nights = "Went round the night shift with the first version"
    incentives.claim(pilot, what=nights, by=story.people["ana"], at=at + timedelta(hours=4))
