"""The shape of what is typed about groups."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.federation import providers
from innovation.people.models import User
from innovation.people.roles import ROLES, needs_second_person
from innovation.people.room import PeoplePermission
from innovation.web.free_text import VisibleText
from innovation.web.typed_forms import FormOptions, Sent
from innovation.web.unit_field import UnitField


class GroupRoleForm(VisibleText):
    provider = forms.ChoiceField(label=_("Provider"))
    group = forms.CharField(
        label=_("Group"),
        max_length=200,
        help_text=_("Exactly as the provider names it; Entra ID names it by its object id."),
    )
    unit = UnitField(label=_("In"), help_text=_("The role reaches everything below this unit."))
    role = forms.ChoiceField(
        label=_("Role"),
        help_text=_("Roles that take a second administrator are given by hand alone."),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["provider"].choices = list(providers.whose_groups().items())
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE)
        self.fields["role"].choices = [
            (role.key, role.name) for role in ROLES.values() if not needs_second_person(role.key)
        ]
