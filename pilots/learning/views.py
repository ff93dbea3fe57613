"""The learning library, one card, completing it, and reading one for a pilot that is shaped."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.learning import actions, permissions, presenters, queries
from pilots.learning.forms import LearningFilter, LearningForm
from pilots.learning.models import WORDS, LearningCard
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_safe
def learning_list(request: PersonRequest) -> HttpResponse:
    """All that was learned in the health system, the last first."""
    narrowed = LearningFilter(request.GET, auto_id="filter_%s")
    cards = LearningCard.objects.visible_to(request.user).published().for_list()
    page = paging.page_of(request, narrowed.narrow(cards))
    context = {
        "page": page,
        "rows": [(card, presenters.what_became(card), presenters.tone(card)) for card in page],
        "filter": narrowed,
    }
    return render(request, "pilots/learning/list.html", context)


@require(PilotsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One card; its pilot is linked for who may see that."""
    user = request.user
    card = queries.visible_card(user, pk)
    context = {
        "card": card,
        "pilot": card.pilot,
        "sees_pilot": Pilot.objects.visible_to(user).filter(pk=card.pilot_id).exists(),
        "became": presenters.what_became(card),
        "tone": presenters.tone(card),
        "honour": presenters.honour_of(user, card),
        "verdicts": presenters.verdicts_of(card),
        "readings": card.facts.get("readings", ()),
        "levels": card.facts.get("levels", ()),
        "trust": presenters.trust_of(card),
        "versions": card.versions.select_related("by") if card.version > 1 else (),
        "may_complete": permissions.can_complete(user, card),
        "why_not": "" if card.version else permissions.can_complete(user, card).reason,
    }
    return render(request, "pilots/learning/card.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def complete(request: PersonRequest, pk: int) -> HttpResponse:
    """The lead says all of it, or says it anew."""
    user = request.user
    card = queries.visible_card(user, pk)
    permissions.check_can_complete(user, card)
    begun = {name: getattr(card, name) for name in (*WORDS, "ask")}
    form = LearningForm(request.POST or None, pilot=card.pilot, initial=begun)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.publish(card, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Published. The next team with such a need is shown it."))
            return redirect(card)
    context = {
        "card": card,
        "form": form,
        "verdicts": presenters.verdicts_of(card),
        "readings": card.facts.get("readings", ()),
    }
    return form_page(request, "pilots/learning/complete.html", context, form=form)


@require(PilotsPermission.READ)
@require_POST
def read(request: PersonRequest, pk: int, card: int) -> HttpResponse:
    """Open a card from a charter. By a press, so that a browser that fetches ahead reads for nobody."""
    user = request.user
    pilot = visible_pilot(user, pk)
    found = queries.visible_card(user, card)
    actions.mark_read(found, pilot=pilot, by=user, at=timezone.now())
    return redirect(found)
