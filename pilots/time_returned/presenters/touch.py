"""Is the human touch an edge? Four lines on one axis of months, each with its sentence and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from innovation.rules import dates
from innovation.rules.numbers import number, percent
from innovation.web import charts
from pilots.time_returned.account import Hours
from pilots.time_returned.models import TouchKind
from pilots.time_returned.presenters.as_json import TotalOut
from pilots.time_returned.presenters.words import ends, signed, total_sentence
from pilots.time_returned.queries import Heard, HeardSeries, HumanTouch


@dataclass(frozen=True)
class TouchLine:
    """One of the lines: its chart where it is measured, and what is said of it in any case."""

    key: str
    title: str
    sentence: str
    svg: SafeString
    table: dict[str, object] | None
    legend: list[tuple[str, str]]
    trust: str
    instrument: str = ""  # by which people are asked
    needs_question: bool = False  # nobody said yet which question tells it


def lines_of(found: HumanTouch) -> list[TouchLine]:
    """In the order of the question: what was given back, what people say of it, whether it is used."""
    return [
        _hours_line(found),
        *(_heard_line(found.months, one) for one in found.heard),
        _use_line(found),
    ]


def not_known(found: HumanTouch) -> list[str]:
    """What nobody can tell from these lines, said before anything is read into them."""
    said = [
        _(
            "Lines that move together do not show that one moved the other: other things changed in the same"
            " months."
        )
    ]
    if not found.total.known:
        said.append(_("How many hours were given back."))
    elif found.total.unknown:
        said.append(
            ngettext(
                "How many hours %(n)s more pilot gives back, which says that it does.",
                "How many hours %(n)s more pilots give back, which say that they do.",
                found.total.unknown,
            )
            % {"n": number(found.total.unknown)}
        )
    for one in found.heard:
        asked = sum(month in one.months for month in found.months)
        label = str(TouchKind(one.kind).label)
        if not asked:
            said.append(_("%(what)s: not measured.") % {"what": label})
        elif asked < len(found.months):
            said.append(
                _("%(what)s: asked in %(n)s of %(of)s months, and of nobody in the others.")
                % {"what": label, "n": asked, "of": len(found.months)}
            )
    counted = sum(month in found.used for month in found.months)
    if not counted:
        said.append(_("How many use what was tried: not measured."))
    elif counted < len(found.months):
        said.append(
            _("Use: counted in %(n)s of %(of)s months.") % {"n": counted, "of": len(found.months)}
        )
    said.append(_("What those say who were not asked, or did not answer."))
    return said


def _hours_line(found: HumanTouch) -> TouchLine:
    hours: Mapping[date, Hours] = found.hours
    values = [hours.get(month) for month in found.months]
    title, said = _("Hours given back"), total_sentence(found.total)
    svg = SafeString("")
    if hours:
        svg = charts.control_chart_pair(
            dates=found.months,
            values=[None if one is None else one.estimate for one in values],
            lower=[None if one is None else one.lower for one in values],
            upper=[None if one is None else one.upper for one in values],
            unit=_("hours"),
            title=title,
            description=said,
        )
    rows = [
        [dates.month_in_words(month), signed(one.estimate), ends(one)]
        for month, one in zip(reversed(found.months), reversed(values), strict=True)
        if one is not None
    ]
    return TouchLine(
        "hours",
        title,
        said,
        svg,
        _table(title, [_("Month"), _("Hours"), _("Interval")], rows),
        [("common", _("Hours of a month")), ("band", _("Their interval"))],
        ngettext(
            "Measured change of a case × cases, over %(n)s pilot",
            "Measured change of a case × cases, over %(n)s pilots",
            found.total.known,
        )
        % {"n": number(found.total.known)},
    )


def _heard_line(months: Sequence[date], one: HeardSeries) -> TouchLine:
    title = str(TouchKind(one.kind).label)
    heard: dict[date, Heard] = {month: one.months[month] for month in months if month in one.months}
    if one.item is None or not heard:
        said = _("Not measured: nobody was asked, or fewer than five answered.")
        if one.item is None:
            said = _("Not measured: it is not said yet which question tells it.")
        return TouchLine(
            one.kind, title, said, SafeString(""), None, [], "",
            instrument=one.item.instrument.key if one.item else "",
            needs_question=one.item is None,
        )  # fmt: skip
    last = max(heard)
    highest = number(one.item.instrument.highest)
    said = _("Last asked in %(month)s: %(mean)s of %(highest)s, by %(n)s people.") % {
        "month": dates.month_in_words(last),
        "mean": number(heard[last].mean, 1),
        "highest": highest,
        "n": number(heard[last].n),
    }
    svg = charts.control_chart_pair(
        dates=months,
        values=[heard[month].mean if month in heard else None for month in months],
        unit=_("of %(highest)s") % {"highest": highest},
        title=title,
        description=said,
    )
    rows = [
        [
            dates.month_in_words(month),
            number(heard[month].mean, 1),
            number(heard[month].n),
            number(heard[month].rounds),
        ]
        for month in sorted(heard, reverse=True)
    ]
    return TouchLine(
        one.kind,
        title,
        said,
        svg,
        _table(title, [_("Month"), _("Mean"), _("Answers"), _("Groups")], rows),
        [("common", _("Mean of a month"))],
        _("“%(question)s” of %(instrument)s; groups of five or more alone")
        % {"question": one.item.asks, "instrument": one.item.instrument.title},
        instrument=one.item.instrument.key,
    )


def _use_line(found: HumanTouch) -> TouchLine:
    title = _("Use")
    used = {month: found.used[month] for month in found.months if month in found.used}
    if not used:
        said = _("Not measured: nobody counted yet how many of those who could use it do.")
        return TouchLine("use", title, said, SafeString(""), None, [], "")
    last = max(used)
    said = _("Last counted in %(month)s: %(active)s of %(eligible)s who could use it do.") % {
        "month": dates.month_in_words(last),
        "active": number(used[last].active),
        "eligible": number(used[last].eligible),
    }
    svg = charts.control_chart_pair(
        dates=found.months,
        values=[used[month].share if month in used else None for month in found.months],
        title=title,
        description=said,
        percent=True,
    )
    rows = [
        [
            dates.month_in_words(month),
            percent(used[month].share),
            number(used[month].active),
            number(used[month].eligible),
            number(used[month].groups),
        ]
        for month in sorted(used, reverse=True)
    ]
    return TouchLine(
        "use",
        title,
        said,
        svg,
        _table(title, [_("Month"), _("Share"), _("Use it"), _("Could"), _("Groups")], rows),
        [("common", _("Share of a month"))],
        _("As the pilots' teams counted them; groups of five or more alone"),
    )


def _table(title: str, columns: list[str], rows: list[list[str]]) -> dict[str, object] | None:
    return {"caption": title, "columns": columns, "rows": rows} if rows else None


class HeardMonthOut(serializers.Serializer[object]):
    month = serializers.DateField()
    mean = serializers.FloatField()
    n = serializers.IntegerField()


class TouchHoursOut(serializers.Serializer[object]):
    month = serializers.DateField()
    estimate = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


class UsedMonthOut(serializers.Serializer[object]):
    month = serializers.DateField()
    active = serializers.IntegerField()
    eligible = serializers.IntegerField()


class HumanTouchOut(serializers.Serializer[object]):
    """Side by side over the same months; what is not measured is empty."""

    total = TotalOut()
    hours = TouchHoursOut(many=True)
    listened = HeardMonthOut(many=True)
    stay = HeardMonthOut(many=True)
    use = UsedMonthOut(many=True)
    not_known = serializers.ListField(child=serializers.CharField())


def touch_as_json(found: HumanTouch) -> object:
    heard = {
        one.kind: [
            {"month": month, "mean": answer.mean, "n": answer.n}
            for month, answer in one.months.items()
        ]
        for one in found.heard
    }
    hours = [
        {"month": month, "estimate": one.estimate, "lower": one.lower, "upper": one.upper}
        for month, one in found.hours.items()
    ]
    use = [
        {"month": month, "active": one.active, "eligible": one.eligible}
        for month, one in found.used.items()
    ]
    given = {
        "total": found.total,
        "hours": hours,
        **heard,
        "use": use,
        "not_known": not_known(found),
    }
    return HumanTouchOut(given).data
