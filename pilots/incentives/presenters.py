"""One's own parts by pilot and need, as page, document and JSON; offers, thanks and parts as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.needs.models import Need
from innovation.people.models import User
from innovation.rules import dates
from pilots.incentives import queries
from pilots.incentives.kinds import CareerForm
from pilots.incentives.models import (
    CreditClaim,
    CreditTold,
    Incentive,
    IncentiveEvaluation,
    Thanks,
    ThanksTo,
)
from pilots.incentives.queries import Credit
from pilots.incentives.words import warning_in_words
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED


@dataclass(frozen=True)
class OwnPart:
    """One pilot or need that somebody had a part in, and what became of it."""

    thing: Pilot | Need
    outcome: str
    parts: tuple[Credit, ...]
    left_out: bool
    told: str  # who leads their unit and was told of it, by name
    told_at: datetime | None

    @property
    def is_pilot(self) -> bool:
        return isinstance(self.thing, Pilot)

    @property
    def unnamed(self) -> bool:
        """All of it was done without a name."""
        return all(one.unnamed for one in self.parts)

    @property
    def first(self) -> date:
        return min(one.on for one in self.parts)


def outcome_of(thing: Pilot | Need) -> str:
    """What became of it, in the product's own words."""
    if isinstance(thing, Pilot) and thing.status in ENDED and thing.ended_on is not None:
        return _("%(status)s on %(day)s") % {
            "status": thing.get_status_display(),
            "day": dates.day_in_words(thing.ended_on),
        }
    return thing.get_status_display()


def own_parts(
    person: User, *, since: date | None = None, until: date | None = None, unnamed: bool = True
) -> list[OwnPart]:
    """What the record says of one person in this time, by pilot and need, the last first."""
    found = [
        one
        for one in queries.credit_of_person(person)
        if (since is None or one.on >= since)
        and (until is None or one.on <= until)
        and (unnamed or not one.unnamed)
    ]
    pilots = Pilot.objects.in_bulk({one.pilot for one in found if one.pilot})
    needs = Need.objects.in_bulk({one.need for one in found if one.need})
    off_pilots, off_needs = queries.left_out_by(person)
    told: dict[int, list[CreditTold]] = defaultdict(list)
    for row in CreditTold.objects.filter(person=person).select_related("told"):  # the last first
        told[row.pilot_id].append(row)
    parts = [
        OwnPart(
            pilot,
            outcome_of(pilot),
            tuple(one for one in found if one.pilot == pilot.pk),
            pilot.pk in off_pilots,
            ", ".join(sorted({one.told.name for one in told[pilot.pk]})),
            told[pilot.pk][0].at if told[pilot.pk] else None,
        )
        for pilot in pilots.values()
    ] + [
        OwnPart(
            need,
            outcome_of(need),
            tuple(one for one in found if one.need == need.pk),
            need.pk in off_needs,
            "",
            None,
        )
        for need in needs.values()
    ]
    return sorted(parts, key=lambda one: (one.first, one.thing.title), reverse=True)


@dataclass(frozen=True)
class PersonsPart:
    """Everything that one person did in one pilot or need, as others read it."""

    name: str
    person: User | None
    parts: tuple[Credit, ...]


def by_person(found: Iterable[Credit]) -> list[PersonsPart]:
    """In the order in which their first parts come; who asked not to be named once for each need."""
    named: dict[int, list[Credit]] = {}
    lines: list[PersonsPart] = []
    for one in found:
        if one.person is None:
            lines.append(PersonsPart(one.name, None, (one,)))
        else:
            named.setdefault(one.person.pk, []).append(one)
    lines += [PersonsPart(parts[0].name, parts[0].person, tuple(parts)) for parts in named.values()]
    return lines


class EvaluationOut(serializers.ModelSerializer[IncentiveEvaluation]):
    by = serializers.CharField(source="by.name")

    class Meta:
        model = IncentiveEvaluation
        fields = ("outcome", "words", "seen", "by", "at")
        read_only_fields = fields


class IncentiveOut(serializers.ModelSerializer[Incentive]):
    """`cost` and `line` are null for who does not read the pilot's money."""

    page = serializers.CharField(source="get_absolute_url")
    career = serializers.ChoiceField(CareerForm.choices, allow_blank=True)
    warning = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()
    line = serializers.SerializerMethodField()
    evaluations = EvaluationOut(many=True)

    class Meta:
        model = Incentive
        fields = (
            "id", "pilot", "kind", "career", "what", "for_whom", "group", "starts_on", "ends_on", "why_fits",
            "must_not", "metric", "despite", "warning", "cost", "line", "at", "dropped_at",
            "dropped_because", "evaluations", "page",
        )  # fmt: skip
        read_only_fields = fields

    def get_warning(self, incentive: Incentive) -> str:
        """What has to be answered before it stands; empty where nothing does."""
        warning = queries.open_warning(incentive, queries.planned(incentive.pilot.metrics.all()))
        return "" if warning is None else warning_in_words(warning)

    def get_cost(self, incentive: Incentive) -> str | None:
        shown = self.context.get("sees_money") and incentive.cost is not None
        return f"{incentive.cost:.2f}" if shown else None

    def get_line(self, incentive: Incentive) -> int | None:
        return incentive.line_id if self.context.get("sees_money") else None


class ThanksOut(serializers.ModelSerializer[Thanks]):
    by = serializers.CharField(source="by.name")
    to = serializers.SerializerMethodField()

    class Meta:
        model = Thanks
        fields = ("id", "pilot", "need", "by", "to", "text", "public", "at")
        read_only_fields = fields

    def get_to(self, thanks: Thanks) -> list[str]:
        """Who was thanked, but those who keep it to themselves."""
        return [one.name for one in thanks.to.all() if one.hidden_at is None]


class ReceivedThanksOut(serializers.ModelSerializer[ThanksTo]):
    by = serializers.CharField(source="thanks.by.name")
    text = serializers.CharField(source="thanks.text")
    at = serializers.DateTimeField(source="thanks.at")
    public = serializers.BooleanField(source="thanks.public")

    class Meta:
        model = ThanksTo
        fields = ("id", "by", "text", "at", "public", "hidden_at")
        read_only_fields = fields


class CreditOut(serializers.Serializer[Credit]):
    kind = serializers.CharField()
    words = serializers.CharField()
    name = serializers.CharField()
    pilot = serializers.IntegerField(allow_null=True)
    need = serializers.IntegerField(allow_null=True)
    on = serializers.DateField()


class CreditClaimOut(serializers.ModelSerializer[CreditClaim]):
    person = serializers.CharField(source="person.name")

    class Meta:
        model = CreditClaim
        fields = ("id", "pilot", "person", "what", "at", "confirmed", "answer", "answered_at")
        read_only_fields = fields
