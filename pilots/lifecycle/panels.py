"""What pilots put on other pages: the lead's next steps, a need's pilots, what a search finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.ideas.models import Idea
from innovation.needs.models import Need
from innovation.needs.states import OPEN_FOR_TRIAGE, NeedStatus
from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.web import panels
from pilots.lifecycle import actions, permissions, presenters, queries
from pilots.lifecycle.earned import skills_earned as skills_earned
from pilots.lifecycle.models import Advice, Blocker, LeadOffer, Pilot
from pilots.lifecycle.permissions import can_open_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED, PilotStatus

LOG_EVERY = timedelta(days=7)
_HITS = 6
_SHOWN = 30
_ADVICE = 3


def waiting(user: User) -> list[panels.WaitingItem]:
    """What the person's own pilots need from them now, and which they are asked to lead or sponsor."""
    return [*_asked_to_sponsor(user), *_of_own(user)]


def _asked_to_sponsor(user: User) -> list[panels.WaitingItem]:
    if not user.may(PilotsPermission.DECIDE_RESOURCES):
        return []
    asked = Pilot.objects.filter(sponsor_asked=user.pk).select_related("sponsor_asked_by")
    return [
        panels.WaitingItem(
            title=pilot.title,
            sentence=_("%(by)s asks you to sponsor it.")
            % {"by": pilot.sponsor_asked_by.name if pilot.sponsor_asked_by else _("Somebody")},
            url=reverse("pilots:sponsor-answer", args=[pilot.pk]),
            since=pilot.sponsor_asked_at or pilot.opened_at,
            kind=_("Sponsor"),
            action_label=_("Answer"),
        )
        for pilot in asked.order_by("sponsor_asked_at")[:_SHOWN]
    ]


def _of_own(user: User) -> list[panels.WaitingItem]:
    if not user.may(PilotsPermission.LEAD):
        return []
    now = timezone.now()
    steps = (_step(pilot, now) for pilot in queries.led_by(user)[:_SHOWN])
    asked = LeadOffer.objects.open().filter(to=user).select_related("pilot", "offered_by")
    return [
        *(_asked_to_lead(offer) for offer in asked[:_SHOWN]),
        *(step for step in steps if step is not None),
    ]


def _asked_to_lead(offer: LeadOffer) -> panels.WaitingItem:
    return panels.WaitingItem(
        title=offer.pilot.title,
        sentence=_("%(by)s asks you to lead it: %(why)s")
        % {"by": offer.offered_by.name, "why": offer.reason},
        url=reverse("pilots:lead-answer", args=[offer.pk]),
        since=offer.offered_at,
        kind=_("Lead"),
        action_label=_("Answer"),
    )


def _step(pilot: Any, now: datetime) -> panels.WaitingItem | None:
    """The one most pressing thing that this pilot waits for; None where it waits for others."""
    status, today = pilot.status, dates.day_of(now)
    page = pilot.get_absolute_url()
    if status == PilotStatus.SHAPING and pilot.moved_by == "return":
        return _item(
            pilot,
            _("%(who)s returned it: %(why)s")
            % {"who": pilot.moved_who or _("Somebody"), "why": pilot.moved_why},
            page,
            _("Returned"),
            _("Shape it further"),
        )
    if status == PilotStatus.SHAPING and pilot.moved_by == "pivot":
        return _item(
            pilot,
            _("It tries another way. Write down which, and ask anew."),
            page,
            _("Pivot"),
            _("Shape it anew"),
        )
    if status == PilotStatus.SHAPING:
        return _item(
            pilot,
            _("It is open. Its charter comes next: what, with whom, for how much, measured how."),
            page,
            _("Charter"),
            _("Write the charter"),
        )
    if status == PilotStatus.APPROVED:
        return _item(
            pilot,
            _("It has its people and its money."),
            page,
            _("Approved"),
            _("Start preparing"),
        )
    if status == PilotStatus.PREPARING and pilot.starts_on and pilot.starts_on <= today:
        return _item(
            pilot,
            _("It was to start on %(day)s.") % {"day": dates.day_in_words(pilot.starts_on)},
            reverse("pilots:pilot-go-live", args=[pilot.pk]),
            _("Go-live"),
            _("Go live"),
        )
    if status in (PilotStatus.RUNNING, PilotStatus.PAUSED) and (
        pilot.ends_on and pilot.ends_on < today
    ):
        return _item(
            pilot,
            _("It was to end on %(day)s. Ask for a decision, or stop it.")
            % {"day": dates.day_in_words(pilot.ends_on)},
            page,
            _("Past its end"),
            _("Ask for a decision"),
            since=dates.begins(dates.days_after(pilot.ends_on)),
        )
    last = max(filter(None, (pilot.logged_at, pilot.moved_at)))
    if status == PilotStatus.RUNNING and now - last >= LOG_EVERY:
        return _item(
            pilot,
            _("Nothing in its log for %(days)s days. A line is enough; “no progress” is fine.")
            % {"days": (now - last).days},
            reverse("pilots:pilot-log-write", args=[pilot.pk]),
            _("Weekly log"),
            _("Write the log"),
            since=last + LOG_EVERY,
        )
    return None


def _item(
    pilot: Any, sentence: str, url: str, kind: str, action: str, *, since: datetime | None = None
) -> panels.WaitingItem:
    return panels.WaitingItem(
        title=pilot.title,
        sentence=sentence,
        url=url,
        since=since or pilot.moved_at,
        kind=kind,
        action_label=action,
    )


def blockers_waiting(user: User) -> list[panels.WaitingItem]:
    """What blocks pilots, for who clears it, the sponsor and the office."""
    today = dates.today()
    return [
        panels.WaitingItem(
            title=blocker.entry.pilot.title,
            sentence=presenters.blocker_sentence(blocker, today),
            url=blocker.get_absolute_url(),
            since=blocker.entry.at,
            kind=_("Blocked, overdue") if blocker.due_on < today else _("Blocked"),
            action_label=_("Say how it was cleared"),
        )
        for blocker in queries.blockers_for(user)[:_SHOWN]
    ]


def blockers_of_pilot(user: User, pilot: Pilot) -> panels.Panel | None:
    """What is in its way now, at the top of its page."""
    today = dates.today()
    rows = [
        (
            blocker,
            presenters.blocker_sentence(blocker, today),
            bool(permissions.can_clear_blocker(user, blocker)),
        )
        for blocker in Blocker.objects.open().filter(entry__pilot=pilot).in_order()
    ]
    if not rows:
        return None
    return panels.Panel(
        title="", template="pilots/lifecycle/_blockers.html", context={"rows": rows}, bare=True
    )


def advice_waiting(user: User) -> list[panels.WaitingItem]:
    """Advice that this person, who leads the pilot, has not answered."""
    found = Advice.objects.filter(pilot__lead=user.pk, answered_at=None).exclude(
        pilot__status__in=ENDED
    )
    return [
        panels.WaitingItem(
            title=advice.pilot.title,
            sentence=_("%(who)s advises: %(text)s") % {"who": advice.by.name, "text": advice.text},
            url=reverse("pilots:advice-answer", args=[advice.pk]),
            since=advice.at,
            kind=_("Advice"),
            action_label=_("Answer"),
        )
        for advice in found.select_related("pilot", "by")[:_SHOWN]
    ]


def advice_of_pilot(user: User, pilot: Pilot) -> panels.Panel | None:
    """What mentors advise, for the team, its sponsor and the office."""
    if not permissions.can_see_advice(user, pilot):
        return None
    found = list(pilot.advice.select_related("by", "answered_by")[:_ADVICE])
    may_advise = bool(permissions.can_advise(user, pilot))
    if not found and not may_advise:
        return None
    return panels.Panel(
        title="",
        template="pilots/lifecycle/_advice.html",
        context={
            "pilot": pilot,
            "found": found,
            "may_advise": may_advise,
            "may_answer": bool(permissions.can_answer_advice(user, pilot)),
        },
        bare=True,
    )


def sites_of_pilot(user: User, pilot: Pilot) -> panels.Panel | None:
    """Where it runs and since when, once a site has a day of its own, or where one could be given."""
    rows = queries.site_days(pilot)
    days = any(row.go_live for row in rows)
    may_plan = bool(permissions.can_plan_sites(user, pilot))
    several = len(rows) > 1 or (may_plan and bool(rows) and rows[0].unit.descendants().exists())
    if not rows or not (days or (may_plan and several)):
        return None
    leads = bool(permissions.can_lead(user, pilot))
    running = pilot.status == PilotStatus.RUNNING
    return panels.Panel(
        title="",
        template="pilots/lifecycle/_sites.html",
        context={
            "pilot": pilot,
            "rows": rows,
            "may_plan": may_plan,
            "may_record": leads and running,
            "may_take_back": bool(permissions.can_take_site_day_back(user, pilot)),
        },
        bare=True,
    )


def lead_of_pilot(user: User, pilot: Pilot) -> panels.Panel | None:
    """Who is asked to lead it, and the way to ask somebody."""
    may_offer = pilot.status not in ENDED and bool(permissions.can_lead(user, pilot))
    asked = pilot.lead_offers.open().select_related("to").first()
    if asked is None and not may_offer:
        return None
    return panels.Panel(
        _("Lead"),
        "pilots/lifecycle/_lead.html",
        {
            "pilot": pilot,
            "asked": asked,
            "may_offer": may_offer,
            "is_asked": user == asked.to if asked else False,
        },
    )


def to_hand_over(person: User | None) -> list[panels.HandoverItem]:
    """Pilots that are not over and whose lead or sponsor has left."""
    items = []
    for pilot in queries.left_behind(person):
        status = pilot.get_status_display()
        if not pilot.lead.is_active and person in (None, pilot.lead):
            items.append(
                panels.HandoverItem(
                    key=f"pilot-lead-{pilot.pk}",
                    holder=pilot.lead_id,
                    title=pilot.title,
                    sentence=_("Leads this pilot, which is “%(status)s”.") % {"status": status},
                    url=pilot.get_absolute_url(),
                    unit_id=pilot.unit_id,
                    told=_("You lead “%(pilot)s” from now on.") % {"pilot": pilot.title},
                    may_take=partial(_holding, PilotsPermission.LEAD, pilot),
                    hand_over=partial(actions.hand_over_lead, pilot),
                )
            )
        if pilot.sponsor and not pilot.sponsor.is_active and person in (None, pilot.sponsor):
            items.append(
                panels.HandoverItem(
                    key=f"pilot-sponsor-{pilot.pk}",
                    holder=pilot.sponsor.pk,
                    title=pilot.title,
                    sentence=_("Sponsors this pilot, which is “%(status)s”.") % {"status": status},
                    url=pilot.get_absolute_url(),
                    unit_id=pilot.unit_id,
                    told=_("You sponsor “%(pilot)s” from now on.") % {"pilot": pilot.title},
                    may_take=partial(_holding, PilotsPermission.DECIDE_RESOURCES, pilot),
                    hand_over=partial(actions.hand_over_sponsorship, pilot),
                )
            )
    return items


def _holding(permission: PilotsPermission, pilot: Pilot) -> QuerySet[User]:
    return User.objects.holding(permission, pilot.unit).order_by("name")


def of_need(user: User, need: Need) -> panels.Panel | None:
    """The pilots that answer a need, on its page."""
    return _pilots(_("Pilots for this need"), queries.pilots_of_need(user, need))


def pathway_hint(user: User, need: Need) -> panels.Panel | None:
    """While a need waits for an answer or for a pilot: how much proof a pilot of it would owe."""
    if need.status not in (*OPEN_FOR_TRIAGE, NeedStatus.ACCEPTED) or not can_open_pilot(
        user, need.unit
    ):
        return None
    return panels.Panel("", "pilots/lifecycle/_would_take.html", {"need": need}, bare=True)


def of_idea(user: User, idea: Idea) -> panels.Panel | None:
    return _pilots(_("Pilots of this idea"), queries.of_idea(user, idea))


def of_unit(user: User, unit: Unit) -> panels.Panel | None:
    """The pilots of a unit and below that are not over, on its page."""
    within = unit.descendants(include_self=True).values("pk")
    found = Pilot.objects.visible_to(user).filter(unit__in=within).exclude(status__in=ENDED)
    return _pilots(_("Pilots"), found.for_list().order_by("-id"))


def keeps_open(unit: Unit) -> list[str]:
    """What stands in the way of closing a unit."""
    running = Pilot.objects.filter(Q(unit=unit) | Q(sites=unit)).exclude(status__in=ENDED)
    count = running.distinct().count()
    if not count:
        return []
    return [
        ngettext("%(n)s pilot is under way in it.", "%(n)s pilots are under way in it.", count)
        % {"n": count}
    ]


def _pilots(title: str, found: QuerySet[Pilot] | list[Pilot]) -> panels.Panel | None:
    rows = [(pilot, presenters.tone(pilot)) for pilot in found[:20]]
    if not rows:
        return None
    return panels.Panel(title, "pilots/lifecycle/_pilots.html", {"rows": rows})


def search(user: User, text: str) -> list[panels.SearchHit]:
    if not user.may(PilotsPermission.READ):
        return []
    return [_hit(pilot) for pilot in queries.matching(user, text[:200])[:_HITS]]


def _hit(pilot: Pilot) -> panels.SearchHit:
    return panels.SearchHit(
        title=pilot.title,
        sentence=f"{pilot.unit.name} · {pilot.get_status_display()}",
        url=pilot.get_absolute_url(),
        kind=_("Pilot"),
    )
