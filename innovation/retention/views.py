"""The terms, the page on which a name is taken away, and what people ask of it."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.models import User
from innovation.people.permissions import can_close_account
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.retention import actions, kinds, names, permissions
from innovation.retention.forms import AskForErasureForm, ErasureAnswerForm, TakeNameForm
from innovation.retention.models import ErasureRequest, RetentionRun
from innovation.rules import dates
from innovation.rules.refusal import Conflict
from innovation.web.entrance import require, signed_in
from innovation.web.form_step import form_page, refusal_shown_on


@require(PeoplePermission.MANAGE)
@require_safe
def terms(request: PersonRequest) -> HttpResponse:
    """Each kind, its term, what is due now, and the last runs."""
    permissions.check_can_see_terms(request.user)
    found = kinds.terms(timezone.now())
    labels = {term.kind.key: term.kind.label for term in found}
    runs = [
        (run, [(labels.get(key, key), n) for key, n in sorted(run.removed.items()) if n])
        for run in RetentionRun.objects.all()[:14]
    ]
    context = {
        "terms": found,
        "due": sum(term.due for term in found),
        "runs": runs,
        "staying": names.staying(),
        "views": people_tabs(request.user, here=request.path),
    }
    return render(request, "innovation/retention/terms.html", context)


@require(PeoplePermission.MANAGE)
@require_http_methods(["GET", "POST"])
def take_name(request: PersonRequest, pk: int) -> HttpResponse:
    """What goes and what stays, a second confirmation, and then the page of a former colleague."""
    user = request.user
    person = get_object_or_404(User.objects.visible_to(user), pk=pk)
    permissions.check_can_take_name(user, person)
    asked = ErasureRequest.objects.open().filter(person=person).first()
    initial = {"reason": _asked_on(asked)} if asked is not None else {}
    form = TakeNameForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            reason = form.cleaned_data["reason"]
            actions.anonymise(person, by=user, at=timezone.now(), reason=reason)
            messages.success(request, _("The name is gone. What was done stays on record."))
            return redirect("innovation:person-detail", pk=person.pk)
    context = {
        "form": form,
        "person": person,
        "going": names.going(person),
        "staying": names.staying(),
    }
    return form_page(request, "innovation/retention/take_name.html", context, form=form)


def _asked_on(asked: ErasureRequest) -> str:
    day = dates.day_in_words(dates.day_of(asked.asked_at))
    return _("They asked for it themselves, on %(day)s.") % {"day": day}


@require(PeoplePermission.MANAGE)
@require_http_methods(["GET", "POST"])
def erasure_request(request: PersonRequest, pk: int) -> HttpResponse:
    """For whoever keeps the account: how it is done, and the answer where something must stay."""
    user = request.user
    seen = ErasureRequest.objects.visible_to(user).select_related("person__unit", "answered_by")
    asked = get_object_or_404(seen, pk=pk)
    permissions.check_can_answer_erasure(user, asked)
    form = ErasureAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.answer_erasure(asked, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(name)s is told.") % {"name": asked.person})
            return redirect("innovation:erasure-request", pk=pk)
    context = {
        "asked": asked,
        "person": asked.person,
        "form": form,
        "can_take_name": permissions.can_take_name(user, asked.person),
        "can_close": asked.person.is_active and can_close_account(user, asked.person),
        "staying": names.staying(),
    }
    return form_page(request, "innovation/retention/erasure_request.html", context, form=form)


@signed_in
@require_http_methods(["GET", "POST"])
def own_erasure(request: PersonRequest) -> HttpResponse:
    """Asking that what is held on oneself goes, and what was answered."""
    user = request.user
    form = AskForErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.ask_for_erasure(by=user, at=timezone.now(), wish=form.cleaned_data["wish"])
            messages.success(request, _("You have asked. Who answers is told."))
            return redirect("innovation:own-erasure")
    last = ErasureRequest.objects.filter(person=user).select_related("answered_by").first()
    context = {
        "form": form,
        "last": last,
        "who_answers": actions.who_answers(last) if last and not last.outcome else [],
        "staying": names.staying(),
    }
    return form_page(request, "innovation/retention/own_erasure.html", context, form=form)


@signed_in
@require_POST
def erasure_withdraw(request: PersonRequest) -> HttpResponse:
    asked = ErasureRequest.objects.open().filter(person=request.user).first()
    if asked is None:
        raise Conflict(_("Nothing that you asked for waits for an answer."))
    actions.withdraw_erasure(asked, by=request.user, at=timezone.now())
    messages.success(request, _("Withdrawn. Everything stays as it is."))
    return redirect("innovation:own-erasure")


@signed_in
@require_http_methods(["GET", "POST"])
@reauthentication_required
def own_data(request: PersonRequest) -> HttpResponse:
    """What is held on oneself, to take away; the password is asked for again."""
    if request.method != "POST":
        shown = {"kinds": kinds.kinds()}
        return render(request, "innovation/retention/own_data.html", shown)
    taken = actions.take_own_data(by=request.user, at=timezone.now())
    return HttpResponse(
        taken,
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="pilotlight-data.zip"'},
    )
