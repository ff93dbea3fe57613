"""The database's clock, which is one for all machines: a pull goes by it and not by its worker's."""

from datetime import date, datetime

from django.db import connection

from innovation.rules import dates


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pilots_now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def day_of(at: datetime) -> date:
    """The installation's day at this moment, and never one that the database has not reached."""
    return min(dates.day_of(at), dates.day_of(now()))
