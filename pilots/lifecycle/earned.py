"""What the record of pilots shows that people can do (the place "earned"): of those pilots that whoever
looks may see, with one statement for each kind of row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import EarnedSkill
from pilots.lifecycle.models import Advice, FormerMember, LogEntry, Pilot, TeamMember, TeamRole


def earned(
    rows: QuerySet[Any],
    people: Collection[int],
    *,
    skill: str,
    who: str,
    at: str,
    said: Callable[[int], str],
    pilot: str = "pilot",
) -> list[EarnedSkill]:
    """For each person and pilot one line: how many of these rows are theirs, and when the last was.
    `rows` are those that whoever looks may see; `who`, `at` and `pilot` are their columns."""
    title = f"{pilot}__title"
    found = rows.filter(**{f"{who}__in": people}).exclude(**{at: None})
    grouped = found.order_by().values(who, pilot, title).annotate(n=Count("pk"), last=Max(at))
    return [
        EarnedSkill(
            person=row[who],
            skill=skill,
            did=said(row["n"]),
            about=row[title],
            url=reverse("pilots:pilot-detail", args=[row[pilot]]),
            on=dates.day_of(row["last"]),
        )
        for row in grouped
    ]


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who led a pilot that was in use, who was on its team or mentored it, who kept its log."""
    pilots = Pilot.objects.visible_to(user)
    seen = pilots.values("pk")
    led = pilots.filter(lead__in=people).exclude(went_live_on=None).order_by()
    return [
        *(
            _one(person, TeamRole.LEAD, pk, title, day)
            for person, pk, title, day in led.values_list(
                "lead", "pk", "title", Coalesce("ended_on", "went_live_on")
            )
        ),
        *_of_teams(seen, people),
        *earned(
            LogEntry.objects.filter(pilot__in=seen),
            people,
            skill="logging",
            who="by",
            at="at",
            said=lambda n: (
                ngettext("Wrote its log once", "Wrote its log %(n)s times", n) % {"n": n}
            ),
        ),
        *earned(
            Advice.objects.visible_to(user),
            people,
            skill="mentoring",
            who="by",
            at="at",
            said=lambda n: (
                ngettext("Advised its lead once", "Advised its lead %(n)s times", n) % {"n": n}
            ),
        ),
    ]


def _of_teams(seen: QuerySet[Any], people: Collection[int]) -> list[EarnedSkill]:
    """On a team now, or before; who led it before it changed hands."""
    theirs = {"pilot__in": seen, "person__in": people}
    columns = ("person", "role", "pilot", "pilot__title")
    before = FormerMember.objects.filter(role__in=TeamRole.values, **theirs).order_by("pk")
    now = TeamMember.objects.filter(**theirs).exclude(role=TeamRole.LEAD)
    found = {
        (person, role, pk): _one(person, role, pk, title, dates.day_of(at))
        for person, role, pk, title, at in [
            *before.exclude(pilot__went_live_on=None).values_list(*columns, "left_at"),
            *now.values_list(*columns, "joined_at"),
        ]
    }
    return list(found.values())


_ON_A_TEAM = {
    TeamRole.LEAD: ("leading", gettext_lazy("Led it")),
    TeamRole.MENTOR: ("mentoring", gettext_lazy("Mentored its team")),
}


def _one(person: int, role: str, pk: int, title: str, day: date) -> EarnedSkill:
    skill, did = _ON_A_TEAM.get(TeamRole(role), ("teamwork", gettext_lazy("Worked on its team")))
    return EarnedSkill(
        person, skill, str(did), title, reverse("pilots:pilot-detail", args=[pk]), day
    )
