"""Whose work changes: on the pilot's page and in its charter."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.web.panels import EarnedSkill, Panel, WaitingItem, WeekNote
from pilots.adoption import permissions, queries
from pilots.adoption.models import PdsaCycle
from pilots.adoption.queries.readiness import helps_waiting
from pilots.evidence.marks import MetricMark
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open

_SHOWN = 30
_SOON = 7  # so many days before its day a step of help stands on its owner's home


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    groups = queries.groups_of(pilot)
    may_plan = bool(permissions.can_plan_change(user, pilot))
    nobody = None if groups else queries.nobody_said(pilot)
    if not groups and nobody is None and not may_plan:
        return None
    return Panel(
        title=_("Whose work changes"),
        template="pilots/adoption/_groups.html",
        context={
            "pilot": pilot,
            "groups": groups,
            "nobody": nobody,
            "people": sum(one.people for one in groups),
            "may_plan": may_plan,
        },
    )


of_charter = of_pilot


def keeps_planned_day(pilot: Pilot, unit: Unit, on: date) -> list[str]:
    """A site that waits for a wave is planned for that wave's day."""
    wave = queries.wave_of_site(pilot, unit)
    if wave is None or wave.went_live_on is not None or wave.first_day == on:
        return []
    return [
        _("%(site)s begins with the wave “%(wave)s” on %(day)s. Change that wave's day.")
        % {"site": unit.name, "wave": wave.name, "day": dates.day_in_words(wave.first_day)}
    ]


def keeps_first_day(pilot: Pilot, unit: Unit, on: date) -> list[str]:
    """A site is live once its wave is, as a wave asks first whether its groups are trained."""
    wave = queries.wave_of_site(pilot, unit)
    if wave is None or wave.went_live_on is None:
        return [
            _("%(site)s begins with the wave “%(wave)s”; say there that it is live.")
            % {"site": one.site.name, "wave": one.wave.name}
            for one in queries.waiting_in_line(pilot, unit)
        ]
    if on < wave.went_live_on:
        return [
            _("%(site)s began with the wave “%(wave)s” on %(day)s, and not before it.")
            % {"site": unit.name, "wave": wave.name, "day": dates.day_in_words(wave.went_live_on)}
        ]
    return []


def keeps_site(pilot: Pilot, unit: Unit) -> list[str]:
    """A site without a day of its own is live since the pilot is, so one of a wave keeps its day: not of
    a wave that was live in a try before this one."""
    wave = queries.wave_of_site(pilot, unit)
    if wave is None or (
        wave.went_live_on is not None
        and (
            is_plan_open(pilot)
            or pilot.went_live_on is None
            or wave.went_live_on < pilot.went_live_on
        )
    ):
        return []
    return [
        _("%(site)s begins with the wave “%(wave)s”, and would be live without it.")
        % {"site": unit.name, "wave": wave.name}
    ]


def waiting(user: User) -> list[WaitingItem]:
    """Groups that this person is asked to help, training of theirs that has run out, help that they are to
    see to or have taken on, and questions to a pilot that they lead."""
    return [*_asked(user), *_run_out(user), *_due(user), *_taken_on(user), *_questions(user)]


def _due(user: User) -> list[WaitingItem]:
    today = dates.today()
    return [
        WaitingItem(
            title=one.pilot.title,
            sentence=_("By %(day)s: %(what)s. %(how)s")
            % {"day": dates.day_in_words(one.due_on), "what": one.what, "how": one.how},
            url=reverse("pilots:support-done", args=[one.pk]),
            since=one.at,
            kind=_("Help with a change: late") if one.due_on < today else _("Help with a change"),
            action_label=_("Say that it was done"),
        )
        for one in queries.steps_due(user, dates.days_after(today, _SOON))[:_SHOWN]
    ]


def _questions(user: User) -> list[WaitingItem]:
    return [
        WaitingItem(
            title=one.pilot.title,
            sentence=_("%(by)s asks: %(text)s") % {"by": one.asked_by.name, "text": one.text},
            url=reverse("pilots:question-answer", args=[one.pk]),
            since=one.asked_at,
            kind=_("Question about a change"),
            action_label=_("Answer"),
        )
        for one in queries.questions_open(user)[:_SHOWN]
    ]


def _taken_on(user: User) -> list[WaitingItem]:
    return [
        WaitingItem(
            title=one.group.pilot.title,
            sentence=_("You help %(group)s until %(day)s: %(what)s")
            % {
                "group": one.group.name,
                "day": dates.day_in_words(one.until),
                "what": one.what,
            },
            url=reverse("pilots:group-help-done", args=[one.pk]),
            since=one.at,
            kind=_("Help for a group"),
            action_label=_("It was done"),
        )
        for one in helps_waiting(user)[:_SHOWN]
    ]


def _run_out(user: User) -> list[WaitingItem]:
    return [
        WaitingItem(
            title=one.group.pilot.title,
            sentence=_("Your training for %(group)s counted until %(day)s. Ask who runs it.")
            % {"group": one.group.name, "day": dates.day_in_words(one.until)},
            url=one.group.get_absolute_url(),
            since=dates.begins(one.until),
            kind=_("Training, due again"),
            action_label=_("Look"),
        )
        for one in queries.run_out_for(user, today=dates.today())[:_SHOWN]
    ]


def _asked(user: User) -> list[WaitingItem]:
    return [
        WaitingItem(
            title=one.group.pilot.title,
            sentence=_("%(by)s asks whether you help %(group)s, %(hours)s. %(why)s")
            % {
                "by": one.asked_by.name,
                "group": one.group.name,
                "hours": queries.hours_in_words(one.hours),
                "why": one.why,
            },
            url=one.get_absolute_url(),
            since=one.asked_at,
            kind=_("Champion"),
            action_label=_("Answer"),
        )
        for one in queries.asked_of(user)[:_SHOWN]
    ]


_WEEKS_OF_LEARNING = 12


def _spent(minutes: int) -> str:
    """ "75 minutes", "2.5 hours" """
    if minutes < 120:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return _("%(n)s hours") % {"n": number(minutes / 60, 1)}


def learning(user: User, person: User) -> Panel | None:
    """On the page of one's own time: the sessions that one was at. Nobody else reads it."""
    if user.pk != person.pk:
        return None
    since = dates.days_after(dates.today(), -7 * _WEEKS_OF_LEARNING)
    sessions = queries.learned(person, since=since)
    if not sessions:
        return None
    minutes = sum(one.minutes for one in sessions)
    return Panel(
        title=_("Your time to learn"),
        template="pilots/adoption/_learned.html",
        context={
            "sessions": sessions,
            "spent": _spent(minutes),
            "weeks": _WEEKS_OF_LEARNING,
        },
    )


def learned_in_weeks(user: User, first: date) -> list[WeekNote]:
    """Beside the weeks of promised time: how much of them was training."""
    spent = queries.learning_minutes(queries.learned(user, since=first))
    return [
        WeekNote(
            week,
            pilot,
            _("%(spent)s of training in it.") % {"spent": _spent(minutes)},
        )
        for (week, pilot), minutes in spent.items()
    ]


def marks(metrics: Collection[int]) -> list[MetricMark]:
    """Cycles, in the charts of the numbers that they name."""
    return [
        MetricMark(one.metric_id, one.starts_on, _("PDSA cycle"))
        for one in queries.cycles_on(metrics)
        if one.metric_id is not None
    ]


def cycles_in_log(user: User, pilot: Pilot) -> Panel | None:
    """Cycles beside the weeks of the pilot."""
    cycles = queries.cycles_of(pilot)
    may_plan = bool(permissions.can_plan_change(user, pilot))
    if not cycles and not may_plan:
        return None
    return Panel(
        title=_("PDSA cycles"),
        template="pilots/adoption/_cycles.html",
        context={"pilot": pilot, "cycles": cycles, "may_plan": may_plan},
    )


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who brought a small test of change to an end, with what was seen."""
    return earned(
        PdsaCycle.objects.visible_to(user),
        people,
        skill="cycles",
        who="closed_by",
        at="closed_at",
        said=lambda n: ngettext("Ran a PDSA cycle", "Ran %(n)s PDSA cycles", n) % {"n": n},
    )
