"""Keeping the list of skills."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovation.people.request import PersonRequest
from innovation.talent import actions, permissions
from innovation.talent.forms import SkillForm
from innovation.talent.models import AddedSkill
from innovation.talent.room import TalentPermission
from innovation.talent.skills import BaseSkill
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(TalentPermission.KEEP_SKILLS)
@require_http_methods(["GET", "POST"])
def keep(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = SkillForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = {name: form.cleaned_data[name] for name in ("name", "unit")}
            actions.add_skill(by=user, at=timezone.now(), **given)
            messages.success(request, _("It is on the list."))
            return redirect("innovation:talent-skills")
    added = AddedSkill.objects.select_related("unit", "added_by")
    context = {
        "form": form,
        "base": [one.label for one in BaseSkill],
        "added": [
            (one, one.retired_at is None and permissions.can_retire_skill(user, one))
            for one in added
        ],
    }
    return form_page(request, "innovation/talent/skills.html", context, form=form)


@require(TalentPermission.KEEP_SKILLS)
@require_POST
def retire(request: PersonRequest, pk: int) -> HttpResponse:
    skill = get_object_or_404(
        AddedSkill.objects.select_related("unit").filter(
            unit__in=request.user.units(TalentPermission.KEEP_SKILLS)
        ),
        pk=pk,
    )
    actions.retire_skill(skill, by=request.user, at=timezone.now())
    messages.success(request, _("It is not offered any more."))
    return redirect("innovation:talent-skills")
