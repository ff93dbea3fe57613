"""Hazards to begin with, by what a pilot does. Each is a start: whoever writes the log makes it their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class KnownHazard:
    key: str
    title: str | Promise
    cause: str | Promise
    effect: str | Promise
    severity: int
    likelihood: int


@dataclass(frozen=True)
class HazardGroup:
    label: str | Promise
    hazards: tuple[KnownHazard, ...]


CATALOGUE = (
    HazardGroup(
        _("Documentation"),
        (
            KnownHazard(
                "note-says-what-was-not-said",
                _("The draft holds something that was not said or done"),
                _("The software fills in what usually comes next; the draft is signed unread."),
                _("The next clinician treats by a finding that nobody made."),
                4,
                3,
            ),
            KnownHazard(
                "note-leaves-out",
                _("The draft leaves out what matters"),
                _(
                    "Noise, an accent, two people who speak at once, or an aside that was the point."
                ),
                _("An allergy or a warning sign is missing when it is needed."),
                4,
                3,
            ),
            KnownHazard(
                "note-wrong-record",
                _("The draft lands in the wrong record"),
                _("The next visit began before the former one was closed."),
                _("Two people are treated by each other's history."),
                5,
                1,
            ),
        ),
    ),
    HazardGroup(
        _("Coding and claims"),
        (
            KnownHazard(
                "code-becomes-history",
                _("A wrong code becomes part of the history"),
                _("A suggested code is taken over, and shown later as a diagnosis."),
                _("Somebody is treated for a disease they do not have."),
                3,
                2,
            ),
            KnownHazard(
                "care-refused-by-code",
                _("Care is put off because a claim was refused"),
                _("A passage that supports the code was not found."),
                _("A treatment begins later than it should."),
                3,
                2,
            ),
        ),
    ),
    HazardGroup(
        _("Scheduling"),
        (
            KnownHazard(
                "urgent-put-late",
                _("Somebody urgent is given a late appointment"),
                _("The list is sorted by who is likely to come, not by who needs to."),
                _("A disease goes on while they wait."),
                4,
                2,
            ),
            KnownHazard(
                "some-are-put-last",
                _("Some groups are always put last"),
                _("Who missed visits before, for want of a bus, counts as unlikely to come."),
                _("Those with the least means wait longest."),
                3,
                3,
            ),
            KnownHazard(
                "two-in-one-slot",
                _("Two people are booked into one visit"),
                _("The forecast said that one of them would not come."),
                _("A visit is cut short and something is overlooked."),
                2,
                3,
            ),
        ),
    ),
    HazardGroup(
        _("Inbox drafting"),
        (
            KnownHazard(
                "answer-soothes",
                _("An answer soothes where it should call in"),
                _("The draft sounds right, and the warning sign stood in the second sentence."),
                _("Somebody stays at home who should be seen today."),
                5,
                2,
            ),
            KnownHazard(
                "answer-advises-wrongly",
                _("An answer names a wrong dose or drug"),
                _("The draft takes it from an old list, or from nowhere."),
                _("A patient takes the wrong thing because their clinic wrote so."),
                4,
                2,
            ),
            KnownHazard(
                "sent-unread",
                _("Drafts are sent unread"),
                _("There are many, and most are good."),
                _("What is wrong in one of them reaches a patient."),
                4,
                3,
            ),
        ),
    ),
    HazardGroup(
        _("Decision support"),
        (
            KnownHazard(
                "missed-case",
                _("It does not warn of somebody who needs it"),
                _("They are unlike those it learned from, or their values came late."),
                _("Treatment begins late because people waited for the warning."),
                5,
                3,
            ),
            KnownHazard(
                "alarm-fatigue",
                _("It warns so often that nobody looks"),
                _("Most warnings are of nothing."),
                _("The one that mattered is clicked away."),
                4,
                4,
            ),
            KnownHazard(
                "worse-for-some",
                _("It is wrong more often for some groups"),
                _("There were few of them among those it learned from."),
                _("They are treated later, or for nothing, more often than others."),
                4,
                3,
            ),
            KnownHazard(
                "drift",
                _("It was right once and is not any more"),
                _("Patients, tests or ways of charting changed since it was made."),
                _("People go on trusting it."),
                4,
                3,
            ),
            KnownHazard(
                "away",
                _("It is away and nobody notices"),
                _("A line is down, or an update stopped it."),
                _("Silence is read as “all is well”."),
                4,
                2,
            ),
        ),
    ),
)
KNOWN = {one.key: one for group in CATALOGUE for one in group.hazards}
