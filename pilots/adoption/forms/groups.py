"""The shape of what people write of the groups affected."""

from __future__ import annotations

from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent
from innovation.web.unit_field import UnitField
from pilots.adoption.actions.groups import MOST_PEOPLE
from pilots.adoption.nasss import Complexity, Domain
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.lifecycle.queries import units_of_sites
from pilots.lifecycle.room import PilotsPermission


class GroupForm(NamesNoPatient):
    name = forms.CharField(
        label=_("Who they are"), max_length=120, help_text=_("“Night nurses of the ward”")
    )
    people = forms.IntegerField(label=_("How many people"), min_value=1, max_value=MOST_PEOPLE)
    unit = UnitField(label=_("Unit"), required=False, empty=_("None in particular"))
    site = UnitField(
        label=_("Site of the pilot"),
        required=False,
        empty=_("None in particular"),
        flat=True,
        help_text=_("One of the places where the pilot runs."),
    )
    changes = forms.CharField(
        label=_("What changes for them"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("On an ordinary day: what they do anew, and what they do no longer."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        pilot: Pilot,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(user, PilotsPermission.READ)
        self.fields["site"].offer(units_of_sites(pilot))
        for one in Domain:
            self.fields[one.value] = forms.ChoiceField(
                label=one.label,
                choices=[("", _("Not judged yet")), *Complexity.choices],
                required=False,
            )

    @property
    def domains(self) -> list[forms.BoundField]:
        return [self[one] for one in Domain.values]

    @property
    def given(self) -> dict[str, Any]:
        """What the verbs take."""
        said = dict(self.cleaned_data)
        judged = {one: said.pop(one) for one in Domain.values}
        return {**said, "complexity": judged}


class GroupChangeForm(GroupForm):
    reason = forms.CharField(
        label=_("Why"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed where more changes than how hard it is."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        pilot: Pilot,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, user=user, pilot=pilot, **options)
        if is_plan_open(pilot):
            del self.fields["reason"]


class GroupRemoveForm(NamesNoPatient):
    reason = forms.CharField(
        label=_("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["reason"].required = not is_plan_open(pilot)


class NobodyAffectedForm(NamesNoPatient):
    because = forms.CharField(
        label=_("Why nobody's work changes"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
