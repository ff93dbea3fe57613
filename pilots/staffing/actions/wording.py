"""What is said of somebody's time where it is asked for and where it is promised."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.dates import day_in_words
from pilots.staffing import queries


def on_this_team_already(person: User) -> str:
    return _("%(person)s is on this team already in that time. Remove that entry first.") % {
        "person": person.name
    }


def too_much(person: User, percent: int, starts_on: date, ends_on: date) -> str:
    """What is promised on the heaviest day, and what would still fit."""
    person.refresh_from_db(fields=["capacity_percent"])
    free = queries.free_time([person], starts_on=starts_on, ends_on=ends_on)[person.pk]
    return _(
        "%(person)s has %(promised)s %% of full time promised on %(day)s already and "
        "%(capacity)s %% "
        "for pilots in all; %(percent)s %% more does not fit. %(left)s %% would."
    ) % {
        "person": person.name,
        "promised": free.promised,
        "day": day_in_words(free.heaviest_on),
        "capacity": free.capacity,
        "percent": percent,
        "left": free.percent,
    }
