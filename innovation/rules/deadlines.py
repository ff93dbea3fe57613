"""A day by which somebody promises something: near enough that somebody looks at it."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.rules.refusal import Malformed

FURTHEST = timedelta(days=366)


def check_near(day: date, *, at: datetime) -> None:
    """Refused where it is more than a year ahead: “31 December 9999” means never."""
    last = dates.day_of(at) + FURTHEST
    if day > last:
        raise Malformed(
            _("Give a day within a year, by %(day)s.") % {"day": dates.day_in_words(last)}
        )
