"""The shape of what people write of questions to a group, and the form that is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.rules.small_cells import MINIMUM
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, Words, day_input
from pilots.metrics.inside import Options
from pilots.surveys.actions.instruments import MOST_ITEMS, InstrumentWords
from pilots.surveys.models import Instrument, InstrumentItem, Scoring
from pilots.surveys.own_numbers import offered_beside

MOST_NAMED = 500


class FollowForm(forms.Form):
    """Which number of what groups said a pilot is to follow."""

    reading = forms.ChoiceField(label=_("Follow this as a number"))
    group = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Sent | None = None,
        *,
        choices: Mapping[str, Options],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        for name in ("reading", "group"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices[name]

    @classmethod
    def beside(cls, instrument: str, label: str = "") -> FollowForm:
        """On a page that shows readings, of one group or of all."""
        return cls(choices=offered_beside(instrument, label), initial={"group": label})


class AskGroupForm(NamesNoPatient):
    instrument_key = forms.ChoiceField(label=_("What is asked"))
    label = forms.CharField(
        label=_("Whom you ask"), max_length=120, help_text=_("The group, as it calls itself.")
    )
    people = forms.CharField(
        label=_("Their addresses"),
        max_length=MOST_NAMED * 100,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One a line, at least five. They are asked on their home page, each once; nobody sees who "
            "answered. Empty: whoever has the link answers."
        ),
    )
    asked = forms.IntegerField(
        label=_("How many they are"),
        min_value=MINIMUM,
        max_value=1_000_000,
        required=False,
        help_text=_("Where you ask by a link. At least five: of fewer, nothing is ever shown."),
    )
    closes_on = forms.DateField(label=_("Open until"), widget=day_input())
    not_screened: ClassVar = {"people": "addresses of colleagues, each of which must be one's"}

    def __init__(
        self,
        data: Sent | None = None,
        *,
        instruments: list[tuple[str, str]],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["instrument_key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = instruments

    @property
    def addresses(self) -> list[str]:
        typed: str = self.cleaned_data["people"]
        return [one for one in re.split(r"[\s,;]+", typed) if one]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("people") and not given.get("asked") and "asked" not in self.errors:
            self.add_error("asked", _("Say how many they are, or give their addresses."))
        return given


class SurveyCloseForm(forms.Form):
    """Nothing is asked: to close it is meant."""


class InstrumentForm(NamesNoPatient):
    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(
        label=_("What it asks about"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    licence = forms.CharField(
        label=_("Who holds the licence"),
        max_length=300,
        help_text=_("And by what you may use it: “Stewart Mercer; free for clinical use”."),
    )
    questions = forms.CharField(
        label=_("Questions"),
        max_length=MOST_ITEMS * 300,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("One a line, worded as the licence has them."),
    )
    reversed = forms.RegexField(
        r"^[0-9]{1,2}([ ,]+[0-9]{1,2})*$",
        label=_("Questions where a high answer is the bad one"),
        required=False,
        max_length=120,
        help_text=_("Their numbers: 2, 5."),
    )
    lowest = forms.IntegerField(label=_("Lowest answer"), min_value=0, max_value=100, initial=1)
    low_label = forms.CharField(label=_("What the lowest answer says"), max_length=60)
    highest = forms.IntegerField(label=_("Highest answer"), min_value=1, max_value=110, initial=5)
    high_label = forms.CharField(label=_("What the highest answer says"), max_length=60)
    scoring = forms.ChoiceField(label=_("Score"), choices=Scoring.choices)
    missing_allowed = forms.IntegerField(
        label=_("Questions that may be left out"), min_value=0, max_value=MOST_ITEMS, initial=0
    )

    def words(self) -> InstrumentWords:
        """What was typed, as the actions take it."""
        given = dict(self.cleaned_data)
        given.pop("key", None)
        given["questions"] = given["questions"].splitlines()
        given["reversed"] = frozenset(int(one) for one in re.findall(r"[0-9]+", given["reversed"]))
        return InstrumentWords(**given)


class NewInstrumentForm(InstrumentForm):
    key = forms.SlugField(
        label=_("Key"),
        max_length=40,
        help_text=_("Short, small letters: “care”. Programs know it by this."),
    )
    field_order = ("name", "key")


def _choices(item: InstrumentItem) -> list[tuple[int, Words]]:
    """Each answer by what it says, or by its number."""
    return list(zip(item.values, item.answers or map(str, item.values), strict=True))


class SurveyAnswerForm(forms.Form):
    """The questions of an instrument: numbers alone, and no free text is ever asked."""

    def __init__(
        self, data: Sent | None = None, *, instrument: Instrument, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.instrument = instrument
        for item in instrument.items.all():
            self.fields[f"q{item.position}"] = forms.TypedChoiceField(
                label=item.asks,
                choices=_choices(item),
                coerce=int,
                empty_value=None,
                widget=forms.RadioSelect,
                required=not instrument.missing_allowed,
            )

    @property
    def worded(self) -> set[str]:
        """The questions of which each answer says something of its own."""
        return {f"q{item.position}" for item in self.instrument.items.all() if item.answers}

    def answers(self) -> dict[int, int]:
        """By the positions of the questions; what was left out is left out."""
        given: dict[str, Any] = self.cleaned_data
        return {int(name[1:]): value for name, value in given.items() if value is not None}
