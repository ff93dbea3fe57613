"""What each person is sent, kind by kind."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from innovation.notices import queries
from innovation.notices.kinds import kinds
from innovation.notices.models import NewsDelivery
from innovation.people.models import User
from innovation.rules import dates
from innovation.web.typed_forms import Sent


class NewsForm(forms.Form):
    hour = forms.TypedChoiceField(
        label=_("The one mail a day comes at"),
        coerce=int,
        help_text=_("On your own clock, on days on which something is in it."),
    )

    def __init__(self, data: Sent | None = None, *, person: User) -> None:
        super().__init__(data)
        self.fields["hour"].choices = [(hour, dates.hour_in_words(hour)) for hour in range(24)]
        self.fields["hour"].initial = queries.hour_of_daily_mail(person)
        for key, delivery in queries.deliveries(person).items():
            self.fields[key] = forms.ChoiceField(
                label=str(kinds()[key].label),
                help_text=str(kinds()[key].text),
                choices=NewsDelivery.choices,
                initial=delivery,
                widget=forms.RadioSelect,
            )

    def kinds(self) -> Iterator[BoundField]:
        return (self[key] for key in kinds())

    def deliveries(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] for key in kinds()}
