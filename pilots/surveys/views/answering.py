"""The one screen on which somebody answers, and the thanks after it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.models import User
from innovation.rules.refusal import NotAllowed
from innovation.web.entrance import to_second_factor, waits_for_second_factor
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.surveys import actions, links
from pilots.surveys.forms import SurveyAnswerForm
from pilots.surveys.models import AskedPerson, SurveyRound


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """Open to whoever has the link; where people are asked by name, to them, signed in."""
    survey = _survey(key)
    if survey is None:
        return render(request, "pilots/surveys/over.html", {"survey": None}, status=404)
    now = timezone.now()
    if survey.closed_at is not None or now >= survey.closes_at:
        return render(request, "pilots/surveys/over.html", {"survey": survey}, status=410)
    person: User | None = None
    if survey.by_name:
        if isinstance(request.user, AnonymousUser):
            return redirect_to_login(request.get_full_path())
        if waits_for_second_factor(request):
            return to_second_factor(request)
        person = request.user
        mine = AskedPerson.objects.filter(round=survey, person=person).first()
        if mine is None:
            raise NotAllowed(_("These questions are for people who were asked by name."))
        if mine.answered:
            return redirect("pilots:survey-thanks", key=key)
    elif links.has_answered(request, survey):
        return render(request, "pilots/surveys/thanks.html", {"survey": survey, "before": True})
    form = SurveyAnswerForm(request.POST or None, instrument=survey.instrument)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            if person is None:
                links.check_pace(request, survey, at=now)
            slip = links.read_slip(survey, request.POST.get("slip", "")) or ""
            actions.answer(survey, form.answers(), at=now, person=person, slip=slip)
            response = redirect("pilots:survey-thanks", key=key)
            if person is None:
                links.note_answered(response, survey, at=now)
            return response
    context = {"survey": survey, "form": form, "slip": links.new_slip(survey)}
    return form_page(request, "pilots/surveys/answer.html", context, form=form)


@never_cache
@require_safe
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """The same for everybody: that a browser is here says nothing of whether it answered."""
    survey = _survey(key)
    if survey is None:
        return render(request, "pilots/surveys/over.html", {"survey": None}, status=404)
    return render(request, "pilots/surveys/thanks.html", {"survey": survey})


def _survey(key: str) -> SurveyRound | None:
    found: SurveyRound | None = (
        SurveyRound.objects.filter(key=key)
        .select_related("instrument", "pilot")
        .prefetch_related("instrument__items__instrument")
        .first()
    )
    return found
