"""The shape of what people write about needs. Rules are the actions'."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Unpack

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.needs import queries
from innovation.needs.models import CareSetting, Frequency, Need, NeedQuerySet, SafetyConcern, Voice
from innovation.needs.room import NeedsPermission
from innovation.needs.states import NeedStatus
from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import (
    Cleaned,
    FormOptions,
    ModelForm,
    RowFormOptions,
    Sent,
    Words,
)
from innovation.web.unit_field import UnitField


class NeedForm(NamesNoPatient, ModelForm[Need]):
    """A need as its author tells it; three questions, two taps, and more for who has a minute."""

    field_order = ("problem", "population", "outcome", "setting", "frequency")

    unit = UnitField(
        label=gettext_lazy("For which unit?"),
        empty=gettext_lazy("Choose a unit"),
        error_messages={"required": gettext_lazy("Choose the unit it is about.")},
        help_text=gettext_lazy("Its people see it; the innovation office of the unit answers."),
    )
    # Present once the author has been shown needs that say the same.
    similar_seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Need
        fields = (
            "problem",
            "population",
            "outcome",
            "setting",
            "frequency",
            "safety",
            "people_affected",
            "minutes_lost",
            "workaround",
            "equity",
            "title",
            "unit",
            "anonymous",
        )
        labels: ClassVar = {
            "problem": gettext_lazy("What gets in the way?"),
            "population": gettext_lazy("Who does it affect?"),
            "outcome": gettext_lazy("What would good look like?"),
            "setting": gettext_lazy("Where does it happen?"),
            "frequency": gettext_lazy("How often?"),
            "safety": gettext_lazy("Is anybody’s safety at stake?"),
            "people_affected": gettext_lazy("People affected each time"),
            "minutes_lost": gettext_lazy("Minutes lost each time"),
            "workaround": gettext_lazy("How do you manage today?"),
            "equity": gettext_lazy("Whom does it hit harder?"),
            "title": gettext_lazy("In a few words"),
            "anonymous": gettext_lazy("Send without my name"),
        }
        help_texts: ClassVar = {
            "problem": gettext_lazy("The problem, not the fix. No patient names."),
            "equity": gettext_lazy(
                "Some patients or colleagues more than others: by language, age, shift, distance."
            ),
            "title": gettext_lazy("Empty: the first sentence of what you wrote."),
            "anonymous": gettext_lazy(
                "No page, message, file or log shows your name, not even to the office, to "
                "administrators or to auditors; the log keeps the day, not the minute. The database "
                "holds who you are, because every answer still reaches you: who runs its server "
                "could look. In a small team, your words may tell who you are."
            ),
        }
        error_messages: ClassVar = {
            "problem": {"required": gettext_lazy("Say in a sentence what gets in the way.")},
            "population": {"required": gettext_lazy("Say whom it affects, roughly.")},
            "outcome": {"required": gettext_lazy("Say what would be different if it were solved.")},
            "setting": {"required": gettext_lazy("Choose where it happens.")},
            "frequency": {"required": gettext_lazy("Choose how often, roughly.")},
        }
        widgets: ClassVar = {
            "problem": forms.Textarea(attrs={"rows": 3}),
            "population": forms.Textarea(attrs={"rows": 2}),
            "outcome": forms.Textarea(attrs={"rows": 2, "placeholder": gettext_lazy("So that…")}),
            "workaround": forms.Textarea(attrs={"rows": 2}),
            "equity": forms.Textarea(attrs={"rows": 2}),
            "frequency": forms.RadioSelect,
            "people_affected": forms.NumberInput(attrs={"inputmode": "numeric", "min": 0}),
            "minutes_lost": forms.NumberInput(attrs={"inputmode": "numeric", "min": 0}),
        }

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[RowFormOptions[Need]]
    ) -> None:
        super().__init__(data, **options)
        unit = self.fields["unit"]
        unit.offer_held(user, NeedsPermission.SUBMIT)
        if not self.instance.pk:
            offered = unit.queryset
            own = offered.filter(pk=user.unit_id)[:1] or offered[:2]
            if len(own) == 1:
                self.initial.setdefault("unit", own[0].pk)
        self.fields["setting"].choices = [("", _("Choose a place")), *CareSetting.choices]
        self.fields["frequency"].choices = list(Frequency.choices)
        self.fields["title"].required = False
        self.fields["safety"].required = False
        for name, most in (("people_affected", 10_000_000), ("minutes_lost", 10_080)):
            self.fields[name].validators.append(MaxValueValidator(most))
        if self.instance.pk:
            del self.fields["anonymous"]

    def clean_safety(self) -> str:
        return self.cleaned_data.get("safety") or SafetyConcern.NONE

    def words(self) -> Cleaned:
        """What the author said, as the actions take it."""
        return {
            name: self.cleaned_data[name]
            for name in (self._meta.fields or ())
            if name in self.fields
        }

    @property
    def more_is_open(self) -> bool:
        """Whether the second part holds something that has to be looked at."""
        more = ("safety", "people_affected", "minutes_lost", "workaround", "equity", "title")
        asks = "unit" in self.errors or not (self["unit"].value())
        return asks or any(
            name in self.errors or (self[name].value() or "") not in ("", SafetyConcern.NONE)
            for name in more
        )


class NeedReasonForm(NamesNoPatient):
    """The words that go with a decision or an answer; the people concerned read them."""

    reason = forms.CharField(
        max_length=2000,
        error_messages={"required": gettext_lazy("Say it in a sentence: people will read it.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        label: Words = "",
        help: Words = "",
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help


class MergeForm(NeedReasonForm):
    """Which need says the same, chosen among those that resemble it or were looked for."""

    into = forms.ModelChoiceField(
        Need.objects.none(),
        label=gettext_lazy("Which need says the same?"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose the need that it belongs to.")},
    )
    q = forms.CharField(
        label=gettext_lazy("Look for another one"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    field_order = ("into", "q", "reason")

    def __init__(
        self,
        data: Sent | None = None,
        *,
        offered: Iterable[Need],
        label: Words = "",
        help: Words = "",
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, label=label, help=help, **options)
        into = self.fields["into"]
        assert isinstance(into, forms.ModelChoiceField)
        needs = list(offered)
        into.queryset = Need.objects.filter(pk__in=[need.pk for need in needs])
        into.choices = [(need.pk, need.title) for need in needs]


class VoiceForm(NamesNoPatient):
    note = forms.CharField(
        label=gettext_lazy("How is it for you?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class NeedFilter(forms.Form):
    """What a list of needs is narrowed to. What makes no sense is left out, not an error."""

    WHOSE: ClassVar = [
        ("", gettext_lazy("Everybody’s")),
        ("mine", gettext_lazy("Recorded by me")),
        ("voice", gettext_lazy("With my voice")),
    ]
    SORT: ClassVar = [
        ("", gettext_lazy("Newest first")),
        ("voices", gettext_lazy("Most voices")),
        ("burden", gettext_lazy("Largest burden")),
    ]
    ORDER: ClassVar = {
        "": ("-pk",),
        "voices": ("-voice_count",),
        "burden": ("-burden_minutes",),
    }

    q = forms.CharField(required=False, max_length=200)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("Any")), *NeedStatus.choices],
    )
    unit = UnitField(label=gettext_lazy("Unit"), required=False, empty=gettext_lazy("All"))
    setting = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    whose = forms.ChoiceField(label=gettext_lazy("Whose"), required=False, choices=WHOSE)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=SORT)

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        options.setdefault("auto_id", "filter_%s")
        super().__init__(data, **options)
        self.user = user
        self.fields["setting"].choices = [
            ("", _("Anywhere")),
            *CareSetting.choices,
        ]
        self.fields["unit"].offer_held(user, NeedsPermission.READ)

    def narrow(self, needs: NeedQuerySet) -> NeedQuerySet:
        """The needs that pass the filter."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("q"):
            needs = needs.matching(wanted["q"])
        if wanted.get("status"):
            needs = needs.filter(status=wanted["status"])
        if wanted.get("unit"):
            needs = needs.filter(unit_id__in=queries.within(wanted["unit"].pk))
        if wanted.get("setting"):
            needs = needs.filter(setting=wanted["setting"])
        if wanted.get("whose") == "mine":
            needs = needs.filter(submitted_by=self.user)
        elif wanted.get("whose") == "voice":
            needs = needs.filter(pk__in=Voice.objects.of(self.user).values("need"))
        return needs

    @property
    def order(self) -> tuple[str, ...]:
        self.is_valid()
        return self.ORDER[self.cleaned_data.get("sort") or ""]

    @property
    def narrows(self) -> bool:
        """Whether the list shows less than everything."""
        self.is_valid()
        return any(value for name, value in self.cleaned_data.items() if name != "sort")
