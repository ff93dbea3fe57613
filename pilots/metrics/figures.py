"""The one way a metric's number is scaled, written, and put into another unit. Pure: no tables.

A unit is what people typed ("%", "minutes", "per 1,000 bed days"). It is understood as far as that
is sound: percent, shares and "per 1,000" are one thing at three sizes, and so are minutes and hours;
everything else is only the same as itself.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules.numbers import MINUS, NOTHING, exact, number
from innovation.rules.refusal import Refused

# Decimals that a planned number, a key result and a measured level are kept with.
KEPT = Decimal("0.000001")
PERCENT = Decimal("0.01")
SHARE = "share"

# In minutes. A day is one on the clock: "working days" is a thing of its own.
_TIMES = {
    Decimal(1) / 60: ("s", "sec", "secs", "second", "seconds"),
    Decimal(1): ("min", "mins", "minute", "minutes"),
    Decimal(60): ("h", "hr", "hrs", "hour", "hours"),
    Decimal(24 * 60): ("d", "day", "days"),
    Decimal(7 * 24 * 60): ("wk", "wks", "week", "weeks"),
}
_SIZE_OF_TIME = {word: size for size, words in _TIMES.items() for word in words}
_PERCENT_WORDS = re.compile(r"^(%|pct|percent|per cent|percentage)( of .*)?$")
_PER = re.compile(r"(?:\bper\b|/)\s*+(?P<many>\d[\d,.’'\s]*+)?(?P<of>.*)")
_SEPARATORS = re.compile(r"[,.’'\s](?=\d{3}\b)")


@dataclass(frozen=True)
class UnitOfMeasure:
    """What a number is counted in: of one `kind`, a number times `size` is the same amount."""

    text: str
    kind: str
    size: Decimal

    @property
    def is_percent(self) -> bool:
        return self.kind == SHARE and self.size == PERCENT


def unit(text: str) -> UnitOfMeasure:
    """The unit that somebody typed."""
    plain = " ".join(text.replace("‰", "per 1000").casefold().split())
    if _PERCENT_WORDS.match(plain):
        return UnitOfMeasure(text.strip(), SHARE, PERCENT)
    if plain in ("share", "proportion", "ratio"):
        return UnitOfMeasure(text.strip(), SHARE, Decimal(1))
    per = _PER.search(plain)
    if per is None:
        kind, size = _amount(plain)
        return UnitOfMeasure(text.strip(), kind, size)
    kind, size = _amount(plain[: per.start()].rstrip())
    many = Decimal(_SEPARATORS.sub("", per["many"].strip()).replace(",", "") if per["many"] else 1)
    of = _singular(per["of"])
    if not many:
        return UnitOfMeasure(text.strip(), plain, Decimal(1))
    # "per 1,000" of nothing named is a share, as percent is one of a hundred.
    whole = SHARE if not (kind or of) else f"{kind} per {of}"
    return UnitOfMeasure(text.strip(), whole, size / many)


def _amount(text: str) -> tuple[str, Decimal]:
    if text in _SIZE_OF_TIME:
        return "time", _SIZE_OF_TIME[text]
    return _singular(text), Decimal(1)


def _singular(text: str) -> str:
    return text[:-1] if len(text) > 3 and text.endswith("s") and not text.endswith("ss") else text


class HasUnit(Protocol):
    """A metric, as far as its numbers' unit needs it."""

    @property
    def kind(self) -> str: ...
    @property
    def measure_unit(self) -> str: ...


def unit_of(metric: HasUnit) -> UnitOfMeasure:
    """The unit in which a metric's numbers are kept: a proportion is a share between 0 and 1."""
    return UnitOfMeasure("%", SHARE, Decimal(1)) if is_share(metric) else unit(metric.measure_unit)


def is_share(metric: HasUnit) -> bool:
    """Whether the metric is a proportion: kept as 0 to 1, typed and written in percent."""
    return metric.kind == "proportion"


@dataclass(frozen=True)
class Exposure:
    """What a rate is told per: so many of something."""

    per: Decimal
    of: str  # as it is written


def exposure_of(text: str) -> Exposure | None:
    """What a unit says after “per”; None where it says nothing of it.

    >>> exposure_of("per 1,000 bed days")
    Exposure(per=Decimal('1000'), of='bed days')
    >>> exposure_of("falls") is None
    True
    """
    found = _PER.search(" ".join(text.split()))
    if found is None or not found["of"].strip():
        return None
    # Digits without marks of thousands; a unit knows no parts of one.
    many = Decimal(_SEPARATORS.sub("", found["many"].strip()) if found["many"] else 1)
    return Exposure(many, found["of"].strip()) if many else None


def per_of(metric: HasUnit) -> Decimal:
    """Per how many of its exposure a metric's numbers are told; one where it is no rate."""
    found = exposure_of(metric.measure_unit) if metric.kind == "rate" else None
    return found.per if found is not None else Decimal(1)


def unit_of_range(
    text: str, start: Decimal, target: Decimal, *, beside: UnitOfMeasure
) -> UnitOfMeasure:
    """The unit of a key result that goes from `start` to `target`, measured by a number in
    `beside`. Without a word, both between 0 and 1 beside a share are shares too."""
    if not text.strip() and beside.kind == SHARE and 0 <= start <= 1 and 0 <= target <= 1:
        return UnitOfMeasure("", SHARE, Decimal(1))
    return unit(text)


def convert(value: Decimal | float, source: UnitOfMeasure, target: UnitOfMeasure) -> Decimal:
    """`value` in `source`, in `target`, to six decimals. `Refused` where that makes no sense."""
    check_converts(source, target)
    amount = Decimal(repr(value)) if isinstance(value, float) else value
    return (amount * source.size / target.size).quantize(KEPT, ROUND_HALF_EVEN)


def converts(source: UnitOfMeasure, target: UnitOfMeasure) -> bool:
    """Whether a number in `source` says something in `target`."""
    return source.kind == target.kind


def check_converts(source: UnitOfMeasure, target: UnitOfMeasure) -> None:
    if converts(source, target):
        return
    if not target.text:
        raise Refused(
            _("The metric is measured in “%(source)s”; write the same unit at the key result.")
            % {"source": source.text}
        )
    if not source.text:
        raise Refused(
            _("The metric has no unit and the key result is in “%(target)s”; write it at both.")
            % {"target": target.text}
        )
    raise Refused(
        _("A number in “%(source)s” cannot be told in “%(target)s”. Use one unit for both.")
        % {"source": source.text, "target": target.text}
    )


# Written


@dataclass(frozen=True)
class Figures:
    """How the numbers of one metric are written: its unit, and as many decimals as its usual
    size calls for (`places`; None: each by its own size). Takes numbers as they are kept."""

    share: bool
    unit: str
    places: int | None = None

    def write(self, value: float | Decimal | None) -> str:
        """A level: 11.7 minutes, 8.9%."""
        if value is None:
            return NOTHING
        return with_unit(self._digits(value), self._unit_text)

    def bare(self, value: float | Decimal | None) -> str:
        """A level beside another one, where the unit was just said."""
        if value is None:
            return NOTHING
        return with_unit(self._digits(value), "%" if self.share else "")

    def planned(self, value: Decimal) -> str:
        """A number that somebody set, with the decimals they typed: 8%, 13 minutes, 99.95%."""
        return with_unit(exact(self.entered(value)), self._unit_text)

    def difference(self, value: float | Decimal) -> str:
        """A difference without its sign: 4.4 minutes, 3.2 points."""
        digits = self._digits(abs(Decimal(value)))
        if self.in_percent:
            return _("%(n)s points") % {"n": digits}
        return with_unit(digits, self.unit)

    def margin(self, value: Decimal) -> str:
        """A difference that somebody set: 1 point, 0.5 minutes."""
        points = self.entered(value)
        if not self.in_percent:
            return with_unit(exact(points), self.unit)
        return ngettext("%(n)s point", "%(n)s points", 1 if points == 1 else 2) % {
            "n": exact(points)
        }

    def signed(self, value: float | Decimal) -> str:
        """A difference with its sign and without its unit: −4.4."""
        return f"{MINUS if value < 0 else '+'}{self._digits(abs(Decimal(value)))}"

    @property
    def difference_unit(self) -> str:
        """What stands after a signed difference."""
        return _("points") if self.in_percent else self.unit

    @property
    def in_percent(self) -> bool:
        """Whether its numbers are read in percent, so that differences are points."""
        return self.share or unit(self.unit).is_percent

    def entered(self, kept: Decimal) -> Decimal:
        """A kept number as it is typed and read: proportions in percent."""
        return 100 * kept if self.share else kept

    def kept(self, entered: Decimal) -> Decimal:
        """A typed number as it is kept."""
        return entered / 100 if self.share else entered

    @property
    def _unit_text(self) -> str:
        return "%" if self.share else self.unit

    def _digits(self, value: float | Decimal) -> str:
        shown = 100 * value if self.share else value
        places = decimals(abs(float(shown))) if self.places is None else self.places
        if shown and not round(shown, places):
            places += 1  # small, but not nothing
        return number(shown, places)


def figures(metric: HasUnit, typical: float | None = None) -> Figures:
    """How this metric's numbers are written, in the size of a `typical` one where that is known."""
    share = is_share(metric)
    if typical is None:
        return Figures(share, metric.measure_unit)
    size = abs(typical)
    places = (1 if size >= PERCENT else 2) if share else decimals(size)
    return Figures(share, metric.measure_unit, places)


@dataclass(frozen=True)
class RangeFigures:
    """How the numbers of a key result are written: its ends as typed, a level on the way between
    them with as many decimals as the way needs. Takes numbers in the key result's own unit."""

    start: Decimal
    target: Decimal
    unit: str

    @property
    def places(self) -> int:
        return decimals_between(self.start, self.target)

    @property
    def unit_text(self) -> str:
        return "%" if unit(self.unit).text == "%" else self.unit.strip()

    @property
    def way(self) -> str:
        """From where to where: from 99.5% to 99.95%."""
        bare = exact(self.start) if self.unit_text != "%" else self.typed(self.start)
        return _("from %(start)s to %(target)s") % {
            "start": bare,
            "target": self.typed(self.target),
        }

    def typed(self, value: Decimal) -> str:
        """A number that somebody set."""
        return with_unit(exact(value), self.unit_text)

    def write(self, level: Decimal | float) -> str:
        """A level that was measured."""
        return with_unit(number(level, self.places), self.unit_text)

    @property
    def difference_unit(self) -> str:
        """What stands after a change."""
        return _("points") if self.unit_text == "%" else self.unit_text

    def claimed(self, change: Decimal) -> str:
        """A change that somebody said, with its sign and without its unit: −5."""
        return _with_sign(change, exact(abs(change)))

    def moved(self, change: Decimal) -> str:
        """A change that was measured: +0.7, or 0 where it rounds to nothing."""
        return _with_sign(change, number(abs(change), self.places))


def _with_sign(value: Decimal, size: str) -> str:
    if not size.strip("0.,"):
        return "0"
    return f"{MINUS if value < 0 else '+'}{size}"


def decimals(size: float) -> int:
    """As many decimals as a level of this size calls for: three digits that mean something."""
    if size >= 100 or size == 0:
        return 0
    return 1 if size >= 10 else 2 if size >= 1 else 3


def decimals_between(start: Decimal, target: Decimal) -> int:
    """Decimals for a level on the way from `start` to `target`: never fewer than were typed, and
    fine enough that a tenth of the way shows."""
    typed = max(-int(end.normalize().as_tuple().exponent) for end in (start, target))
    sized = decimals(float(max(abs(start), abs(target))))
    way = abs(float(target - start))
    fine = math.ceil(-math.log10(way / 10) - 1e-9) if way else 0
    return min(6, max(0, typed, sized, fine))


def with_unit(text: str, word: str) -> str:
    """85.6% and 11.7 minutes: a percent sign stands close, a word does not."""
    return f"{text}%" if word == "%" else f"{text} {word}".strip()
