"""The one path from a form to its page: form, action, refusal, page.

    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            needs.decline(need, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Declined."))
            return redirect(need)
    return form_page(request, "…/decline.html", {"form": form}, form=form)

docs/status-codes.md says which status each way out has; it is the same for the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from django.forms import BaseForm, BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from innovation.rules.refusal import NotAllowed, Refused


@contextmanager
def refusal_shown_on(form: BaseForm) -> Iterator[None]:
    """Put the sentence of a refusal above the form, which keeps what was typed. What the person
    may not do at all stays a refusal of the whole page."""
    try:
        yield
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        form.refusal = refusal  # type: ignore[attr-defined]


def refusal_of(form: BaseForm) -> Refused | None:
    """What a rule said to the form that was sent, if it said no."""
    refusal: Refused | None = getattr(form, "refusal", None)
    return refusal


Line = TypeVar("Line", bound=BaseForm)


def form_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    form: BaseForm | None,
    beside: BaseFormSet[Line] | BaseForm | None = None,
) -> HttpResponse:
    """The page of a form, with the status of what became of it: 200 where nothing was sent or
    only looked at, 400 where it cannot be taken as typed, 409 where a rule refused."""
    return render(request, template, dict(context), status=_status(form, beside))


def _status(form: BaseForm | None, beside: BaseFormSet[Line] | BaseForm | None) -> int:
    if form is None:
        return 200
    refusal = refusal_of(form)
    if refusal is not None:
        return refusal.status
    wrong = (form.is_bound and form.errors) or (
        beside is not None and beside.is_bound and not beside.is_valid()
    )
    return 400 if wrong else 200
