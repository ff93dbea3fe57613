"""The shapes of a profile, a search, a call for help and its answers, from pages and as JSON."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from innovation.people.models import Unit, UnitQuerySet, User
from innovation.talent import queries
from innovation.talent.disciplines import Discipline, OpenFor
from innovation.talent.models import HelpTime, TalentProfile
from innovation.talent.room import TalentPermission
from innovation.web.free_text import NamesNoPatient, NamesNoPatientSerializer
from innovation.web.typed_forms import FormOptions, Sent, day_input
from innovation.web.unit_field import UnitField


class TalentForm(NamesNoPatient):
    """What one says of oneself."""

    discipline = forms.ChoiceField(
        label=_("What do you come from?"), choices=[("", _("Choose")), *Discipline.choices]
    )
    line = forms.CharField(
        label=_("A line about you"),
        max_length=200,
        required=False,
        help_text=_("“Night nurse who likes spreadsheets.”"),
    )
    skills = forms.MultipleChoiceField(
        label=_("What can you do?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What you did here is shown beside it by itself."),
    )
    own_words = forms.CharField(label=_("What is not on the list"), max_length=300, required=False)
    wishes = forms.CharField(
        label=_("What would you like to do?"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    open_for = forms.MultipleChoiceField(
        label=_("What may people ask you for?"),
        choices=OpenFor.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        profile: TalentProfile | None,
        **options: Unpack[FormOptions],
    ) -> None:
        if profile is not None:
            names = ("discipline", "line", "skills", "own_words", "wishes", "open_for")
            options["initial"] = {name: getattr(profile, name) for name in names}
        super().__init__(data, **options)
        chosen = profile.skills if profile else []
        self.fields["skills"].choices = queries.offered_skills(chosen=chosen)


class TalentFilter(forms.Form):
    """Whom somebody looks for. What makes no sense is left out, not an error."""

    q = forms.CharField(required=False, max_length=200)
    skill = forms.ChoiceField(label=_("Skill"), required=False)
    discipline = forms.ChoiceField(
        label=_("Discipline"),
        required=False,
        choices=[("", _("Every discipline")), *Discipline.choices],
    )
    open_for = forms.ChoiceField(
        label=_("Open for"), required=False, choices=[("", _("Anything")), *OpenFor.choices]
    )
    unit = UnitField(label=_("Unit"), required=False, empty=_("All units"))

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        options.setdefault("auto_id", "filter_%s")
        super().__init__(data, **options)
        self.fields["skill"].choices = [("", _("Every skill")), *queries.known_skills().items()]
        self.fields["unit"].offer_held(user, TalentPermission.READ)

    def wanted(self) -> queries.Sought:
        self.is_valid()
        given = self.cleaned_data
        return queries.Sought(
            skill=given.get("skill") or "",
            discipline=given.get("discipline") or "",
            unit=given.get("unit"),
            open_for=given.get("open_for") or "",
            words=given.get("q") or "",
        )

    @property
    def narrows(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.values())


class CallForm(NamesNoPatient):
    what = forms.CharField(
        label=_("What do you need?"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what you need, in a sentence or two.")},
    )
    time = forms.ChoiceField(
        label=_("How much time does it take?"), choices=[("", _("Choose")), *HelpTime.choices]
    )
    until = forms.DateField(label=_("Until when?"), widget=day_input())
    skills = forms.MultipleChoiceField(
        label=_("Which skills would help?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has them, and is open for helping, sees your call first."),
    )

    def __init__(self, data: Sent | None = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["skills"].choices = queries.offered_skills()


class OfferForm(NamesNoPatient):
    words = forms.CharField(
        label=_("How you can help"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by who asks, and by nobody else."),
    )


class OfferAnswerForm(NamesNoPatient):
    answer = forms.ChoiceField(
        choices=(("yes", _("Yes")), ("no", _("No"))),
        widget=forms.HiddenInput,
        error_messages={"required": _("Say yes or no.")},
    )
    words = forms.CharField(
        label=_("A word with it"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SkillForm(NamesNoPatient):
    name = forms.CharField(label=_("Skill"), max_length=60)
    unit = UnitField(label=_("Kept by"), empty=_("Choose a unit"))

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(user, TalentPermission.KEEP_SKILLS)
        if user.unit_id in user.reach(TalentPermission.KEEP_SKILLS):
            self.initial.setdefault("unit", user.unit_id)


class _KeepersUnit(serializers.PrimaryKeyRelatedField[Unit]):
    """A unit in which the person keeps the list of skills."""

    def get_queryset(self) -> UnitQuerySet:
        user = self.context["request"].user
        return Unit.objects.within_reach(user, TalentPermission.KEEP_SKILLS).filter(closed_at=None)


class SkillIn(NamesNoPatientSerializer):
    name = serializers.CharField(max_length=60)
    unit = _KeepersUnit(queryset=Unit.objects.none())


class _ChoosesSkills(NamesNoPatientSerializer):
    """A body that chooses from the list of skills."""

    skills = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, default=list
    )

    def validate_skills(self, keys: list[str]) -> list[str]:
        known = queries.known_skills()
        if wrong := [key for key in keys if key not in known]:
            raise serializers.ValidationError(f"there is no such skill: {', '.join(wrong)}")
        return keys


class ProfileIn(_ChoosesSkills):
    discipline = serializers.ChoiceField(Discipline.choices)
    line = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    own_words = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    wishes = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")
    open_for = serializers.ListField(
        child=serializers.ChoiceField(OpenFor.choices), required=False, default=list
    )


class CallIn(_ChoosesSkills):
    about = serializers.RegexField(r"^[a-z]+:[0-9]+$", max_length=40, help_text="need:12")
    what = serializers.CharField(max_length=600)
    time = serializers.ChoiceField(HelpTime.choices)
    until = serializers.DateField()


class OfferIn(NamesNoPatientSerializer):
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class OfferAnswerIn(NamesNoPatientSerializer):
    yes = serializers.BooleanField()
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")
