"""Telling people what became of something they care about, in the way that they chose."""

from innovation.notices.actions.choosing import choose, stop
from innovation.notices.actions.daily import (
    daily_due,
    email_daily,
    give_up_daily,
    put_off_daily,
)
from innovation.notices.actions.mailing import email, email_due, give_up_email, put_off_email
from innovation.notices.actions.telling import mark_read, notify

__all__ = [
    "choose",
    "daily_due",
    "email",
    "email_daily",
    "email_due",
    "give_up_daily",
    "give_up_email",
    "mark_read",
    "notify",
    "put_off_daily",
    "put_off_email",
    "stop",
]
