"""Hours given back as JSON."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pilots.time_returned.account import Hours
from pilots.time_returned.models import HoursReturned, TimeDeclaration, TimeUse
from pilots.time_returned.presenters.words import sentence, total_sentence
from pilots.time_returned.queries import PilotHours, Together, Went


class HoursOut(serializers.Serializer[Hours]):
    """Positive where time was given back, negative where it was taken."""

    estimate = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


class DeclaredUseOut(serializers.Serializer[object]):
    use = serializers.ChoiceField(TimeUse.choices)
    share = serializers.IntegerField(allow_null=True, help_text="Of the intent, in percent.")
    measure = serializers.IntegerField(source="measure_id", allow_null=True)
    no_measure = serializers.CharField(help_text="Why no metric can show it.")


class TimeDeclarationOut(serializers.ModelSerializer[TimeDeclaration]):
    """One without a metric took back what was said before."""

    by = serializers.CharField(source="by.name")
    uses = DeclaredUseOut(many=True, read_only=True)

    class Meta:
        model = TimeDeclaration
        fields = ("number", "metric", "volume", "since", "uses", "reason", "by", "at")
        read_only_fields = fields


class HoursMonthOut(serializers.Serializer[object]):
    month = serializers.DateField(help_text="Its first day.")
    hours = HoursOut()


class PilotHoursOut(serializers.Serializer[PilotHours]):
    """The account of one pilot, worked out now."""

    pilot = serializers.IntegerField(source="declaration.pilot_id")
    declaration = TimeDeclarationOut()
    unknown = serializers.CharField(help_text="Why it is not known; empty where it is.")
    sentence = serializers.SerializerMethodField()
    hours = HoursOut(allow_null=True)
    per_case = HoursOut(allow_null=True, help_text="What one case gives back, in hours.")
    cases = serializers.FloatField()
    uncounted = serializers.IntegerField(help_text="Periods without a count of cases.")
    interval = serializers.CharField(source="reading.method", default="")
    verdict = serializers.CharField(source="reading.verdict", default="no_data")
    months = serializers.SerializerMethodField()

    def get_sentence(self, found: PilotHours) -> str:
        return sentence(found)

    @extend_schema_field(HoursMonthOut(many=True))
    def get_months(self, found: PilotHours) -> object:
        rows = [{"month": month, "hours": hours} for month, hours in found.by_month.items()]
        return HoursMonthOut(rows, many=True).data


class AccountRowOut(serializers.ModelSerializer[HoursReturned]):
    """The account of one pilot as it was last made up."""

    title = serializers.CharField(source="pilot.title")
    unit = serializers.IntegerField(source="pilot.unit_id")

    class Meta:
        model = HoursReturned
        fields = (
            "pilot", "title", "unit", "unknown", "estimate", "lower", "upper", "per_case", "cases",
            "uncounted", "verdict", "worked_out_at",
        )  # fmt: skip
        read_only_fields = fields


class TotalOut(serializers.Serializer[Together]):
    """Of all pilots that you may see, each counted once at its own unit."""

    hours = HoursOut()
    known = serializers.IntegerField(help_text="Pilots whose hours are known.")
    unknown = serializers.IntegerField(
        help_text="Pilots that say so, of which it is not known yet."
    )
    sentence = serializers.SerializerMethodField()
    worked_out_at = serializers.DateTimeField(allow_null=True)

    def get_sentence(self, total: Together) -> str:
        return total_sentence(total)


class UseHoursOut(serializers.Serializer[object]):
    use = serializers.ChoiceField(TimeUse.choices)
    hours = HoursOut()


class WentOut(serializers.Serializer[Went]):
    """By what groups said, from five answers up; what nobody said of is in the rest."""

    uses = serializers.SerializerMethodField()
    rest = HoursOut(source="together.rest", help_text="Absorbed or unknown.")
    not_asked = HoursOut(
        source="together.not_asked", help_text="Of the rest: of which no group has said anything."
    )
    pilots = serializers.IntegerField(source="asked", help_text="In which a group said so.")

    @extend_schema_field(UseHoursOut(many=True))
    def get_uses(self, went: Went) -> object:
        rows = [{"use": use, "hours": hours} for use, hours in went.together.uses.items()]
        return UseHoursOut(rows, many=True).data


class AccountTotalOut(TotalOut):
    """Give where they went in the context as `went`."""

    went = serializers.SerializerMethodField(help_text="Where the hours went.")

    @extend_schema_field(WentOut)
    def get_went(self, _total: Together) -> object:
        return WentOut(self.context["went"]).data
