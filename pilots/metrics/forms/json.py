"""What the API takes for a source, for an amendment, and of what a metric is compared with."""

from __future__ import annotations

import re

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.people.request import person
from innovation.web.free_text import NamesNoPatientSerializer
from pilots.metrics.forms.amendments import APPROVE, DECLINE
from pilots.metrics.models import Metric, SiblingKind

_NUMBER = re.compile(r"(?:[0-9 .,'%+\u00a0\u202feE-]{1,60}|NaN|\+?Inf|)\Z")
MOST_ROWS = 5_000
PERIOD = r"[0-9A-Za-z:+./ -]+\Z"


class FileIn(serializers.Serializer[None]):
    file = serializers.FileField(
        allow_empty_file=True,  # the connector's sentence is the better one
        error_messages={
            "required": _(
                "Send the CSV file: as the body with Content-Type: text/csv, or as the field “file”"
                " of a form (multipart/form-data). It is read only where it says how long it is"
                " (Content-Length)."
            )
        },
    )


@extend_schema_field(
    {"oneOf": [{"type": "number"}, {"type": "string", "maxLength": 60}], "nullable": True}
)
class NumberCell(serializers.Field[object, object, object, None]):
    """A number as programs write them: one of JSON, or text that says it exactly."""

    default_error_messages = {"invalid": _("This is not a number.")}

    def to_internal_value(self, data: object) -> object:
        is_text = isinstance(data, str) and _NUMBER.match(
            data
        )  # and no words, which are kept nowhere
        if isinstance(data, bool) or not (is_text or isinstance(data, (int, float))):
            self.fail("invalid")
        return data

    def to_representation(self, value: object) -> object:
        return value


class PushedPartsIn(serializers.Serializer[None]):
    """A number for one period: its value, or a numerator and a denominator; of a rate its events and their
    exposure, of a count the value alone."""

    value = NumberCell(required=False, allow_null=True)
    numerator = NumberCell(required=False, allow_null=True)
    denominator = NumberCell(required=False, allow_null=True)
    n = NumberCell(required=False, allow_null=True, help_text="How many it rests on.")
    expected = NumberCell(
        required=False, allow_null=True, help_text="The sum of the patients' risks."
    )


# A name and no sentence; what tells of a person is refused by the action, for every door.
NAMED = r"[^\x00-\x1f\x7f]+\Z"


class PushedRowIn(PushedPartsIn):
    metric = serializers.IntegerField(min_value=1)
    period = serializers.RegexField(
        PERIOD, max_length=40, help_text="A day, a month (2026-09) or a week (2026-W37)."
    )
    split = serializers.RegexField(
        NAMED,
        max_length=40,
        required=False,
        help_text="By what the metric is split, such as Language.",
    )
    group = serializers.RegexField(
        NAMED, max_length=60, required=False, help_text="The group; both left out: everybody."
    )


class PushedRowsIn(serializers.Serializer[None]):
    rows = serializers.ListField(child=PushedRowIn(), allow_empty=False, max_length=MOST_ROWS)


class AmendmentDecisionIn(NamesNoPatientSerializer):
    decision = serializers.ChoiceField([(APPROVE, _("Approve")), (DECLINE, _("Decline"))])
    reason = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed to decline.",
    )


class _Readable(serializers.PrimaryKeyRelatedField[Metric]):
    """A metric that this person may read; any other does not exist for them."""

    def get_queryset(self) -> QuerySet[Metric]:
        request = self.context.get("request")
        none: QuerySet[Metric] = Metric.objects.none()
        return Metric.objects.visible_to(person(request)) if request else none


class SiblingsIn(NamesNoPatientSerializer):
    series = _Readable(
        many=True, queryset=Metric.objects.none(), help_text="The same number elsewhere: metrics."
    )
    kind = serializers.ChoiceField(SiblingKind.choices)
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        help_text="Which group of patients; needed for a group.",
    )
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed once the pilot was proposed.",
    )
