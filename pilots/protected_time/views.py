"""One's own promised time: what there is of it, and how its weeks went."""

from __future__ import annotations

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.rules.refusal import Malformed
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of
from pilots.lifecycle.models import Pilot
from pilots.protected_time import actions, calendars, permissions, presenters, queries, weeks
from pilots.protected_time.forms import BackfillForm, CalendarForm, WeekForm, WeekWhyForm
from pilots.protected_time.models import (
    Backfill,
    CalendarFeed,
    ProtectedWeek,
    WeekKept,
    WeekLostTo,
)
from pilots.staffing.capacity import hours_a_week
from pilots.staffing.models import TimeRequest
from pilots.staffing.queries import still_asked

_WEEKS = 12
_AT_HAND = 4  # of them; the ones before are a press away


@require()
@require_safe
def my_time(request: PersonRequest) -> HttpResponse:
    """What one promised, what one is asked for, and how the weeks went."""
    return _my_time(request)


def _my_time(
    request: PersonRequest, *, form: CalendarForm | None = None, link: str = ""
) -> HttpResponse:
    user, today = request.user, dates.today()
    own = queries.with_notes(user, queries.own_weeks(user, today=today, count=_WEEKS))
    said = queries.own_said(own)
    since = weeks.monday_of(today) - (_AT_HAND - 1) * weeks.WEEK
    context = {
        "promises": queries.own_promises(user, today=today),
        "asked": still_asked().filter(person=user.pk),
        "covers": queries.covered_by(user, today=today),
        "waiting": queries.asked_now(user, today=today),
        "weeks": [one for one in own if one.week >= since],
        "earlier": [one for one in own if one.week < since],
        "said": said,
        "silent": sum(one.answer is None and not one.is_answered_now for one in own),
        "choices": WeekKept.choices,
        "may_answer": bool(permissions.answers_for_oneself(user)),
        "count": _WEEKS,
        "today": today,
        "feed": CalendarFeed.objects.filter(person=user.pk).first(),
        "calendar_form": form or CalendarForm(),
        "link": link,
    }
    return form_page(request, "pilots/protected_time/my_time.html", context, form=form)


@require()
@require_POST
@never_cache
@reauthentication_required
def calendar_make(request: PersonRequest) -> HttpResponse:
    """A new private link, shown this once. An open browser alone makes nothing that outlives it."""
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _my_time(request, form=form)
    secret = actions.make_calendar(slot=form.slot(), by=request.user, at=timezone.now())
    path = reverse("pilots:calendar-feed", args=[secret])
    return _my_time(request, link=f"{settings.SITE_URL}{path}")


@require()
@require_POST
def calendar_off(request: PersonRequest) -> HttpResponse:
    actions.switch_calendar_off(by=request.user, at=timezone.now())
    messages.success(request, _("The link is over. Calendars that used it get nothing any more."))
    return redirect("pilots:my-time")


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """One person's promises, for whoever has the link: calendar programs do not sign in."""
    feed = get_object_or_404(
        CalendarFeed.objects.select_related("person").filter(person__is_active=True),
        digest=actions.digest_of(secret),
    )
    now = timezone.now()
    with feed.person.as_reader():
        content = calendars.calendar(
            [presenters.as_promised(one) for one in queries.calendar_promises(feed.person, at=now)],
            name=_("Promised time"),
            host=urlsplit(settings.SITE_URL).hostname or "pilotlight",
            zone=_zone_of(feed.person.time_zone),
            slot=feed.slot,
            at=now,
        )
    actions.note_calendar_read(feed, at=now)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = 'inline; filename="promised-time.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _zone_of(name: str) -> ZoneInfo:
    """The person's own, or the installation's: a calendar file names its zone."""
    zone = dates.zone_of(name)
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")


@require()
@require_POST
def week_answer(request: PersonRequest) -> HttpResponse:
    """One press, from the home or from one's own page. Where the time was not had, one is asked why."""
    form = WeekForm(request.POST)
    if not form.is_valid():
        raise Malformed(_("Press one of the buttons of a week."))
    given = form.cleaned_data
    pilot = get_object_or_404(
        Pilot.objects.filter(allocations__person=request.user.pk).distinct(), pk=given["pilot"]
    )
    answer = actions.answer_week(
        pilot, week=given["week"], kept=given["kept"], by=request.user, at=timezone.now()
    )
    if answer.kept != WeekKept.GOT:
        return redirect(answer)
    messages.success(request, _("Good. It is written down."))
    return redirect(_back(request))


def _back(request: PersonRequest) -> str:
    return "innovation:waiting" if request.POST.get("back") == "home" else "pilots:my-time"


@require()
@require_http_methods(["GET", "POST"])
def week_why(request: PersonRequest, pk: int) -> HttpResponse:
    """What came between: one press; it may be left out."""
    user = request.user
    visible = ProtectedWeek.objects.visible_to(user).select_related("pilot__unit")
    answer = get_object_or_404(visible.exclude(kept=WeekKept.GOT), pk=pk)
    permissions.check_week_is_open(answer.week, today=dates.today())
    form = WeekWhyForm(request.POST or None, initial={"words": answer.words})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("why", "words")}
            actions.say_why(answer, by=user, at=timezone.now(), **given)
            messages.success(request, _("Thank you. It is written down."))
            return redirect("pilots:my-time")
    context = {
        "answer": answer,
        "week": presenters.week_in_words(answer.week),
        "form": form,
        "choices": WeekLostTo.choices,
    }
    return form_page(request, "pilots/protected_time/week_why.html", context, form=form)


@require()
@require_http_methods(["GET", "POST"])
def plan_cover(request: PersonRequest, pk: int) -> HttpResponse:
    """Who covers for time that is asked for, and who pays."""
    user = request.user
    visible = TimeRequest.objects.visible_to(user).for_list()
    asked: TimeRequest = get_object_or_404(visible, pk=pk)
    permissions.check_can_plan_cover(user, asked)
    before = queries.current_backfill(asked)
    form = BackfillForm(
        request.POST or None,
        user=user,
        asked=asked,
        initial=_planned(before) if before else {"hours": hours_a_week(asked.percent)},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in form.base_fields}
            actions.plan_backfill(asked, by=user, at=timezone.now(), **given)
            messages.success(request, _("It is written down, and read before anybody answers."))
            return redirect(asked)
    context = {
        "form": form,
        "kicker": asked.pilot.title,
        "back": asked.get_absolute_url(),
        "title": _("Who covers for %(person)s") % {"person": asked.person.name},
        "sentence": _(
            "Whoever is asked, and whoever leads their unit, reads it before they answer. If nobody pays, say so."
        ),
        "submit": _("Write it down"),
        "note": _("What was planned before stays in the record.") if before else "",
    }
    return form_page(request, "pilots/lifecycle/step.html", context, form=form)


def _planned(before: Backfill) -> dict[str, object]:
    return {
        "person": before.person_id,
        "words": before.words,
        "hours": before.hours,
        "line": before.line_id,
        "rate": before.rate,
    }


@require()
@require_safe
def promised(request: PersonRequest) -> HttpResponse:
    """Whose time of a unit is promised where, for whoever answers for it or staffs pilots."""
    user, today = request.user, dates.today()
    permissions.check_can_see_promised(user)
    units = queries.planned_units(user)
    wanted = key_of(request.GET.get("unit", ""))
    unit = queries.own_unit(user) if wanted is None else get_object_or_404(units, pk=wanted)
    first = weeks.week_named(request.GET.get("from", ""), today=today)
    step, last = weeks.WEEK * queries.AHEAD, weeks.last_closed_period(today)
    context = {
        "unit": unit,
        "load": unit and queries.unit_load(user, unit, first=first),
        "readings": [one for one in queries.of_unit(unit) if one.period.starts_on == last]
        if unit
        else [],
        "heads": [
            (week, dates.day_on_axis(week)) for week in weeks.weeks_from(first, queries.AHEAD)
        ],
        "above": unit and unit.parent_id and units.filter(pk=unit.parent_id).first(),
        "below": unit and list(units.filter(parent=unit).order_by("name")),
        "before": (first - step).isoformat(),
        "after": (first + step).isoformat(),
        "now": weeks.monday_of(today),
    }
    return render(request, "pilots/protected_time/promised.html", context)
