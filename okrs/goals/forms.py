"""Shape of what is typed about cycles, objectives and key results."""

from typing import Unpack

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import ModelChoiceField, ModelForm, RowFormOptions, Sent
from innovation.web.unit_field import UnitField
from okrs.goals.models import Cycle, KeyResult, Objective
from okrs.goals.room import GoalsPermission


class CycleForm(NamesNoPatient, ModelForm[Cycle]):
    unit = UnitField(
        label=_("Unit"),
        help_text=_("Objectives of this unit and of those below it can be set for it."),
        empty=_("Choose a unit"),
        flat=True,
    )

    class Meta:
        model = Cycle
        fields = ["unit", "name", "starts_on", "ends_on"]
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}),
            "ends_on": forms.DateInput(attrs={"type": "date"}),
        }
        help_texts = {
            "name": _("As people say it: Q4 2026."),
        }

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[RowFormOptions[Cycle]]
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["unit"]
        field.offer_held(by, GoalsPermission.MANAGE)
        field.initial = field.queryset.filter(parent=None).first() or by.unit_id


class CycleField(ModelChoiceField[Cycle]):
    """A cycle, with the unit whose it is."""

    def label_from_instance(self, obj: Cycle) -> str:
        return obj.label


class ObjectiveForm(NamesNoPatient, ModelForm[Objective]):
    cycle = CycleField(label=_("Cycle"), queryset=Cycle.objects.none())
    unit = UnitField(label=_("Unit"), empty=_("Choose a unit"), flat=True)

    class Meta:
        model = Objective
        fields = ["title", "why", "cycle", "unit", "sponsor", "parent"]
        widgets = {"why": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "title": _("What people would notice: “Clinicians get their evenings back”."),
            "parent": _("An objective of a unit above that this one serves."),
        }

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[RowFormOptions[Objective]]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(by, GoalsPermission.MANAGE, closed=True)
        self._choose("cycle", Cycle.objects.visible_to(by).select_related("unit"))
        self._choose("sponsor", User.objects.visible_to(by, GoalsPermission.MANAGE).active())
        parents = (
            Objective.objects.visible_to(by).select_related("cycle").order_by("-cycle__starts_on")
        )
        if self.instance.pk:
            parents = parents.filter(cycle=self.instance.cycle).exclude(pk=self.instance.pk)
        self._choose("parent", parents)

    def _choose(self, name: str, queryset: QuerySet[Model]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset


class KeyResultForm(NamesNoPatient, ModelForm[KeyResult]):
    start = forms.DecimalField(label=_("From"), max_digits=20, decimal_places=6, localize=False)
    target = forms.DecimalField(label=_("To"), max_digits=20, decimal_places=6, localize=False)

    class Meta:
        model = KeyResult
        fields = ["title", "start", "target", "measure_unit"]
        help_texts = {
            "title": _("What is measured, from where to where."),
            "measure_unit": _("minutes, points, … Write % for a share of 100."),
        }
