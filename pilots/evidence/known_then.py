"""A metric as it was known on a past day, beside what is known now: what has been corrected since, and
what came later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from pilots.evidence import queries
from pilots.evidence.presenters import MetricCard
from pilots.evidence.queries import Reading
from pilots.metrics.models import KnownNumber, Metric, MetricKind, MetricVersion
from pilots.metrics.queries import Freshness, period_name


@dataclass(frozen=True)
class Corrected:
    """A number that is another one now."""

    period: str
    then: str
    now: str
    pull_id: int  # that brought what is known now


@dataclass(frozen=True, eq=False)
class KnownThen:
    """All that a reader needs of a past day."""

    day: date
    reading: Reading
    corrected: tuple[Corrected, ...]
    later: int  # numbers of periods that were not known at all
    first: date | None  # the day on which the first number came, where one ever did
    # What was meant then, where it is another thing now; None where nothing changed.
    meant: MetricVersion | None

    @property
    def card(self) -> MetricCard:
        return MetricCard(self.reading)

    @property
    def sentence(self) -> str:
        """How many numbers were known, and what has become of them."""
        known, day = self.reading.series.known, dates.day_in_words(self.day)
        if not known:
            told = _("On the evening of %(day)s, no number was known.") % {"day": day}
            if self.first is None:
                return told
            first = _("The first came on %(day)s.") % {"day": dates.day_in_words(self.first)}
            return f"{told} {first}"
        told = ngettext(
            "On the evening of %(day)s, one number was known.",
            "On the evening of %(day)s, %(n)s numbers were known.",
            known,
        ) % {"day": day, "n": known}
        return " ".join(filter(None, (told, self._since())))

    def _since(self) -> str:
        corrected, later = len(self.corrected), self.later
        if not corrected and not later:
            return _("It is the same today.")
        since = ngettext(
            "%(n)s of them has been corrected since.",
            "%(n)s of them have been corrected since.",
            corrected,
        ) % {"n": corrected}
        if not corrected:
            since = _("None of them has been corrected since.")
        if not later:
            return since
        came = ngettext("%(n)s more came later.", "%(n)s more came later.", later) % {"n": later}
        return f"{since} {came}"


def known_then(metric: Metric, day: date) -> KnownThen:
    """The metric by its plan of today, with the numbers that were known when that day had ended."""
    moment = dates.begins(dates.days_after(day))
    asked = queries.questions([metric])
    (numbers,) = queries.worked_out([metric], asked, known_at=moment)
    then = {one.period: one for one in KnownNumber.objects.filter(metric=metric).known_at(moment)}
    now = {one.period: one for one in KnownNumber.objects.filter(metric=metric).known_at(None)}
    last = max(then, default=None)
    began = KnownNumber.objects.filter(metric=metric).aggregate(at=Min("recorded_at"))["at"]
    came = max((one.recorded_at for one in then.values()), default=None)
    fresh = Freshness("fresh", _("No number was known then."), pulled_at=came, last_period=last)
    reading = Reading(metric, numbers, fresh, asked[metric.pk].live_on)
    return KnownThen(
        day,
        reading,
        tuple(
            Corrected(
                period_name(period, metric.cadence),
                _written(reading, one),
                _written(reading, now[period]),
                now[period].pull_id,
            )
            for period, one in sorted(then.items(), reverse=True)
            if period in now and now[period].revision != one.revision
        ),
        len(now.keys() - then.keys()),
        None if began is None else dates.day_of(began),
        _meant(metric, day),
    )


def _written(reading: Reading, one: KnownNumber) -> str:
    """A number as it is shown, with the two counts that it is made of."""
    if one.value is not None:
        told = reading.figures.write(float(one.value))
        if reading.metric.kind != MetricKind.RATE:
            return told
        assert one.numerator is not None and one.denominator is not None
        return f"{told} ({one.numerator.normalize():f} / {one.denominator.normalize():f})"
    assert one.numerator is not None and one.denominator is not None
    share = reading.figures.write(float(one.numerator / one.denominator))
    return f"{share} ({one.numerator.normalize():f} / {one.denominator.normalize():f})"


def _meant(metric: Metric, day: date) -> MetricVersion | None:
    moment = dates.begins(dates.days_after(day))
    before = MetricVersion.objects.filter(metric=metric, at__lt=moment).order_by("-number").first()
    return None if before is None or before.number == metric.version else before
