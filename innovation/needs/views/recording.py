"""Recording a need: the form, its draft, what others have said already."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovation.needs import actions as needs
from innovation.needs import permissions, queries
from innovation.needs.forms.pages import NeedForm
from innovation.needs.models import Need, NeedDraft
from innovation.needs.presenters import words
from innovation.needs.room import NeedsPermission
from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.rules import key_ring
from innovation.web import panels
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_of, refusal_shown_on
from innovation.web.free_text import patient_warning
from innovation.web.identifiers import findings
from innovation.web.keys import key_of

# So many needs that say the same stop nobody from typing on.
SHOWN = 3
_LONGEST_QUESTION = 2_000


@require(NeedsPermission.SUBMIT)
@require_http_methods(["GET", "POST"])
def create(request: PersonRequest) -> HttpResponse:
    """The form. A first sending that resembles what others said shows that once, unless the page
    has shown it while the author typed."""
    user = request.user
    if request.method != "POST":
        return _form(request, NeedForm(user=user, initial=_draft_of(user)))
    if "affects_me" in request.POST:
        return _voice_while_writing(request)
    form = NeedForm(request.POST, user=user)
    if not form.is_valid():
        return _form(request, form, **_similar_to(request))
    if not form.cleaned_data["similar_seen"] and any((found := _similar_to(request)).values()):
        return _form(request, form, **found, before_sending=True)
    with refusal_shown_on(form):
        need = needs.submit(
            by=user, at=timezone.now(), warned=bool(form.patient_findings), **form.words()
        )
        day = words.in_words(words.answer_due(need))
        messages.success(request, _("Sent. A person answers by %(day)s.") % {"day": day})
        return redirect(f"{need.get_absolute_url()}?sent")
    return _form(request, form)


def _voice_while_writing(request: PersonRequest) -> HttpResponse:
    """Without script, "This affects me too" is a button of the form, and what was typed stays."""
    user = request.user
    visible = Need.objects.visible_to(user)
    need = get_object_or_404(visible, pk=key_of(request.POST["affects_me"]))
    form = NeedForm(user=user, initial=_typed(request))
    said = ""
    with refusal_shown_on(form):
        needs.add_voice(need, by=user, at=timezone.now())
        said = _("Your voice counts for “%(title)s”.") % {"title": need.title}
    return _form(request, form, **_similar_to(request), said=said or refusal_of(form))


@require(NeedsPermission.SUBMIT)
@require_http_methods(["GET", "POST"])
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """The author changes the words while nobody has taken the need up."""
    user = request.user
    need = get_object_or_404(Need.objects.visible_to(user).select_related("unit"), pk=pk)
    if request.method != "POST":
        permissions.check_can_edit(user, need)
        return _form(request, NeedForm(user=user, instance=need), need=need)
    form = NeedForm(request.POST, user=user, instance=need)
    with refusal_shown_on(form):
        permissions.check_can_edit(user, need)
        if form.is_valid():
            needs.edit(need, by=user, at=timezone.now(), **form.words())
            messages.success(request, _("Changed."))
            return redirect(need)
    return _form(request, form, need=need)


@require(NeedsPermission.SUBMIT)
@require_POST
def similar(request: PersonRequest) -> HttpResponse:
    """A fragment: what says the same as what has been typed so far, and a warning where it looks like
    patient data. Posted, so that the words stay out of addresses and logs."""
    return render(
        request,
        "innovation/needs/_similar.html",
        {
            **_similar_to(request),
            "warning": patient_warning(findings("\n".join(_typed(request).values()))),
            "answered": True,
        },
    )


@require(NeedsPermission.SUBMIT)
@require_POST
def draft(request: PersonRequest) -> HttpResponse:
    """Keep what has been typed so far, or, with `discard`, start over."""
    user = request.user
    if "discard" in request.POST:
        needs.discard_draft(by=user)
        return redirect(reverse("innovation:need-create") + "?fresh")
    needs.save_draft(by=user, at=timezone.now(), fields=_typed(request))
    return HttpResponse(status=204)


def _typed(request: PersonRequest) -> dict[str, str]:
    return {
        name: request.POST[name][: needs.LONGEST_DRAFT]
        for name in needs.DRAFTED
        if request.POST.get(name)
    }


def _draft_of(user: User) -> dict[str, object]:
    kept = NeedDraft.objects.filter(person=user).first()
    return {**kept.fields, "kept_at": kept.saved_at} if kept else {}


def _similar_to(request: PersonRequest) -> Mapping[str, list[object]]:
    """What says the same as what was typed, as far as this person may read it: needs that are open or
    were met, needs that were answered with a no, and what other rooms know (the place "similar-need")."""
    user = request.user
    text = "\n".join(
        request.POST.get(name, "")[:_LONGEST_QUESTION] for name in ("title", "problem")
    )
    like = queries.likeness(text)
    found = queries.similar(user, like, limit=SHOWN)
    return {
        "similar": [*words.rows(found, user)],
        "answered_no": [
            (one.need, words.answered_line(one)) for one in queries.answered_no(user, like)
        ],
        "beside": [*panels.panels_for("similar-need", user, like)],
    }


def _form(request: PersonRequest, form: NeedForm, **more: object) -> HttpResponse:
    kept_at = form.initial.get("kept_at")
    context = {
        "form": form,
        "kept_at": kept_at,
        "draft_seal": key_ring.handed_to(request.user.pk, key_ring.Purpose.DRAFT),
        "draft_at": f"{kept_at.timestamp():.0f}" if kept_at else "0",
        "promise": settings.TRIAGE_PROMISE_DAYS,
        "fresh": "fresh" in request.GET,
        **more,
    }
    return form_page(request, "innovation/needs/form.html", context, form=form)
