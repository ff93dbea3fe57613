"""Access reviews: opened by the calendar or by hand, decided role by role, closed by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.access.models import ANSWERS, AccessReview, ReviewDecision, ReviewedGrant
from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.notices import actions as notices
from innovation.people import actions as people
from innovation.people import permissions
from innovation.people.models import RoleGrant, RoleGrantQuerySet, Unit, User, UserQuerySet
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission
from innovation.rules import constraints, dates
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic

BY_DATE = audit.System("calendar")
TIME_TO_REVIEW = timedelta(days=30)
REMINDED_BEFORE = timedelta(days=7)
REMINDED_EVERY = timedelta(days=7)


@atomic
def open_review(unit: Unit, *, by: User | None, at: datetime) -> AccessReview:
    """List every role held in the unit and in those below it that have no administrators of their
    own, for its administrators to keep or take back. By the calendar where `by` is None."""
    if by is not None:
        permissions.check_can_manage_people(by, unit)
    grants = list(
        RoleGrant.objects.current()
        .filter(unit__in=_scope(unit), person__is_active=True)
        .select_related("person", "unit")
        .order_by("unit__name", "person__name", "pk")
    )
    rows, left_out = _reviewable(grants)
    if not rows:
        raise Refused(_("No role is held there that anybody could review."))
    with constraints.explained():
        review = AccessReview.objects.create(
            unit=unit,
            opened_at=at,
            opened_by=by,
            due_on=dates.day_of(at) + TIME_TO_REVIEW,
            left_out="\n".join(str(given) for given in left_out),
        )
    ReviewedGrant.objects.bulk_create(
        ReviewedGrant(review=review, grant=given, last_seen_at=given.person.last_login)
        for given in rows
    )
    audit.record(
        "access_review.opened", review, by=by or BY_DATE, at=at, also=(unit,), roles=len(rows)
    )
    notices.notify(
        administrators_of(unit),
        kind="access",
        title=_("Review who holds which role in %(unit)s") % {"unit": unit},
        text=_("Until %(day)s: keep each role, or take it back.")
        % {"day": dates.day_in_words(review.due_on)},
        about=unit,
        url=reverse("innovation:access-review", args=[review.pk]),
        at=at,
        but=by,
    )
    return review


@atomic
def decide_roles(
    review: AccessReview, *, by: User, at: datetime, decisions: Mapping[int, str]
) -> None:
    """Keep the roles in these rows, or take them back as by hand; all of them or none."""
    permissions.check_can_manage_people(by, review.unit)
    review.refresh_from_db(from_queryset=AccessReview.objects.select_for_update(of=("self",)))
    rows = (
        ReviewedGrant.objects.select_for_update(of=("self",))
        .filter(review=review, pk__in=decisions)
        .select_related("grant__person", "grant__unit", "decided_by")
    )
    current = _still_held(review)
    for row in rows.order_by("pk"):
        if row.decision:
            raise Conflict(
                _("%(role)s was decided meanwhile by %(name)s.")
                % {"role": row.grant, "name": row.decided_by or _("its end")}
            )
        if row.grant_id in current:
            _decide(row, decisions[row.pk], by=by, at=at)
    _settle(review, by=by, at=at)


@atomic
def keep_together(review: AccessReview, *, by: User, at: datetime, rows: Collection[int]) -> None:
    """Keep many roles in one go; those that two administrators give are answered one by one."""
    asked = ReviewedGrant.objects.filter(review=review, pk__in=rows).select_related("grant__person")
    for row in asked:
        if row.takes_two:
            raise Refused(
                _("%(role)s is given by two administrators: answer it by itself.")
                % {"role": row.grant}
            )
    decide_roles(review, by=by, at=at, decisions=dict.fromkeys(rows, ReviewDecision.KEEP))


@atomic
def take_answers_back(
    review: AccessReview, *, by: User, at: datetime, rows: Collection[int]
) -> None:
    """Let roles that were answered wait again, while the review is open. One that was taken back is
    given again, by the rules of giving it by hand."""
    permissions.check_can_manage_people(by, review.unit)
    review.refresh_from_db(from_queryset=AccessReview.objects.select_for_update(of=("self",)))
    if review.closed_at is not None:
        raise Conflict(_("This review is done. Change roles on the page of each person."))
    answered = (
        ReviewedGrant.objects.select_for_update(of=("self",))
        .filter(review=review, pk__in=rows, decision__in=ANSWERS)
        .select_related("grant__person", "grant__unit")
    )
    found = list(answered.order_by("pk"))
    if len(found) < len(set(rows)):
        raise Conflict(_("Somebody took one of these answers back meanwhile."))
    for row in found:
        _take_back(row, by=by, at=at)


def _take_back(row: ReviewedGrant, *, by: User, at: datetime) -> None:
    given = row.grant
    try:
        permissions.check_can_grant(by, unit=given.unit, person=given.person)
        if row.decision == ReviewDecision.REMOVE:
            row.grant = people.grant(
                given.person, by=by, at=at, unit=given.unit, role=given.role, ends_on=given.ends_on
            )
    except Refused as refusal:
        raise Refused(f"{given}: {refusal}") from refusal
    row.decision, row.decided_by, row.decided_at = "", None, None
    row.save(update_fields=["grant", "decision", "decided_by", "decided_at"])
    audit.record("access_review.answer_taken_back", given.person, by=by, at=at, **_told(given))


def _decide(row: ReviewedGrant, decision: str, *, by: User, at: datetime) -> None:
    given = row.grant
    try:
        permissions.check_can_grant(by, unit=given.unit, person=given.person)
        if decision == ReviewDecision.REMOVE:
            people.end_grant(given, by=by, at=at)
    except Refused as refusal:
        raise Refused(f"{given}: {refusal}") from refusal
    row.decision, row.decided_by, row.decided_at = decision, by, at
    row.save(update_fields=["decision", "decided_by", "decided_at"])
    if decision == ReviewDecision.KEEP:
        audit.record("access_review.kept", given.person, by=by, at=at, **_told(given))


def _told(given: RoleGrant) -> dict[str, Any]:
    """What the log says of a role that was answered."""
    return {
        "also": (given.unit,),
        "unit_id": given.unit_id,
        "role": {"ref": f"role:{given.role}", "name": given.role_name},
        "unit": audit.named(given.unit),
    }


def _settle(review: AccessReview, *, by: Actor, at: datetime) -> None:
    """Roles that ended otherwise need no decision; a review without open rows is closed."""
    waiting = ReviewedGrant.objects.filter(review=review, decision="")
    waiting.exclude(grant__in=_still_held(review)).update(
        decision=ReviewDecision.GONE, decided_at=at
    )
    if review.closed_at is None and not waiting.exists():
        review.closed_at = at
        review.save(update_fields=["closed_at"])
        kept = ReviewedGrant.objects.filter(review=review, decision=ReviewDecision.KEEP)
        taken = ReviewedGrant.objects.filter(review=review, decision=ReviewDecision.REMOVE)
        audit.record(
            "access_review.closed",
            review,
            by=by,
            at=at,
            also=(review.unit,),
            kept=kept.count(),
            taken=taken.count(),
        )


def _still_held(review: AccessReview) -> set[int]:
    held = RoleGrant.objects.current().filter(
        pk__in=ReviewedGrant.objects.filter(review=review).values("grant"), person__is_active=True
    )
    return set(held.values_list("pk", flat=True))


def administrators_of(unit: Unit) -> UserQuerySet:
    """Those of the unit itself; where there are none, those above it."""
    own = User.objects.active().filter(pk__in=_keeping().filter(unit=unit).values("person"))
    return own if own.exists() else User.objects.holding(PeoplePermission.MANAGE, unit)


def _keeping() -> RoleGrantQuerySet:
    roles = [role.key for role in ROLES.values() if PeoplePermission.MANAGE in role.permissions]
    return RoleGrant.objects.current().filter(role__in=roles, person__is_active=True)


def _scope(unit: Unit) -> list[int]:
    """The unit and those below it, but for units with administrators of their own."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for key, parent in Unit.objects.values_list("pk", "parent_id"):
        below[parent].append(key)
    kept_by_others = set(_keeping().values_list("unit_id", flat=True))
    found, open_ends = [], [unit.pk]
    while open_ends:
        key = open_ends.pop()
        found.append(key)
        open_ends += [child for child in below[key] if child not in kept_by_others]
    return found


def _reviewable(grants: list[RoleGrant]) -> tuple[list[RoleGrant], list[RoleGrant]]:
    """Roles that somebody else than their holder may take back, and those that nobody may."""
    rows: list[RoleGrant] = []
    left_out: list[RoleGrant] = []
    keepers: dict[int, set[int]] = {}
    for given in grants:
        if given.unit_id not in keepers:
            holding = User.objects.holding(PeoplePermission.MANAGE, given.unit)
            keepers[given.unit_id] = set(holding.values_list("pk", flat=True))
        (rows if keepers[given.unit_id] - {given.person_id} else left_out).append(given)
    return rows, left_out


def months_between_reviews() -> int:
    """As the installation says; 0 where reviews are opened by hand alone."""
    months: int = settings.ACCESS_REVIEW_MONTHS
    return months


# The calendar's part


def keep_reviews(*, at: datetime) -> None:
    """Open the reviews that are due, close those in which nothing waits any more, and remind."""
    for unit in _due(at=at):
        _open_by_date(unit, at=at)
    for review in AccessReview.objects.open().select_related("unit").order_by("pk"):
        _look_after(review, at=at)


def _due(*, at: datetime) -> list[Unit]:
    """Units whose last review, or whose first administrator, is older than the setting says."""
    months = months_between_reviews()
    if not months:
        return []
    begun = dict(_keeping().values_list("unit").annotate(first=Min("granted_at")).order_by())
    last: dict[int, AccessReview] = {}
    for review in AccessReview.objects.filter(unit__in=begun).order_by("opened_at"):
        last[review.unit_id] = review
    found = []
    for unit in Unit.objects.open().filter(pk__in=begun).order_by("pk"):
        before = last.get(unit.pk)
        since = before.opened_at if before else begun[unit.pk]
        is_open = before is not None and before.closed_at is None
        if not is_open and dates.months_after(dates.day_of(since), months) <= dates.day_of(at):
            found.append(unit)
    return found


@atomic
def _open_by_date(unit: Unit, *, at: datetime) -> None:
    locked = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    if not AccessReview.objects.open().filter(unit=locked).exists() and _has_rows(locked):
        open_review(locked, by=None, at=at)


def _has_rows(unit: Unit) -> bool:
    held = RoleGrant.objects.current().filter(unit__in=_scope(unit), person__is_active=True)
    return bool(_reviewable(list(held.select_related("unit")))[0])


@atomic
def _look_after(review: AccessReview, *, at: datetime) -> None:
    review.refresh_from_db(from_queryset=AccessReview.objects.select_for_update(of=("self",)))
    _settle(review, by=BY_DATE, at=at)
    today = dates.day_of(at)
    lately = review.reminded_at is not None and review.reminded_at > at - REMINDED_EVERY
    if review.closed_at is not None or lately or today < review.due_on - REMINDED_BEFORE:
        return
    is_overdue = review.is_overdue(today)
    title = (
        _("The review of roles in %(unit)s is overdue")
        if is_overdue
        else _("The review of roles in %(unit)s is due soon")
    )
    whom = administrators_of(review.unit)
    if is_overdue:  # those above hear of it, too
        whom = User.objects.holding(PeoplePermission.MANAGE, review.unit)
    notices.notify(
        whom,
        kind="access",
        title=title % {"unit": review.unit},
        text=_("It was to be done until %(day)s.") % {"day": dates.day_in_words(review.due_on)}
        if is_overdue
        else _("It is to be done until %(day)s.") % {"day": dates.day_in_words(review.due_on)},
        about=review.unit,
        url=reverse("innovation:access-review", args=[review.pk]),
        at=at,
    )
    review.reminded_at = at
    review.save(update_fields=["reminded_at"])
