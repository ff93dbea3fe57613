"""Promised time in words and as JSON."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.rules import dates
from innovation.rules.money import money
from innovation.rules.numbers import number
from pilots.funding.models import BudgetCategory, BudgetLine
from pilots.lifecycle.presenters import PersonOut
from pilots.protected_time import weeks
from pilots.protected_time.calendars import CalendarPromise
from pilots.protected_time.load import WeekLoad
from pilots.protected_time.models import Backfill, KeptReading, ProtectedWeek, WeekKept, WeekLostTo
from pilots.protected_time.queries import OwnWeek, PersonLoad, UnitLoad
from pilots.staffing.capacity import hours_a_week
from pilots.staffing.models import Allocation


def week_in_words(week: date) -> str:
    """ "week from 23 November until 29 November 2026" """
    return _("week from %(first)s until %(last)s") % {
        "first": dates.day_of_year_in_words(week),
        "last": dates.day_in_words(weeks.last_day_of(week)),
    }


def too_little_in_words(reading: KeptReading) -> str:
    """What a reading below what is enough says, as a risk."""
    return _(
        "The time that people promised to it is not kept: %(share)s %% in the four weeks until %(day)s, as"
        " %(people)s of %(asked)s people said."
    ) % {
        "share": number(reading.share * 100, 0),
        "day": dates.day_in_words(reading.period.last_day),
        "people": reading.people,
        "asked": reading.asked,
    }


def line_in_words(line: BudgetLine, left: Decimal) -> str:
    """ "Backfill for two nurses, $12,000, of which $4,000 is left" """
    return _("%(what)s, %(amount)s, of which %(left)s is left") % {
        "what": line.description,
        "amount": money(line.amount),
        "left": money(max(left, Decimal(0))),
    }


class BackfillOut(serializers.ModelSerializer[Backfill]):
    """Who covers, as it was planned; the first of a list counts. No `line_name`: nobody pays."""

    person = PersonOut(allow_null=True)
    line_category = serializers.ChoiceField(
        BudgetCategory.choices, allow_blank=True, read_only=True
    )
    by = serializers.CharField(source="by.name")

    class Meta:
        model = Backfill
        fields = (
            "id", "person", "words", "hours", "line", "line_name", "line_category", "rate", "cost", "by",
            "at",
        )  # fmt: skip
        read_only_fields = fields


def as_promised(one: Allocation) -> CalendarPromise:
    """A promise in the words of its calendar."""
    title = _("%(percent)s %% for %(pilot)s") % {"percent": one.percent, "pilot": one.pilot.title}
    text = _("%(hours)s hours of this week are promised, until %(day)s.") % {
        "hours": number(hours_a_week(one.percent)),
        "day": dates.day_in_words(one.ends_on),
    }
    page = one.pilot.get_absolute_url() if one.request is None else one.request.get_absolute_url()
    return CalendarPromise(
        uid=f"promise-{one.pk}",
        title=title,
        text=text,
        url=f"{settings.SITE_URL}{page}",
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        hours=hours_a_week(one.percent),
    )


class ProtectedWeekOut(serializers.ModelSerializer[ProtectedWeek]):
    kept = serializers.ChoiceField(WeekKept.choices, read_only=True)
    why = serializers.ChoiceField(WeekLostTo.choices, allow_blank=True, read_only=True)

    class Meta:
        model = ProtectedWeek
        fields = ("id", "pilot", "week", "kept", "why", "words", "answered_at")
        read_only_fields = fields


class OwnWeekOut(serializers.Serializer[list[OwnWeek]]):
    """One week of one's own promised time. `answer` is null where one said nothing."""

    pilot = serializers.IntegerField(source="pilot.pk")
    title = serializers.CharField(source="pilot.title")
    week = serializers.DateField()
    percent = serializers.IntegerField()
    open = serializers.BooleanField(source="is_answered_now")
    answer = ProtectedWeekOut(allow_null=True)


class KeptReadingOut(serializers.ModelSerializer[KeptReading]):
    """How much of the promised time was kept in four weeks. Shown from five people's answers up."""

    starts_on = serializers.DateField(source="period.starts_on")
    ends_on = serializers.DateField(source="period.last_day")
    share = serializers.DecimalField(max_digits=5, decimal_places=4, coerce_to_string=False)
    often = serializers.ChoiceField(WeekLostTo.choices, allow_blank=True, read_only=True)

    class Meta:
        model = KeptReading
        fields = ("starts_on", "ends_on", "share", "people", "asked", "often")
        read_only_fields = fields


class WeekLoadOut(serializers.Serializer[WeekLoad]):
    """Percent of full time on the heaviest day of a week."""

    week = serializers.DateField()
    capacity = serializers.IntegerField()
    agreed = serializers.IntegerField()
    asked = serializers.IntegerField(help_text="What the open requests would add.")
    uncovered = serializers.IntegerField(help_text="Of what is agreed, without cover.")
    over = serializers.IntegerField(help_text="Beyond what there is.")


class PersonLoadOut(serializers.Serializer[PersonLoad]):
    person = PersonOut()
    pilots = serializers.ListField(child=serializers.CharField())
    weeks = WeekLoadOut(many=True)


class UnitLoadOut(serializers.Serializer[UnitLoad]):
    """The people of a unit, and of those below it, with something promised or asked."""

    unit = serializers.IntegerField(source="unit.pk")
    people = PersonLoadOut(many=True)
    together = WeekLoadOut(many=True)
    free = serializers.IntegerField(help_text="People with nothing promised or asked.")
