"""What the hazard log puts on other pages: how it stands, what is due, and which hazard a report shows."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import EarnedSkill, Panel, WaitingItem
from pilots.hazards import permissions, queries
from pilots.hazards.forms import ShownHazardForm
from pilots.hazards.models import Hazard, HazardControl
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import judges_safety
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import OUT_OF_USE
from pilots.safety.models import Incident

# So many days before its day a control stands on its owner's home.
SOON = 7


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    log = queries.log_of(pilot)
    may_write = permissions.can_write(user, pilot)
    if not log.hazards and (not may_write or pilot.status in OUT_OF_USE):
        return None
    return _panel(pilot, log, may_write=bool(may_write))


def of_gate(user: User, pilot: Pilot) -> Panel | None:
    """Before those who decide: what is open, and whether safety signed."""
    return _panel(pilot, queries.log_of(pilot), may_write=False)


def _panel(pilot: Pilot, log: queries.LogState, *, may_write: bool) -> Panel:
    return Panel(
        title=_("Hazards"),
        template="pilots/hazards/_of_pilot.html",
        context={"pilot": pilot, "log": log, "may_write": may_write},
    )


def of_incident(user: User, incident: Incident) -> Panel | None:
    """Which hazards a report shows; safety says so."""
    pilot = incident.pilot
    if not Pilot.objects.visible_to(user).filter(pk=pilot.pk).exists():
        return None
    shown = list(incident.hazards.all())
    may_link = (
        judges_safety(user, pilot)
        and incident.accepted is not False
        and pilot.hazards.exclude(pk__in=[one.pk for one in shown]).exists()
    )
    if not shown and not may_link:
        return None
    return Panel(
        title=_("Hazards that it shows"),
        template="pilots/hazards/_of_incident.html",
        context={
            "incident": incident,
            "shown": shown,
            "form": ShownHazardForm(pilot=pilot) if may_link else None,
        },
    )


def waiting(user: User) -> list[WaitingItem]:
    """Controls of the person's own that are due, and logs that wait for their signature."""
    today = dates.today()
    items = [
        WaitingItem(
            title=one.hazard.pilot.title,
            sentence=_("Until %(day)s: %(what)s")
            % {"day": dates.day_in_words(one.due_on), "what": one.text},
            url=one.hazard.get_absolute_url(),
            since=one.planned_at,
            kind=_("Control: overdue") if one.due_on < today else _("Control"),
            action_label=_("Put it in place"),
        )
        for one in queries.controls_due(user, dates.days_after(today, SOON))
    ]
    if not user.may(PilotsPermission.JUDGE_SAFETY):
        return items
    for pilot in queries.logs_to_sign(user):
        log = queries.log_of(pilot)
        if log.is_signed or log.too_high or not judges_safety(user, pilot):
            continue
        number = len(log.hazards)
        items.append(
            WaitingItem(
                title=pilot.title,
                sentence=ngettext(
                    "Its hazard log of %(n)s hazard waits to be signed.",
                    "Its hazard log of %(n)s hazards waits to be signed.",
                    number,
                )
                % {"n": number},
                url=reverse("pilots:hazard-log", args=[pilot.pk]),
                since=max(
                    (one.judged_at for one in log.hazards if one.judged_at),
                    default=timezone.now(),
                ),
                kind=_("Hazard log"),
                action_label=_("Read and sign"),
            )
        )
    return items


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who wrote hazards, and who put a control against one in place."""
    return [
        *earned(
            Hazard.objects.visible_to(user),
            people,
            skill="hazards",
            who="recorded_by",
            at="recorded_at",
            said=lambda n: ngettext("Wrote %(n)s hazard", "Wrote %(n)s hazards", n) % {"n": n},
        ),
        *earned(
            HazardControl.objects.filter(hazard__in=Hazard.objects.visible_to(user).values("pk")),
            people,
            skill="hazards",
            who="done_by",
            at="done_at",
            pilot="hazard__pilot",
            said=lambda n: (
                ngettext(
                    "Put %(n)s control of a hazard in place",
                    "Put %(n)s controls of hazards in place",
                    n,
                )
                % {"n": n}
            ),
        ),
    ]
