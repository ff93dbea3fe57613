"""The filters that write amounts, moments and shares; the words are those of `innovation.rules`."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from innovation.rules import dates, money, numbers
from innovation.rules.numbers import NOTHING

from .library import register

for written in (
    numbers.number,
    numbers.signed,
    numbers.percent,
    money.money,
    money.money_short,
    dates.waited,
    dates.duration,
    dates.clock_in_words,
    dates.day_in_words,
    dates.moment_in_words,
):
    register.filter(written.__name__, written)


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """18 November, with the year when it is not this one."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html(
        '<time datetime="{}">{}</time>',
        local.isoformat(),
        dates.short_day(local, dates.today()),
    )


@register.filter
def weekday(value: date) -> SafeString:
    """Thursday 3 December: a day that somebody looks forward to."""
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), dates.weekday_in_words(value)
    )


@register.filter
def when(value: datetime | date | None) -> SafeString | str:
    """A moment as a colleague says it; the exact one is in the tooltip and the `datetime`."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime):
        return day(value)
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        dates.moment_in_words(value),
        dates.ago(value, timezone.now()),
    )


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """The exact moment: 18 November 2026, 14:05."""
    if value is None:
        return NOTHING
    return format_html(
        '<time datetime="{}">{}</time>',
        timezone.localtime(value).isoformat(timespec="minutes"),
        dates.moment_in_words(value),
    )
