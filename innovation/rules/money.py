"""How money is written: the installation has one currency."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from innovation.rules.numbers import MINUS, NOTHING, number

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "INR": "₹"}


def money(value: object) -> str:
    """An amount in the installation's one currency; cents only where there are any."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return _currency(number(amount, 0 if amount == amount.to_integral_value() else 2))


def money_short(value: object) -> str:
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


def symbol() -> str:
    """What stands before an amount that is typed."""
    currency: str = settings.CURRENCY
    return SYMBOLS.get(currency, currency)


def _currency(amount: str) -> str:
    symbol = SYMBOLS.get(settings.CURRENCY)
    negative, amount = amount.startswith(MINUS), amount.removeprefix(MINUS)
    if symbol:
        written = pgettext("money", "%(symbol)s%(amount)s") % {"symbol": symbol, "amount": amount}
    else:
        written = f"{settings.CURRENCY}\u00a0{amount}"
    return f"{MINUS}{written}" if negative else written
