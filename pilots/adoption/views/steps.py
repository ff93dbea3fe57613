"""One step of planned change: a form, one action, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect

from innovation.people.request import PersonRequest
from innovation.web.form_step import form_page, refusal_shown_on

STEP = "pilots/lifecycle/step.html"


def step(
    request: PersonRequest,
    form: BaseForm,
    act: Callable[[], object],
    *,
    said: str,
    back: str,
    kicker: str,
    title: str,
    sentence: str,
    submit: str,
    then: str = "",
    template: str = STEP,
    **more: object,
) -> HttpResponse:
    """The page of the form; once it was sent and holds, the action, what is said of it, and `then` (`back`)."""
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            act()
            messages.success(request, said)
            return redirect(then or back)
    context = {
        "form": form,
        "back": back,
        "kicker": kicker,
        "title": title,
        "sentence": sentence,
        "submit": submit,
        **more,
    }
    return form_page(request, template, context, form=form)
