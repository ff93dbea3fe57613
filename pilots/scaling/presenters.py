"""Scale plans in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rest_framework import serializers

from innovation.rules.money import money
from pilots.lifecycle.presenters import PersonOut
from pilots.scaling.models import ScalePlanAmendment
from pilots.scaling.queries import LABELS, PlanState


@dataclass(frozen=True)
class PlanChange:
    """One part of an amendment, as it was and as it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class AmendmentShown:
    amendment: ScalePlanAmendment
    changes: list[PlanChange]


def amendments_shown(
    amendments: Iterable[ScalePlanAmendment], *, sees_cost: bool
) -> list[AmendmentShown]:
    """What each amendment changed; amounts only for who may see them."""
    return [
        AmendmentShown(one, [_change(one, key, sees_cost=sees_cost) for key in _changed(one)])
        for one in amendments
    ]


def _changed(one: ScalePlanAmendment) -> list[str]:
    return [key for key in LABELS if one.before.get(key) != one.after.get(key)]


def _change(one: ScalePlanAmendment, key: str, *, sees_cost: bool) -> PlanChange:
    before, after = one.before.get(key), one.after.get(key)
    if key == "running_cost":
        before, after = (money(before), money(after)) if sees_cost else ("–", "–")
    return PlanChange(str(LABELS[key]), str(before), str(after))


class PlanPartOut(serializers.Serializer[PlanState]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    met = serializers.BooleanField()
    sentence = serializers.CharField()


class ScalePlanOut(serializers.Serializer[PlanState]):
    """Give it `sees_cost` in the context."""

    pilot = serializers.IntegerField(source="pilot.pk")
    owner = PersonOut(
        source="plan.owner", default=None, allow_null=True, help_text="By their own yes."
    )
    asked = PersonOut(
        source="plan.asked", default=None, allow_null=True, help_text="Until they have answered."
    )
    running_cost = serializers.SerializerMethodField(
        help_text="A year; null where it is not said, or is not for you to see."
    )
    training = serializers.CharField(source="plan.training", default="")
    integration = serializers.CharField(source="plan.integration", default="")
    taking_out = serializers.CharField(source="plan.taking_out", default="")
    version = serializers.IntegerField(source="plan.version", default=0)
    whole = serializers.BooleanField(source="is_whole")
    parts = PlanPartOut(many=True)

    def get_running_cost(self, state: PlanState) -> str | None:
        if state.plan is None or state.plan.running_cost is None or not self.context["sees_cost"]:
            return None
        return f"{state.plan.running_cost:.2f}"
