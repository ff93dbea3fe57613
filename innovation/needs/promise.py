"""The promise that a person answers within some working days: Monday to Friday, no holidays known.

Pure: dates in, dates and numbers out.
"""

from datetime import date, timedelta

_WORKING_DAYS_A_WEEK = 5


def working_days(since: date, until: date) -> int:
    """How many working days have passed: those after `since`, up to and including `until`."""
    if until <= since:
        return 0
    weeks, rest = divmod((until - since).days, 7)
    odd = sum((since + timedelta(days=n)).weekday() < 5 for n in range(1, rest + 1))
    return weeks * _WORKING_DAYS_A_WEEK + odd


def kept_from(today: date, days: int) -> date:
    """The earliest day on which something can have come in and be within the promise today."""
    earliest = today
    while working_days(earliest - timedelta(days=1), today) <= days:
        earliest -= timedelta(days=1)
    return earliest
