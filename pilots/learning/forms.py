"""The shape of what people write of what was learned, and how the library is narrowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.needs.models import CareSetting
from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient, takes_free_text
from innovation.web.typed_forms import FormOptions, Sent
from pilots.learning import queries
from pilots.learning.endings import CardOutcome
from pilots.learning.models import LearningCardQuerySet
from pilots.lifecycle.models import Pilot


class LearningForm(NamesNoPatient):
    """All of it is looked at, what the draft took from the record, too: it is read much further."""

    problem = forms.CharField(
        label=_("What it set out to answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tried = forms.CharField(
        label=_("What we tried"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    seen = forms.CharField(
        label=_("What we saw"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In your words. The numbers stand beside it, as they were when it ended."),
    )
    works_for = forms.CharField(
        label=_("For whom it may still work"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Another ward, other patients, another hour of the day; or nobody, and why."),
    )
    next_team = forms.CharField(
        label=_("What the next team should know"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you would do first, and what you would not do again."),
    )
    ask = forms.ModelChoiceField(
        label=_("Whom to ask"), queryset=User.objects.none(), empty_label=_("Choose")
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["ask"].queryset = queries.people_to_ask(pilot)

    def _changed_texts(self) -> Iterator[str]:
        return (name for name, field in self.fields.items() if takes_free_text(field))


class LearningFilter(forms.Form):
    """Nonsense in the address narrows nothing, instead of being an error."""

    q = forms.CharField(required=False, max_length=200)
    outcome = forms.ChoiceField(
        required=False,
        label=_("What became of it"),
        choices=[("", _("Anything")), *CardOutcome.choices, ("rule", _("Stopped by its rule"))],
    )
    setting = forms.ChoiceField(
        required=False, label=_("Where"), choices=[("", _("Anywhere")), *CareSetting.choices]
    )

    def narrow(self, cards: LearningCardQuerySet) -> LearningCardQuerySet:
        self.is_valid()
        given = self.cleaned_data
        if given.get("q"):
            cards = cards.matching(given["q"])
        if given.get("outcome") == "rule":
            cards = cards.stops_by_rule()
        elif given.get("outcome"):
            cards = cards.filter(outcome=given["outcome"])
        if given.get("setting"):
            cards = cards.in_setting(given["setting"])
        return cards

    @property
    def narrows(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.values())
