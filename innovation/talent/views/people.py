"""Who can do what: looking for somebody, their page, and one's own profile."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.talent import actions, permissions, queries
from innovation.talent.forms import TalentFilter, TalentForm
from innovation.talent.models import TalentProfile
from innovation.talent.room import TalentPermission
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(TalentPermission.READ)
@require_safe
def find(request: PersonRequest) -> HttpResponse:
    user = request.user
    narrowed = TalentFilter(request.GET, user=user)
    found = queries.find(user, narrowed.wanted(), most=queries.MOST_FOUND + 1)
    context = {
        "filter": narrowed,
        "found": found[: queries.MOST_FOUND],
        "most": queries.MOST_FOUND if len(found) > queries.MOST_FOUND else 0,
        "mine": TalentProfile.objects.filter(person=user.pk).first(),
        "keeps_skills": permissions.can_keep_skills(user),
    }
    return render(request, "innovation/talent/find.html", context)


@require(TalentPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """Somebody who switched their profile on: what they say, and what the record shows."""
    profile = queries.profile_of(request.user, pk)
    if profile is None:
        raise Http404
    (found,) = queries.shown(request.user, [profile])
    return render(request, "innovation/talent/person.html", {"found": found})


@require(TalentPermission.READ)
@require_http_methods(["GET", "POST"])
def own(request: PersonRequest) -> HttpResponse:
    """Switching one's own profile on, and changing it."""
    user = request.user
    permissions.check_can_be_found(user)
    profile = TalentProfile.objects.filter(person=user.pk).first()
    form = TalentForm(request.POST or None, profile=profile)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in TalentForm.base_fields}
            actions.show(by=user, at=timezone.now(), **given)
            messages.success(
                request, _("Kept.") if profile else _("Your profile is on. You can be found now.")
            )
            return redirect("innovation:talent-own")
    known = queries.known_skills()
    done = queries.earned(user, [user.pk]).get(user.pk, [])
    context = {"form": form, "profile": profile, "earned": done, "known": known}
    return form_page(request, "innovation/talent/own.html", context, form=form)


@require(TalentPermission.READ)
@require_POST
def switch_off(request: PersonRequest) -> HttpResponse:
    permissions.check_can_be_found(request.user)
    actions.hide(by=request.user, at=timezone.now())
    messages.success(request, _("Your profile is off. What you said in it is deleted."))
    return redirect("innovation:talent-own")
