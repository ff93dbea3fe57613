"""Needs and ideas as people record them; each through the product's own verbs."""

from datetime import datetime
from typing import Any

from innovation.ideas import actions as ideas
from innovation.ideas.models import Idea
from innovation.needs import actions as needs
from innovation.needs.models import Need
from innovation.people.models import User
from tests.factories.cast import NOW
from tests.factories.remembered import remembered

VITALS: dict[str, Any] = {
    "problem": (
        "We type vital signs twice because the monitor does not talk to the record. "
        "It happens at every round."
    ),
    "population": "Every patient on telemetry, about 30 a day",
    "outcome": "Vital signs are in the record without typing",
    "setting": "ward",
    "frequency": "daily",
    "people_affected": 30,
    "minutes_lost": 4,
    "safety": "near_miss",
}


@remembered
def make_need(by: User, *, at: datetime = NOW, **changes: Any) -> Need:
    """A need of `by`, about vital signs typed twice unless `changes` say otherwise."""
    fields: dict[str, Any] = {"unit": by.unit, **VITALS, **changes}
    return needs.submit(by=by, at=at, **fields)


@remembered
def make_accepted_need(by: User, *, office: User, at: datetime = NOW, **changes: Any) -> Need:
    need = make_need(by, at=at, **changes)
    return needs.accept(need, by=office, at=at, reason="Three wards say the same.")


@remembered
def make_idea(by: User, need: Need, *, at: datetime = NOW, **changes: Any) -> Idea:
    fields: dict[str, Any] = {
        "title": "Let the monitor write to the record",
        "proposal": "Connect the bedside monitors through the integration engine.",
        "difference": "Nobody types a number that a machine already knows.",
        "unit": by.unit,
        **changes,
    }
    return ideas.propose(by=by, at=at, needs=[need], **fields)
