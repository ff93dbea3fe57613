"""Looks at what was scaled, in words and as JSON."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.rules import dates
from innovation.rules.money import money
from pilots.gates.presenters import CheckOut
from pilots.lifecycle.checklist import Checked
from pilots.lifecycle.queries import owner_after_scaling
from pilots.sustaining import looks, queries
from pilots.sustaining.models import DECISIONS, SustainedReview


def is_overdue(sustained: SustainedReview) -> bool:
    review = sustained.review
    return review.decided_at is None and looks.is_overdue(
        dates.day_of(review.opened_at), today=dates.today()
    )


def checks_of(sustained: SustainedReview) -> list[Checked]:
    """As they stand now, or as they stood when it was decided."""
    review = sustained.review
    if review.decided_at is None:
        return queries.checks(review.pilot)
    return [
        Checked(one["key"], one["label"], one["met"], one["sentence"], "")
        for one in review.known.get("checks", ())
    ]


def cost_sentence(sustained: SustainedReview, running_cost: object) -> str:
    """The amounts behind the check, for who may see them."""
    if running_cost in (None, ""):
        return _("%(cost)s since it was scaled.") % {"cost": money(sustained.cost)}
    return _("%(cost)s since it was scaled; the plan says %(year)s a year.") % {
        "cost": money(sustained.cost),
        "year": money(running_cost),
    }


class SustainedOut(serializers.ModelSerializer[SustainedReview]):
    """In lists without its checks, which are worked out; give `sees_cost` in the context for one."""

    id = serializers.IntegerField(source="pk")
    pilot = serializers.IntegerField(source="review.pilot_id")
    title = serializers.CharField(source="review.pilot.title")
    status = serializers.CharField(
        source="review.pilot.status", help_text="Of the pilot: `withdrawn` once it is taken out."
    )
    owner = serializers.SerializerMethodField(help_text="Whom it waits for to be answered.")
    opened_at = serializers.DateTimeField(source="review.opened_at")
    overdue = serializers.SerializerMethodField()
    answered_by = serializers.CharField(source="answered_by.name", default=None, allow_null=True)
    decision = serializers.ChoiceField(
        DECISIONS, source="review.decision", allow_blank=True, read_only=True
    )
    reason = serializers.CharField(source="review.reason")
    decided_at = serializers.DateTimeField(source="review.decided_at", allow_null=True)
    decided_by = serializers.CharField(
        source="review.decided_by.name", default=None, allow_null=True
    )
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = SustainedReview
        fields = (
            "id", "pilot", "title", "status", "owner", "months", "due_on", "opened_at", "overdue",
            "answered_at", "answered_by", "seen", "people_using", "people_could", "decision",
            "reason", "unmet", "despite", "again_on", "decided_at", "decided_by", "page",
        )  # fmt: skip
        read_only_fields = fields

    def get_overdue(self, sustained: SustainedReview) -> bool:
        return is_overdue(sustained)

    def get_owner(self, sustained: SustainedReview) -> str:
        return owner_after_scaling(sustained.review.pilot).name


class OneSustainedOut(SustainedOut):
    cost = serializers.SerializerMethodField(
        help_text="Since it was scaled; null where it is not said, or is not for you to see."
    )
    checks = serializers.SerializerMethodField()

    class Meta(SustainedOut.Meta):
        fields = (*SustainedOut.Meta.fields, "cost", "checks")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_cost(self, sustained: SustainedReview) -> str | None:
        if sustained.cost is None or not self.context["sees_cost"]:
            return None
        return f"{sustained.cost:.2f}"

    @extend_schema_field(CheckOut(many=True))
    def get_checks(self, sustained: SustainedReview) -> object:
        return CheckOut(checks_of(sustained), many=True).data
