"""Who is told of what is asked and answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from innovation.notices import actions as notices
from innovation.people.models import User
from pilots.lifecycle.models import Pilot


def tell(
    whom: Iterable[User],
    pilot: Pilot,
    title: str,
    *,
    text: str = "",
    url: str = "",
    by: User,
    at: datetime,
) -> None:
    notices.notify(
        {one for one in whom if one.is_active},
        kind="pilots",
        title=title,
        text=text,
        about=pilot,
        url=url or reverse("pilots:team", args=[pilot.pk]),
        at=at,
        but=by,
    )
