"""The shapes of asking for time and of the answers; each person is offered with what they have free."""

from __future__ import annotations

from datetime import date
from typing import Unpack

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, day_input
from pilots.lifecycle.models import Pilot, TeamRole
from pilots.staffing import queries

USUAL_WEEKS = 26


class AskForm(NamesNoPatient):
    person = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Who"), empty_label=gettext_lazy("Choose somebody")
    )
    role = forms.ChoiceField(
        label=gettext_lazy("As"), choices=TeamRole.choices, initial=TeamRole.MEMBER
    )
    percent = forms.IntegerField(
        label=gettext_lazy("Share of time"), min_value=1, max_value=100, initial=20
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=day_input())
    ends_on = forms.DateField(label=gettext_lazy("Until"), widget=day_input())
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Read by whom you ask, and by who leads their unit."),
    )
    cover = forms.CharField(
        label=gettext_lazy("Who covers meanwhile"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("And from which money, where it is paid for."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        pilot: Pilot,
        today: date,
        given: QueryDict | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        start = max(pilot.starts_on or today, today)
        end = pilot.ends_on if pilot.ends_on and pilot.ends_on >= start else None
        self.proposed = {
            "starts_on": start,
            "ends_on": end or dates.days_after(start, 7 * USUAL_WEEKS),
        }
        asked = {name: given[name] for name in self.base_fields if given and given.get(name)}
        options["initial"] = {**self.proposed, **asked}
        super().__init__(data, **options)
        people = queries.candidates(user, pilot)
        self.fields["person"].queryset = people.active().select_related("unit").order_by("name")
        self.window = self._window()
        self._say_what_is_free()

    def _window(self) -> tuple[date, date]:
        """The days to look at: those typed, where they can be read, else those proposed."""
        days = []
        for name, proposed in self.proposed.items():
            typed = self.data.get(name) if self.is_bound else self.initial[name]
            try:
                days.append(self.fields[name].clean(typed))
            except forms.ValidationError:
                days.append(proposed)
        return min(days), max(days)

    def _say_what_is_free(self) -> None:
        people = list(self.fields["person"].queryset)
        free = queries.free_time(people, starts_on=self.window[0], ends_on=self.window[1])
        self.fields["person"].choices = [
            ("", _("Choose somebody")),
            *(
                (
                    person.pk,
                    _("%(name)s, %(percent)s %% free")
                    % {"name": person.name, "percent": free[person.pk].percent},
                )
                for person in people
            ),
        ]


class TimeAnswerForm(NamesNoPatient):
    """One's own answer, or that of a unit; a request without one is no no."""

    answer = forms.ChoiceField(
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("Say yes or no.")},
    )
    words = forms.CharField(
        label=gettext_lazy("A word with it"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Read by who asked, and by who leads the pilot."),
    )


class GiveBackForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("From this day on"), widget=day_input())
