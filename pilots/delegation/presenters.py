"""What a delegation says, in words and as JSON."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.rules.money import money
from pilots.delegation.models import Delegation
from pilots.delegation.rights import GATES


def state_of(delegation: Delegation, *, today: date) -> str:
    """What it is today."""
    if delegation.ended_at is not None:
        return _("Ended by %(name)s") % {"name": delegation.ended_by}
    if delegation.accepted is False:
        return _("Not taken on")
    if delegation.ends_on < today:
        return _("Over")
    if delegation.accepted is None:
        return _("Waits for an answer")
    return _("In force now") if delegation.starts_on <= today else _("Not begun yet")


def limits_of(delegation: Delegation) -> str:
    """At which gates, of which pilots, up to how much."""
    said = {
        "gates": ", ".join(delegation.gate_names),
        "unit": delegation.unit.name,
        "amount": "" if delegation.up_to is None else money(delegation.up_to),
    }
    if delegation.up_to is None:
        return _("%(gates)s, for pilots of %(unit)s") % said
    return _("%(gates)s, for pilots of %(unit)s up to %(amount)s") % said


class DelegationOut(serializers.ModelSerializer[Delegation]):
    given_by = serializers.CharField(source="given_by.name")
    to = serializers.CharField(source="to.name")
    unit = serializers.CharField(source="unit.name")
    unit_id = serializers.IntegerField()
    gates = serializers.ListField(child=serializers.ChoiceField(GATES))
    ended_by = serializers.CharField(source="ended_by.name", default=None, allow_null=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Delegation
        fields = (
            "id",
            "given_by",
            "to",
            "unit_id",
            "unit",
            "gates",
            "up_to",
            "starts_on",
            "ends_on",
            "reason",
            "offered_at",
            "answered_at",
            "accepted",
            "ended_at",
            "ended_by",
            "page",
        )
        read_only_fields = fields
