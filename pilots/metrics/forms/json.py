"""What the API takes for a source."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


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
