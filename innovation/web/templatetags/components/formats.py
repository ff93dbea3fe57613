"""How amounts, moments and shares are written, in the locale and on the person's clock."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .library import register

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "INR": "₹"}
MINUS = "−"
NOTHING = "–"


def _signed(text: str) -> str:
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """12,765 or 11.7 with a true minus; with `places`, exactly that many decimals."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    if not amount.is_finite():
        return NOTHING
    # Django's number_format cuts decimals off; a reader expects them rounded.
    amount = amount.quantize(Decimal(1).scaleb(-(2 if places is None else places)), ROUND_HALF_UP)
    if places is None:
        amount = amount.normalize()
        places = max(0, -int(amount.as_tuple().exponent))
    if not amount:
        amount = abs(amount)  # a small loss rounds to 0, not to −0
    return _signed(number_format(f"{amount:f}", decimal_pos=places, force_grouping=True))


@register.filter
def signed(value: Any, places: int | None = None) -> str:
    """A difference: +11 or −4.4."""
    if value is None or value == "":
        return NOTHING
    text = number(value, places)
    return text if text.startswith(MINUS) or not text.strip("0.,–") else f"+{text}"


@register.filter
def percent(value: Any, places: int = 0) -> str:
    """A share between 0 and 1 as percent."""
    if value is None or value == "":
        return NOTHING
    return pgettext("percent", "%(number)s%%") % {"number": number(float(value) * 100, places)}


def _currency(amount: str) -> str:
    symbol = SYMBOLS.get(settings.CURRENCY)
    negative, amount = amount.startswith(MINUS), amount.removeprefix(MINUS)
    if symbol:
        written = pgettext("money", "%(symbol)s%(amount)s") % {"symbol": symbol, "amount": amount}
    else:
        written = f"{settings.CURRENCY}\u00a0{amount}"
    return f"{MINUS}{written}" if negative else written


@register.filter
def money(value: Any) -> str:
    """An amount in the installation's one currency; cents only where there are any."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return _currency(number(amount, 0 if amount == amount.to_integral_value() else 2))


@register.filter
def money_short(value: Any) -> str:
    """An amount at a glance: $412k, $1.2m."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    for size, letter in ((Decimal(1_000_000), _("m")), (Decimal(1_000), _("k"))):
        # 999,950 would round up to "1000k"
        if abs(amount) >= size * Decimal("0.9995" if size > 1_000 else "1"):
            short = amount / size
            return _currency(number(short, 1 if abs(short) < Decimal("9.95") else 0)) + letter
    return money(amount.quantize(Decimal(1)))


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """18 November, with the year when it is not this one."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(), _day_words(local, timezone.localdate())
    )


def _day_words(local: date, today: date) -> str:
    style = pgettext("day", "j F") if local.year == today.year else pgettext("day", "j F Y")
    return date_format(local, style)


def ago(value: datetime, now: datetime) -> str:
    """today 04:12, yesterday 16:30, 4 days ago, 18 November."""
    local, here = timezone.localtime(value), timezone.localtime(now)
    clock = date_format(local, pgettext("clock", "H:i"))
    days = (here.date() - local.date()).days
    if days == 0:
        return _("today %(clock)s") % {"clock": clock}
    if days == 1:
        return _("yesterday %(clock)s") % {"clock": clock}
    if days == -1:
        return _("tomorrow %(clock)s") % {"clock": clock}
    if 1 < days < 7:
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}
    return _day_words(local.date(), here.date())


@register.filter
def when(value: datetime | date | None) -> SafeString | str:
    """A moment as a colleague says it; the exact one is in the tooltip and the `datetime`."""
    if value is None:
        return NOTHING
    if not isinstance(value, datetime):
        return day(value)
    local = timezone.localtime(value)
    exact = date_format(local, pgettext("moment", "j F Y, H:i"))
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        exact,
        ago(value, timezone.now()),
    )


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """The exact moment: 18 November 2026, 14:05."""
    if value is None:
        return NOTHING
    return format_html(
        '<time datetime="{}">{}</time>',
        timezone.localtime(value).isoformat(timespec="minutes"),
        moment_in_words(value),
    )


def moment_in_words(value: datetime) -> str:
    """The same as text, for a sentence: 18 November 2026, 14:05, on the reader's own clock."""
    return date_format(timezone.localtime(value), pgettext("moment", "j F Y, H:i"))


def day_in_words(value: date) -> str:
    """A day as text, for a sentence: 18 November 2026."""
    return date_format(value, pgettext("day", "j F Y"))


@register.filter
def waited(value: datetime | date | None) -> str:
    """How long something has been waiting: under an hour, 5 hours, 6 days."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return duration(timezone.now() - value)
    return duration(timedelta(days=(timezone.localdate() - value).days))


@register.filter
def duration(value: timedelta | int | float | None) -> str:
    """A length of time in its largest fitting unit; a number is minutes."""
    if value is None:
        return NOTHING
    minutes = value.total_seconds() / 60 if isinstance(value, timedelta) else float(value)
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        n = int(minutes)
        return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}
    if minutes < 24 * 60:
        n = int(minutes // 60)
        return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}
    days = int(minutes // (24 * 60))
    if days < 70:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}
    weeks = days // 7
    if weeks < 104:
        return ngettext("%(n)s week", "%(n)s weeks", weeks) % {"n": number(weeks)}
    n = days // 365
    return ngettext("%(n)s year", "%(n)s years", n) % {"n": number(n)}
