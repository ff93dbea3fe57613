"""What the API takes for a source, and for an amendment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from pilots.metrics.forms.amendments import APPROVE, DECLINE


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


class AmendmentDecisionIn(serializers.Serializer[None]):
    decision = serializers.ChoiceField([(APPROVE, _("Approve")), (DECLINE, _("Decline"))])
    reason = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed to decline.",
    )
