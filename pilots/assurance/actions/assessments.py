"""What every action on one review does: lock it, tell people of it, and write down what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.workflow import actions as workflow
from pilots.assurance import queries
from pilots.assurance.models import Assessment


def lock(assessment: Assessment) -> None:
    workflow.lock(assessment.pilot)
    workflow.lock(assessment)


def tell(
    people: Sequence[User],
    assessment: Assessment,
    *,
    title: str,
    text: str,
    by: User,
    at: datetime,
    url: str = "",
) -> None:
    """The title names %(area)s, %(pilot)s and %(who)s did it; the pilot's reviews open where no other
    address is given."""
    pilot = assessment.pilot
    notices.notify(
        people,
        kind="assurance",
        title=title % {"area": assessment.get_area_display(), "pilot": pilot.title, "who": by.name},
        text=text,
        about=pilot,
        url=url or reverse("pilots:assurance", args=[pilot.pk]),
        at=at,
        but=by,
    )


def tell_reviewers(
    assessment: Assessment, *, title: str, text: str, by: User, at: datetime
) -> None:
    """Who has taken it; while nobody has, everybody who could."""
    people = (
        [assessment.reviewer] if assessment.reviewer is not None else queries.reviewers(assessment)
    )
    tell(
        people,
        assessment,
        title=title,
        text=text,
        url=assessment.get_absolute_url(),
        by=by,
        at=at,
    )


def record(
    event_type: str,
    assessment: Assessment,
    /,
    *,
    by: User,
    at: datetime,
    also: Sequence[User] = (),
    **details: object,
) -> None:
    audit.record(
        event_type,
        assessment,
        by=by,
        at=at,
        also=(assessment.pilot, *also),
        unit_id=assessment.pilot.unit_id,
        area=str(assessment.get_area_display()),
        pilot=audit.named(assessment.pilot),
        **details,
    )
