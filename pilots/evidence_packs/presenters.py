"""Packs as JSON."""

from __future__ import annotations

from rest_framework import serializers

from pilots.evidence_packs.models import EvidencePack


class EvidencePackOut(serializers.ModelSerializer[EvidencePack]):
    frozen_by = serializers.CharField(source="frozen_by.name")
    # The SHA-256 of each file in it, by its name.
    files = serializers.DictField(child=serializers.CharField())
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = EvidencePack
        fields = (
            "id", "pilot", "frozen_at", "frozen_by", "sha256", "held_sha256", "size", "files", "page",
        )  # fmt: skip
        read_only_fields = fields
