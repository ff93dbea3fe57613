"""How amounts and shares are written, in the reader's language."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import pgettext

Amount = Decimal | float | str  # text as it is typed, empty where there is none
MINUS = "−"
NOTHING = "–"


def number(value: Amount | None, places: int | None = None) -> str:
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
    return _true_minus(number_format(f"{amount:f}", decimal_pos=places, force_grouping=True))


def exact(value: Decimal) -> str:
    """Every decimal that was typed, without the zeros that a column adds: 99.95, 0.012, 90."""
    plain = value.normalize()
    return number(plain, max(0, -int(plain.as_tuple().exponent)))


def signed(value: Amount | None, places: int | None = None) -> str:
    """A difference: +11 or −4.4."""
    if value is None or value == "":
        return NOTHING
    text = number(value, places)
    return text if text.startswith(MINUS) or not text.strip("0.,–") else f"+{text}"


def percent(value: Amount | None, places: int = 0) -> str:
    """A share between 0 and 1 as percent."""
    if value is None or value == "":
        return NOTHING
    return pgettext("percent", "%(number)s%%") % {"number": number(float(value) * 100, places)}


def _true_minus(text: str) -> str:
    return text.replace("-", MINUS, 1) if text.startswith("-") else text
