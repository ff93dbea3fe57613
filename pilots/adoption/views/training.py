"""Training: a session, who must be there, and who was."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.adoption import actions, permissions, queries
from pilots.adoption.forms import AddressesForm, AttendedForm, CancelForm, TrainingForm
from pilots.adoption.models import Attendance, GroupMember, TrainingSession
from pilots.adoption.views.groups import group_seen_by
from pilots.adoption.views.steps import step
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def add(request: PersonRequest, pk: int) -> HttpResponse:
    """Plan a session for a group."""
    user = request.user
    group = group_seen_by(user, pk)
    permissions.check_can_plan_change(user, group.pilot)
    form = TrainingForm(request.POST or None, user=user, pilot=group.pilot)
    return step(
        request,
        form,
        lambda: actions.plan_training(group, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Planned. Whoever runs it has been told."),
        back=group.get_absolute_url(),
        kicker=group.name,
        title=_("Plan a session"),
        sentence=_(
            "What the group learns, for how long, when and where. It counts as time to learn."
        ),
        submit=_("Plan it"),
    )


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """A session: what is learned, when and where."""
    session = _session(request.user, pk)
    group, pilot = session.group, session.group.pilot
    stands = session.cancelled_at is None
    context = {
        "session": session,
        "group": group,
        "pilot": pilot,
        "keeps_names": stands and permissions.can_keep_names(request.user, group),
        "may_mark": stands
        and session.held_on <= dates.today()
        and permissions.can_mark_attended(request.user, session),
        "may_plan": stands and permissions.can_plan_change(request.user, pilot),
    }
    return render(request, "pilots/adoption/training.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """It is not held."""
    user = request.user
    session = _session(user, pk)
    permissions.check_can_plan_change(user, session.group.pilot)
    form = CancelForm(request.POST or None)
    return step(
        request,
        form,
        lambda: actions.cancel_training(session, by=user, at=timezone.now(), **form.cleaned_data),
        said=_("Cancelled. Whoever was to run it has been told."),
        back=session.get_absolute_url(),
        kicker=session.title,
        title=_("Cancel the session"),
        sentence=_("Nobody counts as trained by it. This cannot be undone."),
        submit=_("Cancel it"),
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def attended(request: PersonRequest, pk: int) -> HttpResponse:
    """Say who was there: by hand, or by a list of addresses with a word on each line."""
    user = request.user
    session = _session(user, pk)
    permissions.check_can_mark_attended(user, session)
    sees_names = bool(permissions.can_keep_names(user, session.group))
    form = AttendedForm(request.POST or None, session=session, sees_names=sees_names)
    rows: list[actions.PastedRow] = []
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            rows = actions.mark_attended(
                session,
                people=list(form.cleaned_data.get("people", ())),
                addresses=form.lines,
                by=user,
                at=timezone.now(),
            )
            if not (failed := [one for one in rows if not one.done]):
                messages.success(request, _marked(len(rows)) if sees_names else _taken())
                return redirect("pilots:training-attended", pk=session.pk)
            left = "\n".join(one.address for one in failed)
            form = AttendedForm(session=session, sees_names=sees_names, initial={"addresses": left})
    there = session.attendances.filter(taken_back_at=None).select_related("person")
    context = {
        "form": form,
        "rows": rows,
        "session": session,
        "group": session.group,
        "pilot": session.group.pilot,
        "sees_names": sees_names,
        "there": there.order_by("person__name") if sees_names else (),
    }
    return form_page(request, "pilots/adoption/attended.html", context, form=form)


@require(PilotsPermission.READ)
@require_POST
def take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """Somebody was not there."""
    user = request.user
    visible = TrainingSession.objects.visible_to(user).values("pk")
    attendance = get_object_or_404(
        Attendance.objects.select_related("session__group__pilot", "person").filter(
            session__in=visible
        ),
        pk=pk,
    )
    actions.take_attendance_back(attendance, by=user, at=timezone.now())
    messages.success(request, _("%(who)s was not there.") % {"who": attendance.person.name})
    return redirect("pilots:training-attended", pk=attendance.session_id)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def people(request: PersonRequest, pk: int) -> HttpResponse:
    """Who of a group must be trained, who is, and whose training has run out."""
    user = request.user
    group = group_seen_by(user, pk)
    permissions.check_can_keep_names(user, group)
    form = AddressesForm(request.POST or None)
    rows: list[actions.PastedRow] = []
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            rows = actions.add_people(group, addresses=form.lines, by=user, at=timezone.now())
            if not (failed := [one for one in rows if not one.done]):
                messages.success(request, _added(len(rows)))
                return redirect("pilots:group-people", pk=group.pk)
            left = "\n".join(one.address for one in failed)
            form = AddressesForm(initial={"addresses": left})
    members = queries.named_with_training(group, day=dates.today())
    context = {
        "form": form,
        "rows": rows,
        "group": group,
        "pilot": group.pilot,
        "members": members,
        "left": sum(not one.is_trained for one in members),
    }
    return form_page(request, "pilots/adoption/people.html", context, form=form)


@require(PilotsPermission.READ)
@require_POST
def member_left(request: PersonRequest, pk: int) -> HttpResponse:
    """Somebody is not of the group any more."""
    member = get_object_or_404(
        GroupMember.objects.select_related("group__pilot", "group__unit", "group__site", "person"),
        pk=pk,
    )
    group_seen_by(request.user, member.group_id)
    actions.remove_member(member, by=request.user, at=timezone.now())
    messages.success(request, _("%(who)s is not of the group any more.") % {"who": member.person})
    return redirect(reverse("pilots:group-people", args=[member.group_id]))


def _marked(n: int) -> str:
    return ngettext("%(n)s person was there.", "%(n)s people were there.", n) % {"n": n}


def _taken() -> str:
    return _("Kept for those who are of the group.")


def _added(n: int) -> str:
    return ngettext("%(n)s person is added.", "%(n)s people are added.", n) % {"n": n}


def _session(user: User, pk: int) -> TrainingSession:
    found: TrainingSession = get_object_or_404(
        TrainingSession.objects.visible_to(user).for_list(), pk=pk
    )
    return found
