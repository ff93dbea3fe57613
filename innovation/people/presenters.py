"""People and units as the API shows them."""

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.people.models import RoleGrant, Unit, User
from innovation.people.roles import ROLE_CHOICES
from innovation.web import panels


class UnitSerializer(serializers.ModelSerializer[Unit]):
    closed = serializers.SerializerMethodField()

    class Meta:
        model = Unit
        fields = ("id", "name", "kind", "code", "parent", "closed")

    def get_closed(self, unit: Unit) -> bool:
        return unit.closed_at is not None


class PersonSerializer(serializers.ModelSerializer[User]):
    """What colleagues may know of each other; the e-mail is for those who keep accounts."""

    class Meta:
        model = User
        fields = ("id", "name", "job_title", "unit")


class GrantSerializer(serializers.ModelSerializer[RoleGrant]):
    role = serializers.ChoiceField(choices=ROLE_CHOICES)
    role_name = serializers.CharField()

    class Meta:
        model = RoleGrant
        fields = ("id", "role", "role_name", "unit", "granted_at", "ends_on")


class MeSerializer(serializers.ModelSerializer[User]):
    """The person whose token or session this is, with their roles."""

    roles = GrantSerializer(many=True, source="current_grants")

    class Meta:
        model = User
        fields = ("id", "name", "email", "job_title", "unit", "time_zone", "language", "roles")


def people_tabs(user: User, *, here: str) -> list[tuple[str, str, bool]]:
    """The lists about people, those that rooms above have among them; `here` is the page's path."""
    tabs = [
        panels.PageTab(_("People"), reverse("innovation:people")),
        panels.PageTab(_("Units"), reverse("innovation:unit-list")),
        *panels.gather(panels.PageTab, "people-tabs", user),
    ]
    return [(tab.label, tab.url, tab.url == here) for tab in tabs]
