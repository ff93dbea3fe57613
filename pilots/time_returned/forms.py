"""The shape of what a team says of its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from innovation.rules.text import visible
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Initial, Sent, day_input
from innovation.web.unit_field import UnitField
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.metrics.models import Metric
from pilots.surveys.models import InstrumentItem
from pilots.time_returned import queries
from pilots.time_returned.actions import UseIntent
from pilots.time_returned.models import (
    HoursReturnedQuerySet,
    TimeDeclaration,
    TimeUse,
    TouchKind,
    TouchQuestion,
)


@dataclass(frozen=True)
class UseRow:
    """The fields of one use."""

    tick: BoundField
    share: BoundField
    measure: BoundField
    no_measure: BoundField


class TimeForm(NamesNoPatient):
    metric = forms.ModelChoiceField(
        Metric.objects.none(),
        label=gettext_lazy("Time a case takes"),
        help_text=gettext_lazy("One of this pilot's metrics, in seconds, minutes or hours a case."),
    )
    is_mean = forms.BooleanField(
        label=gettext_lazy("It is a mean a case, and of people who work here"),
        help_text=gettext_lazy(
            "From a median, or from patients' waiting, no hours can be counted."
        ),
    )
    volume = forms.ModelChoiceField(
        Metric.objects.none(),
        label=gettext_lazy("How many cases"),
        required=False,
        empty_label=gettext_lazy("The cases behind each number of the time"),
        help_text=gettext_lazy("Or another metric of this pilot that counts them."),
    )
    since = forms.DateField(
        label=gettext_lazy("Counted from"),
        widget=day_input(),
        required=False,
        help_text=gettext_lazy("Empty: from its go-live. Never before it is live and settled."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is said now"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The plan is agreed; what was said before stays beside it."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        pilot: Pilot,
        said: TimeDeclaration | None,
        plan_open: bool,
        **options: Unpack[FormOptions],
    ) -> None:
        options["initial"] = _initial(said)
        super().__init__(data, **options)
        own = list(Metric.objects.filter(pilot=pilot).order_by("name"))
        times = [one.pk for one in own if queries.is_time(one)]
        counts = [one.pk for one in own if queries.is_count(one)]
        metrics = Metric.objects.filter(pilot=pilot).order_by("name")
        self.fields["metric"].queryset = metrics.filter(pk__in=times)
        self.fields["volume"].queryset = metrics.filter(pk__in=counts)
        self.has_times = bool(times)
        if plan_open:
            del self.fields["reason"]
        for use, label in TimeUse.choices:
            self.fields[use] = forms.BooleanField(label=label, required=False)
            self.fields[f"{use}_share"] = forms.IntegerField(
                label=gettext_lazy("Share"), required=False, min_value=1, max_value=100
            )
            self.fields[f"{use}_measure"] = forms.ModelChoiceField(
                metrics,
                label=gettext_lazy("Seen by"),
                required=False,
                empty_label=gettext_lazy("No metric"),
            )
            self.fields[f"{use}_no_measure"] = forms.CharField(
                label=gettext_lazy("Or why no number can show it"), required=False, max_length=300
            )

    @property
    def use_rows(self) -> list[UseRow]:
        return [
            UseRow(
                self[use],
                self[f"{use}_share"],
                self[f"{use}_measure"],
                self[f"{use}_no_measure"],
            )
            for use in TimeUse.values
        ]

    @property
    def uses(self) -> list[UseIntent]:
        """What was ticked; a share, a measure or why there is none says as much."""
        given = self.cleaned_data
        said = {
            use: UseIntent(
                use,
                given.get(f"{use}_share"),
                given.get(f"{use}_measure"),
                visible(given.get(f"{use}_no_measure") or ""),
            )
            for use in TimeUse.values
        }
        return [
            one
            for use, one in said.items()
            if given.get(use) or one.share or one.measure or one.no_measure
        ]

    def clean(self) -> None:
        super().clean()
        if not self.errors and not self.uses:
            raise forms.ValidationError(_("Say what the time is for: tick at least one."))
        for one in self.uses:
            if one.measure is not None and one.no_measure:
                self.add_error(
                    f"{one.use}_no_measure", _("A metric is named: then this stays empty.")
                )
        shares = sum(one.share or 0 for one in self.uses)
        if shares > 100:
            raise forms.ValidationError(
                _("The shares come to %(n)s percent; they are parts of 100.") % {"n": shares}
            )


def _initial(said: TimeDeclaration | None) -> Initial:
    if said is None:
        return {}
    found: Initial = {
        "metric": said.metric_id,
        "volume": said.volume_id,
        "since": said.since,
    }
    for one in said.uses.all():
        found[one.use] = True
        found[f"{one.use}_share"] = one.share
        found[f"{one.use}_measure"] = one.measure_id
        found[f"{one.use}_no_measure"] = one.no_measure
    return found


class TimeTakeBackForm(NamesNoPatient):
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


class TouchQuestionsForm(forms.Form):
    """Which questions tell how patients and staff feel, each by its instrument and its number."""

    def __init__(
        self,
        data: Sent | None = None,
        *,
        items: Sequence[InstrumentItem],
        chosen: Mapping[str, TouchQuestion],
        **options: Unpack[FormOptions],
    ) -> None:
        self.by_key = {f"{one.instrument_id}-{one.position}": one for one in items}
        options["initial"] = {
            kind: f"{one.instrument_id}-{one.position}" for kind, one in chosen.items()
        }
        super().__init__(data, **options)
        choices: list[tuple[str, str]] = [
            (key, f"{one.instrument.title}: {one.asks}") for key, one in self.by_key.items()
        ]
        for kind, label in TouchKind.choices:
            self.fields[kind] = forms.ChoiceField(
                label=label,
                choices=[("", _("No question yet")), *choices],
                required=False,
            )

    @property
    def changed_items(self) -> dict[str, InstrumentItem]:
        """What was chosen anew, by kind."""
        return {
            kind: self.by_key[self.cleaned_data[kind]]
            for kind in self.changed_data
            if self.cleaned_data.get(kind)
        }


class AccountFilter(forms.Form):
    """How somebody narrows the account. Nonsense in the address narrows nothing."""

    WAYS = ("pilot", "unit", "quarter", "month")

    unit = UnitField(
        label=gettext_lazy("Unit"), required=False, empty=gettext_lazy("All units"), flat=True
    )
    by = forms.ChoiceField(required=False, choices=[(one, one) for one in WAYS])

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.user = user
        self.fields["unit"].offer_held(user, PilotsPermission.READ)

    def narrow(self) -> HoursReturnedQuerySet:
        self.is_valid()
        return queries.narrowed(self.user, unit=self.cleaned_data.get("unit"))

    @property
    def way(self) -> str:
        return self.cleaned_data.get("by") or self.WAYS[0]
