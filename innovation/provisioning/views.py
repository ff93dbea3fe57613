"""The page of the directory: its address, its tokens, its groups."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.provisioning import actions as provisioning
from innovation.provisioning import queries
from innovation.provisioning.forms import ScimTokenForm
from innovation.provisioning.models import ScimToken
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on


@require(PeoplePermission.MANAGE)
@require_safe
def directory(request: PersonRequest) -> HttpResponse:
    return _show(request)


def _show(
    request: PersonRequest, form: ScimTokenForm | None = None, **more: object
) -> HttpResponse:
    user = request.user
    lines = queries.tokens(user, timezone.now())
    context = {
        "form": form or ScimTokenForm(by=user),
        "address": f"{settings.SITE_URL}{reverse('innovation:scim-root').rstrip('/')}",
        "lines": lines,
        "open_count": sum(line.state == "open" for line in lines),
        "groups": queries.groups(user)[:200],
        "tabs": people_tabs(user, here=reverse("innovation:directory")),
        **more,
    }
    return form_page(request, "innovation/provisioning/directory.html", context, form=form)


@require(PeoplePermission.MANAGE)
@require_POST
@never_cache
@reauthentication_required
def scim_token_create(request: PersonRequest) -> HttpResponse:
    """The token's text is shown on the answer to this one request, and nowhere after."""
    user = request.user
    form = ScimTokenForm(request.POST, by=user)
    if form.is_valid():
        with refusal_shown_on(form):
            token, text = provisioning.create_token(by=user, at=timezone.now(), **form.cleaned_data)
            return _show(request, new_token=token, new_token_text=text)
    return _show(request, form)


@require(PeoplePermission.MANAGE)
@require_POST
def scim_token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    token = get_object_or_404(ScimToken.objects.visible_to(user).select_related("unit"), pk=pk)
    provisioning.revoke_token(token, by=user, at=timezone.now())
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("innovation:directory")
