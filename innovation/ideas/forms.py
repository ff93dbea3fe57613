"""The shape of what people send about ideas, from pages and as JSON."""

from __future__ import annotations

from typing import ClassVar, Unpack

from django import forms
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from innovation.ideas.models import Idea, IdeaQuerySet
from innovation.ideas.queries import needs_open_to_ideas
from innovation.ideas.room import IdeasPermission
from innovation.ideas.states import IdeaStatus
from innovation.needs.models import Need, NeedQuerySet
from innovation.people.models import Unit, UnitQuerySet, User
from innovation.web.free_text import NamesNoPatient, NamesNoPatientSerializer
from innovation.web.typed_forms import Cleaned, FormOptions, ModelForm, RowFormOptions, Sent
from innovation.web.unit_field import UnitField


class IdeaForm(NamesNoPatient, ModelForm[Idea]):
    """An idea and the needs it answers."""

    needs = forms.ModelMultipleChoiceField(
        Need.objects.none(),
        label=gettext_lazy("Which needs does it answer?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("An idea answers at least one need.")},
    )
    q = forms.CharField(
        label=gettext_lazy("Look for another need"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    unit = UnitField(
        label=gettext_lazy("For which unit?"),
        empty=gettext_lazy("Choose a unit"),
        error_messages={"required": gettext_lazy("Choose where it would be tried.")},
        help_text=gettext_lazy("Where it would be tried first."),
    )

    class Meta:
        model = Idea
        fields = ("needs", "title", "proposal", "difference", "unit")
        labels: ClassVar = {
            "title": gettext_lazy("The idea in a few words"),
            "proposal": gettext_lazy("What would you do?"),
            "difference": gettext_lazy("What would be different, for a patient or a colleague?"),
        }
        error_messages: ClassVar = {
            "title": {"required": gettext_lazy("Give it a few words to be known by.")},
            "proposal": {"required": gettext_lazy("Say what you would do, in a sentence or two.")},
        }
        widgets: ClassVar = {
            "proposal": forms.Textarea(attrs={"rows": 5}),
            "difference": forms.Textarea(attrs={"rows": 3}),
        }

    field_order = ("needs", "q", "title", "proposal", "difference", "unit")

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        offered: list[Need],
        **options: Unpack[RowFormOptions[Idea]],
    ) -> None:
        super().__init__(data, **options)
        needs, unit = self.fields["needs"], self.fields["unit"]
        assert isinstance(needs, forms.ModelMultipleChoiceField)
        needs.queryset = Need.objects.filter(pk__in=[need.pk for need in offered])
        needs.choices = [(need.pk, need.title) for need in offered]
        self.offered = offered
        if self.instance.pk:
            del self.fields["unit"]
            return
        unit.offer_held(user, IdeasPermission.PROPOSE)
        if unit.queryset.filter(pk=user.unit_id).exists():
            self.initial.setdefault("unit", user.unit_id)

    def words(self) -> Cleaned:
        names = ("title", "proposal", "difference", "unit", "needs")
        return {name: self.cleaned_data[name] for name in names if name in self.fields}


class IdeaFilter(forms.Form):
    """What a list of ideas is narrowed to. What makes no sense is left out, not an error."""

    q = forms.CharField(required=False, max_length=200)
    status = forms.ChoiceField(required=False, choices=IdeaStatus.choices)
    whose = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        required=False,
        choices=[("", gettext_lazy("Everybody’s")), ("mine", gettext_lazy("Proposed by me"))],
    )
    unit = UnitField(label=gettext_lazy("Unit"), required=False, empty=gettext_lazy("All units"))

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        options.setdefault("auto_id", "filter_%s")
        super().__init__(data, **options)
        self.user = user
        self.fields["unit"].offer_held(user, IdeasPermission.READ)

    def narrow(self, ideas: IdeaQuerySet) -> IdeaQuerySet:
        """The ideas that pass the filter."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("q"):
            ideas = ideas.matching(wanted["q"])
        if wanted.get("status"):
            ideas = ideas.filter(status=wanted["status"])
        if wanted.get("unit"):
            ideas = ideas.filter(
                unit__in=Unit.objects.descendants(wanted["unit"], include_self=True)
            )
        if wanted.get("whose") == "mine":
            ideas = ideas.filter(proposed_by=self.user)
        return ideas

    @property
    def narrows(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.values())


class IdeaUnitField(serializers.PrimaryKeyRelatedField[Unit]):
    """A unit in which the person may propose ideas."""

    def get_queryset(self) -> UnitQuerySet:
        user = self.context["request"].user
        return Unit.objects.within_reach(user, IdeasPermission.PROPOSE).filter(closed_at=None)


class NeedsField(serializers.PrimaryKeyRelatedField[Need]):
    """A need that the person may read."""

    def get_queryset(self) -> NeedQuerySet:
        return needs_open_to_ideas(self.context["request"].user)


class IdeaIn(NamesNoPatientSerializer, serializers.ModelSerializer[Idea]):
    unit = IdeaUnitField(queryset=Unit.objects.none())
    needs = NeedsField(queryset=Need.objects.none(), many=True, allow_empty=False)

    class Meta:
        model = Idea
        fields = ("title", "proposal", "difference", "unit", "needs", "names_nobody")


class TakeBackIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
