"""Reads over imports and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Count, Q, QuerySet

from innovation.access import people_file
from innovation.access.models import (
    ANSWERS,
    AccessReview,
    AccessReviewQuerySet,
    ImportRow,
    PeopleImport,
    ReviewedGrant,
    RowOutcome,
)
from innovation.access.people_file import FileEntry
from innovation.access.plan import PlannedRow, Planner, preview
from innovation.people.models import RoleGrant, User
from innovation.people.room import PeoplePermission


def entries(found: PeopleImport) -> list[tuple[int, FileEntry]]:
    """The rows of a draft as its mapping reads them."""
    return [(number, people_file.entry(cells, found.mapping)) for number, cells in found.lines]


def planned(found: PeopleImport, *, by: User, today: date) -> list[PlannedRow]:
    """What a draft would do, row by row."""
    return preview(entries(found), Planner(by=by, into=found.unit, today=today))


def remembered_mapping(columns: list[str], *, by: User) -> Mapping[str, str]:
    """As this person mapped the last file with these very columns; otherwise a guess."""
    last = (
        PeopleImport.objects.visible_to(by)
        .filter(columns=columns, started_by=by)
        .values_list("mapping", flat=True)
        .first()
    )
    return last or people_file.guess(columns)


def counts(found: PeopleImport) -> dict[str, int]:
    """How many rows came out how."""
    counted = ImportRow.objects.filter(people_import=found).values_list("outcome")
    return {
        **dict.fromkeys(RowOutcome.values, 0),
        **dict(counted.annotate(n=Count("pk")).order_by()),
    }


# Reviews


def counted_reviews(reviews: AccessReviewQuerySet) -> AccessReviewQuerySet:
    """Each with `row_count` and `decided_count`."""
    decided = Count("rows", filter=~Q(rows__decision=""))
    return reviews.select_related("unit", "opened_by").annotate(
        row_count=Count("rows"), decided_count=decided
    )


def rows_of(review: AccessReview) -> QuerySet[ReviewedGrant]:
    """All roles of a review, with what its record says."""
    return ReviewedGrant.objects.filter(review=review).select_related(
        "grant__person", "grant__unit", "grant__granted_by", "decided_by"
    )


def waiting_rows(review: AccessReview, user: User) -> QuerySet[ReviewedGrant]:
    """Roles that this person can decide on: still held, and not their own."""
    return (
        _open_rows(review)
        .exclude(grant__person=user)
        .filter(grant__unit__within=user.reach(PeoplePermission.MANAGE))
    )


def left_open(review: AccessReview) -> int:
    """How many roles wait for somebody's answer."""
    return _open_rows(review).count()


def _open_rows(review: AccessReview) -> QuerySet[ReviewedGrant]:
    held = RoleGrant.objects.current().filter(person__is_active=True)
    return rows_of(review).filter(decision="", grant__in=held)


def answered_rows(review: AccessReview) -> QuerySet[ReviewedGrant]:
    """Roles that somebody kept or took back in this review."""
    return rows_of(review).filter(decision__in=ANSWERS)


def reviews_to_do(user: User) -> list[tuple[AccessReview, int]]:
    """Open reviews in which this person can still decide something, and on how many roles."""
    reach = user.reach(PeoplePermission.MANAGE)
    held = RoleGrant.objects.current().filter(person__is_active=True).exclude(person=user)
    waiting = (
        ReviewedGrant.objects.filter(
            review__closed_at=None, decision="", grant__in=held, grant__unit__within=reach
        )
        .values_list("review")
        .annotate(n=Count("pk"))
        .order_by()
    )
    counted = dict(waiting)
    reviews = AccessReview.objects.filter(pk__in=counted, unit__within=reach)
    return [(one, counted[one.pk]) for one in reviews.select_related("unit").order_by("opened_at")]
