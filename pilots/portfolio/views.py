"""The list of pilots, one pilot's page, and its history."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from innovation.audit import presenters as audit_presenters
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web import paging
from innovation.web.entrance import require
from pilots.evidence import queries as evidence
from pilots.funding import queries as funding
from pilots.funding.permissions import can_see_money
from pilots.funding.room import FundingPermission
from pilots.gates.presenters import DECIDED_TONES
from pilots.lifecycle import permissions
from pilots.lifecycle import presenters as lifecycle
from pilots.lifecycle.models import LogEntry, Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED, PilotStatus
from pilots.portfolio import presenters, queries
from pilots.portfolio.forms import STATUSES, PortfolioFilter
from pilots.staffing.queries import full_time

LOG_SHOWN = 5
# What it asks for is no award yet.
ASKING = (PilotStatus.SHAPING, PilotStatus.PROPOSED)


@require(PilotsPermission.READ)
@require_safe
def pilot_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    narrowed = PortfolioFilter(request.GET, user=user)
    page = paging.page_of(request, narrowed.narrow())
    today = dates.today()
    sees_money = user.may(FundingPermission.READ)
    readable = user.reach(FundingPermission.READ)
    accounts = funding.of_pilots(p for p in page if p.unit_id in readable) if sees_money else {}
    context = {
        "page": page,
        "rows": [
            {
                "pilot": pilot,
                "tone": lifecycle.tone(pilot),
                "week": presenters.week_of(pilot, today),
                "account": accounts.get(pilot.pk),
            }
            for pilot in page
        ],
        "filter": narrowed,
        "statuses": STATUSES,
        "sees_money": sees_money,
        "may_open": permissions.can_open_pilot(user),
    }
    return render(request, "pilots/portfolio/list.html", context)


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One pilot: where it grew from, where it stands, what is measured, what comes next."""
    user = request.user
    pilot = _pilot(request, pk)
    now = timezone.now()
    today = dates.day_of(now)
    sees_money = bool(can_see_money(user, pilot))
    # While nothing waits and nothing was ended, no review is shown.
    asking = (PilotStatus.PROPOSED, PilotStatus.PREPARING, PilotStatus.EVALUATING)
    decided = pilot.status in (*asking, *ENDED)
    review = queries.last_review(pilot) if decided else None
    ended_by = queries.ending_review(pilot, review)
    team = sorted(
        (a for a in pilot.allocations.all() if a.ends_on >= today or pilot.status in ENDED),
        key=lambda a: (a.person_id != pilot.lead_id, a.person.name),
    )
    entries = LogEntry.objects.filter(pilot=pilot).select_related(
        "by", "blocker__owner", "blocker__cleared_by"
    )[: LOG_SHOWN + 1]
    log = [lifecycle.logged(entry) for entry in entries]
    context = {
        "pilot": pilot,
        "tone": lifecycle.tone(pilot),
        "went_live": lifecycle.went_live(pilot),
        "paused": pilot.status == PilotStatus.PAUSED,
        "lede": presenters.grew_from(
            list(pilot.needs.visible_to(user).select_related("submitted_by"))
        ),
        "verdicts": presenters.verdicts(evidence.verdicts(pilot, now))
        if pilot.went_live_on
        else [],
        "stages": presenters.stages(pilot, today),
        "next": presenters.next_step(
            pilot,
            user,
            review=review,
            today=today,
            logged_on=dates.day_of(log[0].entry.at) if log else None,
        ),
        "review": ended_by,
        "review_tone": DECIDED_TONES.get(ended_by.decision, "open") if ended_by else "",
        "team": team,
        "full_time": full_time(team, on=today),
        "sees_money": sees_money,
        "account": funding.of_pilots([pilot])[pilot.pk] if sees_money else None,
        "asked": funding.open_request(pilot) if sees_money and pilot.status in ASKING else None,
        "log": log[:LOG_SHOWN],
        "more_log": len(log) > LOG_SHOWN,
        "may_write": permissions.can_write_log(user, pilot),
        "may_edit": permissions.can_edit_pilot(user, pilot),
        "may_edit_charter": permissions.can_edit_charter(user, pilot),
        "pathway": lifecycle.pathway_said(pilot),
        "sites": pilot.site_names,  # type: ignore[attr-defined]
        "ended": pilot.status in ENDED,
    }
    return render(request, "pilots/portfolio/pilot.html", context)


@require(PilotsPermission.READ)
@require_safe
def history(request: PersonRequest, pk: int) -> HttpResponse:
    """Everything that happened to the pilot, as sentences; a fragment where a page asks for it."""
    pilot = _pilot(request, pk)
    with_money = bool(can_see_money(request.user, pilot))
    events = queries.events_of(pilot, with_money=with_money)
    fragment = bool(getattr(request, "htmx", False))
    page = paging.page_of(request, events, by=("-number",), size=8 if fragment else 50)
    context = {
        "pilot": pilot,
        "page": page,
        "history": audit_presenters.lines(page, seen_by=request.user),
    }
    template = "pilots/portfolio/_history.html" if fragment else "pilots/portfolio/history.html"
    return render(request, template, context)


def _pilot(request: PersonRequest, pk: int) -> Pilot:
    return get_object_or_404(queries.for_page(request.user), pk=pk)
