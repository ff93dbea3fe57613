"""Access reviews: the list, the roles that wait for a decision, and the record."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from innovation.access import actions as access
from innovation.access import presenters, queries
from innovation.access.forms import DecisionsForm, OpenReviewForm, TickedRowsForm
from innovation.access.models import AccessReview, ReviewedGrant
from innovation.people import permissions
from innovation.people.presenters import people_tabs
from innovation.people.request import PersonRequest
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.web import paging
from innovation.web.csv_file import csv_file
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of

MOST = 2 * paging.PAGE_SIZE  # rows that one form may name


@require(PeoplePermission.READ)
def access_reviews(request: PersonRequest) -> HttpResponse:
    user = request.user
    can_manage = permissions.can_manage_people(user)
    form = OpenReviewForm(request.POST or None, by=user, initial={"unit": user.unit_id})
    if request.method == "POST":
        permissions.check_can_manage_people(user)
        if form.is_valid():
            with refusal_shown_on(form):
                review = access.open_review(form.cleaned_data["unit"], by=user, at=timezone.now())
                return redirect("innovation:access-review", review.pk)
    found = queries.counted_reviews(AccessReview.objects.visible_to(user))
    return form_page(
        request,
        "innovation/access/reviews.html",
        {
            "form": form,
            "can_manage": can_manage,
            "page": paging.page_of(request, found),
            "today": dates.today(),
            "months": access.months_between_reviews(),
            "tabs": people_tabs(user, here=request.path),
        },
        form=form if form.is_bound else None,
    )


def _review(request: PersonRequest, pk: int) -> AccessReview:
    seen = queries.counted_reviews(AccessReview.objects.visible_to(request.user))
    return get_object_or_404(seen, pk=pk)


@require(PeoplePermission.READ)
def access_review(request: PersonRequest, pk: int) -> HttpResponse:
    """The roles that wait for a decision, a page of them at a time."""
    user = request.user
    review = _review(request, pk)
    waiting = queries.waiting_rows(review, user)
    page = paging.page_of(request, waiting, by=("pk",))
    rows: Iterable[ReviewedGrant] = page
    if request.method == "POST":
        permissions.check_can_manage_people(user, review.unit)
        # What was sent is answered, too, where somebody else decided it meanwhile.
        rows = queries.rows_of(review).filter(pk__in=_rows_sent(request))[:MOST] or rows
    form = DecisionsForm(request.POST if request.method == "POST" else None, rows=rows)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            access.decide_roles(review, by=user, at=timezone.now(), decisions=form.decisions)
            messages.success(request, _("Your decisions are written down."))
            return redirect("innovation:access-review", review.pk)
    return form_page(
        request,
        "innovation/access/review.html",
        {
            "review": review,
            "form": form,
            "can_manage": permissions.can_manage_people(user, review.unit),
            "page": page,
            "waiting_count": waiting.count(),
            "can_keep_together": any(not row.takes_two for row in page),
            "overdue": review.is_overdue(dates.today()),
        },
        form=form if form.is_bound else None,
    )


def _rows_sent(request: PersonRequest) -> list[int]:
    names = (name.removeprefix("row-") for name in request.POST if name.startswith("row-"))
    return [key for key in map(key_of, names) if key is not None]


@require(PeoplePermission.READ)
def access_review_keep(request: PersonRequest, pk: int) -> HttpResponse:
    """Keep the roles of a page in one go, but for those that are unticked."""
    user = request.user
    review = _review(request, pk)
    permissions.check_can_manage_people(user, review.unit)
    page = paging.page_of(request, queries.waiting_rows(review, user), by=("pk",))
    rows = [row for row in page if not row.takes_two]
    form = TickedRowsForm(
        request.POST if request.method == "POST" else None,
        rows=_with_those_sent(request, review, rows),
        said_of=presenters.since_in_words,
        all_ticked=True,
    )
    if form.is_confirmed():
        with refusal_shown_on(form):
            access.keep_together(review, by=user, at=timezone.now(), rows=form.ticked)
            kept = ngettext("%(n)s role is kept.", "%(n)s roles are kept.", form.number)
            messages.success(request, kept % {"n": number(form.number)})
            return redirect("innovation:access-review", review.pk)
    return form_page(
        request,
        "innovation/access/review_keep.html",
        {
            "review": review,
            "form": form,
            "one_by_one": len(page) - len(rows),
            "closes_it": form.number == queries.left_open(review),
        },
        form=form,
    )


@require(PeoplePermission.READ)
def access_review_answers(request: PersonRequest, pk: int) -> HttpResponse:
    """What was answered, newest first, and taken back while the review is open."""
    user = request.user
    review = _review(request, pk)
    permissions.check_can_manage_people(user, review.unit)
    page = paging.page_of(request, queries.answered_rows(review), by=("-decided_at", "-pk"))
    form = TickedRowsForm(
        request.POST if request.method == "POST" else None,
        rows=_with_those_sent(request, review, page),
        said_of=presenters.answer_in_words,
        all_ticked="all" in request.GET,
    )
    if form.is_confirmed():
        with refusal_shown_on(form):
            access.take_answers_back(review, by=user, at=timezone.now(), rows=form.ticked)
            waiting = ngettext("%(n)s role waits again.", "%(n)s roles wait again.", form.number)
            messages.success(request, waiting % {"n": number(form.number)})
            return redirect("innovation:access-review", review.pk)
    return form_page(
        request,
        "innovation/access/review_answers.html",
        {"review": review, "form": form, "page": page},
        form=form,
    )


def _with_those_sent(
    request: PersonRequest, review: AccessReview, rows: Iterable[ReviewedGrant]
) -> Iterable[ReviewedGrant]:
    """The rows of a page, and of those sent what has left it meanwhile: they are answered, too."""
    if request.method != "POST":
        return rows
    keys = {row.pk for row in rows} | set(_rows_sent(request))
    return queries.rows_of(review).filter(pk__in=keys)[:MOST]


@require(PeoplePermission.READ)
@require_safe
def access_review_record(request: PersonRequest, pk: int) -> HttpResponse:
    """Every role of the review with its decision, to print."""
    review = _review(request, pk)
    return render(
        request,
        "innovation/access/review_record.html",
        {"review": review, "rows": queries.rows_of(review), "at": timezone.now()},
    )


@require(PeoplePermission.READ)
@require_safe
def access_review_file(request: PersonRequest, pk: int) -> HttpResponse:
    review = _review(request, pk)
    lines = map(presenters.reviewed_line, queries.rows_of(review))
    return csv_file(f"access-review-{review.pk}.csv", presenters.REVIEW_HEAD, lines)
