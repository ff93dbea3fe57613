"""How somebody narrows the list of pilots."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.typed_forms import FormOptions, Sent
from innovation.web.unit_field import UnitField
from pilots.lifecycle.models import Pathway, PilotQuerySet
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.portfolio import queries

STATUSES = [("", _("All")), *PilotStatus.choices]


class PortfolioFilter(forms.Form):
    """Nonsense in the address narrows nothing, instead of being an error."""

    q = forms.CharField(required=False, max_length=200)
    status = forms.ChoiceField(required=False, choices=STATUSES)
    unit = UnitField(label=_("Unit"), required=False, empty=_("All units"), flat=True)
    pathway = forms.ChoiceField(
        required=False, label=_("Pathway"), choices=[("", _("All pathways")), *Pathway.choices]
    )
    whose = forms.ChoiceField(
        required=False,
        label=_("Whose"),
        choices=[("", _("Everybody's")), ("mine", _("Mine: I lead, work on or sponsor it"))],
    )

    rule = forms.ChoiceField(
        required=False,
        label=_("Outcome"),
        choices=[("", _("Any outcome")), ("against", _("Decided against the rule"))],
    )

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.user = user
        self.fields["unit"].offer_held(user, PilotsPermission.READ)

    def narrow(self) -> PilotQuerySet:
        self.is_valid()
        given = self.cleaned_data
        return queries.narrowed(
            self.user,
            text=given.get("q", "").replace("\x00", ""),
            status=given.get("status", ""),
            pathway=given.get("pathway", ""),
            unit=given.get("unit"),
            mine=given.get("whose") == "mine",
            against_rule=given.get("rule") == "against",
        )

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.values())
