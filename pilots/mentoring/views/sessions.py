"""Writing down what was spoken of, and saying that a next step is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.mentoring import actions, permissions, queries
from pilots.mentoring.forms import MentoringSessionForm
from pilots.mentoring.models import NextStep


@require()
@require_http_methods(["GET", "POST"])
def write_session(request: PersonRequest, pk: int) -> HttpResponse:
    """When they met, what they spoke of, and who does what by when."""
    user = request.user
    found = queries.visible_mentorship(user, pk)
    permissions.check_can_write_session(user, found)
    form = MentoringSessionForm(request.POST or None, mentorship=found, today=dates.today())
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.write_session(
                found,
                held_on=form.cleaned_data["held_on"],
                spoken_of=form.cleaned_data["spoken_of"],
                steps=form.steps,
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("Kept, for the team and the mentor alone."))
            return redirect(found)
    context = {"found": found, "form": form, "back": found.get_absolute_url()}
    return form_page(request, "pilots/mentoring/session.html", context, form=form)


@require()
@require_POST
def step_done(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    step = get_object_or_404(NextStep.objects.shared_with(user).for_list(), pk=pk)
    actions.finish(step, by=user, at=timezone.now())
    messages.success(request, _("Done. Thank you."))
    return redirect(step.session.mentorship)
