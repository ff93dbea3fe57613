"""What the API takes for a source, for an amendment, and of what a metric is compared with."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from innovation.people.request import person
from innovation.web.free_text import NamesNoPatientSerializer
from pilots.metrics.forms.amendments import APPROVE, DECLINE
from pilots.metrics.models import Metric, SiblingKind


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
