"""What a team's people come from, what is missing for its kind of work, and who from outside the usual circle
could be asked: of people who switched their profile on alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from innovation.needs import queries as needs
from innovation.needs.models import Need, Voice
from innovation.people.models import User
from innovation.talent.disciplines import Discipline, OpenFor
from innovation.talent.models import TalentProfile
from pilots.lifecycle.models import FormerMember, Pilot, TeamMember
from pilots.staffing.models import TimeRequest
from pilots.staffing.queries import candidates
from pilots.staffing.wanted import WANTED, WantedDiscipline

_SUGGESTED = 5


@dataclass(frozen=True)
class Suggested:
    """Somebody who could be asked for time, and why."""

    profile: TalentProfile
    lacks: WantedDiscipline | None  # what they would bring
    shares_need: bool  # their unit has it, too
    other_unit: bool  # than the lead's
    lead: str

    @property
    def person(self) -> User:
        return self.profile.person

    @property
    def discipline(self) -> str:
        return str(Discipline(self.profile.discipline).label)

    @cached_property
    def because(self) -> list[str]:
        found = []
        if self.lacks is not None:
            found.append(
                _("Comes from “%(what)s”, which nobody on the team says: %(why)s.")
                % {"what": self.discipline, "why": self.lacks.why}
            )
        if self.shares_need:
            found.append(
                _("Works in %(unit)s, which has the need, too.") % {"unit": self.person.unit}
            )
        found.append(
            _("Is of another unit than %(lead)s, and they have not worked on a pilot together.")
            % {"lead": self.lead}
            if self.other_unit
            else _("Has not worked on a pilot with %(lead)s.") % {"lead": self.lead}
        )
        return found

    @property
    def why(self) -> str:
        """The same to themselves, as it is filled in where they are asked."""
        found = []
        if self.lacks is not None:
            found.append(_("The team lacks somebody from “%(what)s”.") % {"what": self.discipline})
        if self.shares_need:
            found.append(_("Your unit has the need, too."))
        return " ".join(found)


@dataclass(frozen=True)
class TeamMix:
    present: list[tuple[Discipline, int]]  # and how many
    not_said: int  # have no profile that one may read
    missing: list[WantedDiscipline]


def mix_of(user: User, pilot: Pilot) -> TeamMix:
    """Of the team as it is now, by what its people say of themselves. One statement beside the team."""
    people = team_of(pilot)
    said = list(
        TalentProfile.objects.visible_to(user)
        .filter(person__in=people)
        .values_list("discipline", flat=True)
    )
    counted = Counter(said)
    return TeamMix(
        present=[(one, counted[one]) for one in Discipline if counted[one]],
        not_said=len(people) - len(said),
        missing=[one for one in WANTED.get(pilot.pathway, ()) if one.discipline not in counted],
    )


def team_of(pilot: Pilot) -> set[int]:
    return {pilot.lead_id, *(member.person_id for member in pilot.team.all())}


def suggested(user: User, pilot: Pilot, missing: Collection[WantedDiscipline]) -> list[Suggested]:
    """People who are open for a team, whom this user may ask and nobody asked yet for this pilot, and who never
    worked on one with its lead: those who bring what is missing and whose unit has the need first, then by
    name."""
    units = units_with_the_need(user, pilot)
    wanted = {str(one.discipline): one for one in missing}
    profiles = (
        TalentProfile.objects.visible_to(user)
        .filter(
            Q(discipline__in=wanted) | Q(person__unit__in=units),
            open_for__contains=[OpenFor.TEAM],
            person__in=candidates(user, pilot).values("pk"),
        )
        .exclude(person__in=[*team_of(pilot), pilot.sponsor_id or 0, user.pk])
        .exclude(person__in=TimeRequest.objects.filter(pilot=pilot).values("person"))
        .exclude(person__in=_worked_with(pilot.lead_id))
    )
    found = [
        Suggested(
            profile=one,
            lacks=wanted.get(one.discipline),
            shares_need=one.person.unit_id in units,
            other_unit=one.person.unit_id != pilot.lead.unit_id,
            lead=pilot.lead.name,
        )
        for one in profiles.for_list()
    ]
    found.sort(
        key=lambda one: (
            -(one.lacks is not None) - one.shares_need,
            one.lacks is None,
            not one.other_unit,
            one.person.name.lower(),
            one.person.pk,
        )
    )
    return found[:_SUGGESTED]


def units_with_the_need(user: User, pilot: Pilot) -> set[int]:
    """Other units that have what the pilot answers: their voices stand on the need's page, or a need of
    theirs that says the same is open to this user. Who said so is asked of nobody."""
    answered = list(Need.objects.visible_to(user).filter(pk__in=pilot.needs.values("pk")))
    found = set(
        Voice.objects.filter(need__in=answered)
        .exclude(unit=None)
        .order_by()
        .values_list("unit", flat=True)
    )
    found.update(one.unit_id for one in answered)
    if answered:
        first = answered[0]
        text = f"{first.title} {first.problem}"
        found.update(one.unit_id for one in needs.similar(user, text, but=first))
    return found - {pilot.lead.unit_id}


def _worked_with(lead: int) -> set[int]:
    """Everybody who was on a team with this person, now or before, or led it."""
    led = Pilot.objects.filter(
        Q(lead=lead)
        | Q(pk__in=TeamMember.objects.filter(person=lead).values("pilot"))
        | Q(pk__in=FormerMember.objects.filter(person=lead).values("pilot"))
    ).values("pk")
    return set(
        TeamMember.objects.filter(pilot__in=led)
        .order_by()
        .values_list("person", flat=True)
        .union(
            FormerMember.objects.filter(pilot__in=led).order_by().values_list("person", flat=True),
            Pilot.objects.filter(pk__in=led).order_by().values_list("lead", flat=True),
        )
    )
