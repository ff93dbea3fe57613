"""Deputies: naming one, ending it, and acting for somebody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from innovation.access import actions as access
from innovation.access import presenters
from innovation.access.forms import DeputyForm
from innovation.people.deputies import ACTING
from innovation.people.models import LONGEST, Deputyship
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require, signed_in
from innovation.web.form_step import form_page, refusal_shown_on


@require()
def deputies(request: PersonRequest) -> HttpResponse:
    user, today = request.user, dates.today()
    form = DeputyForm(request.POST or None, by=user, initial={"starts_on": today})
    if request.method == "POST" and form.is_valid() and form.deputy is not None:
        with refusal_shown_on(form):
            deputyship = access.name_deputy(
                by=user,
                at=timezone.now(),
                deputy=form.deputy,
                starts_on=form.cleaned_data["starts_on"],
                ends_on=form.cleaned_data["ends_on"],
            )
            messages.success(
                request,
                _("%(name)s is your deputy; both of you are told.") % {"name": deputyship.deputy},
            )
            return redirect("innovation:deputies")
    own = Deputyship.objects.visible_to(user).select_related("person", "deputy", "ended_by")
    return form_page(
        request,
        "innovation/access/deputies.html",
        {
            "form": form,
            "mine": [
                (one, presenters.state_of_deputy(one, today=today))
                for one in own.filter(person=user)[:20]
            ],
            "for_others": [
                (one, presenters.state_of_deputy(one, today=today))
                for one in own.filter(deputy=user)[:20]
            ],
            "acting_now": set(Deputyship.objects.current().filter(deputy=user)),
            "standing": set(own.standing()),
            "days": LONGEST,
        },
        form=form,
    )


def _deputyship(request: PersonRequest, pk: int) -> Deputyship:
    seen = Deputyship.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("person", "deputy"), pk=pk)


@require()
@require_POST
def deputy_end(request: PersonRequest, pk: int) -> HttpResponse:
    access.end_deputyship(_deputyship(request, pk), by=request.user, at=timezone.now())
    messages.success(request, _("That is over; both of you are told."))
    return redirect("innovation:deputies")


@require()
@require_POST
def deputy_act(request: PersonRequest, pk: int) -> HttpResponse:
    """From now on, in this browser, with the roles of the other."""
    deputyship = _deputyship(request, pk)
    access.begin_acting(deputyship, by=request.user, at=timezone.now())
    request.session[ACTING] = deputyship.pk
    return redirect("/")


@signed_in
@require_POST
def deputy_stop(request: PersonRequest) -> HttpResponse:
    """Open to whoever is signed in: the other's roles may be gone meanwhile."""
    request.session.pop(ACTING, None)
    messages.success(request, _("You act for yourself again."))
    return redirect("innovation:profile")
