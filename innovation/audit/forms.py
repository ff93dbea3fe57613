"""What somebody looks for in the log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Unpack

from django import forms
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innovation.audit import sentences
from innovation.audit.models import EventQuerySet
from innovation.web.typed_forms import FormOptions, Sent


class LogFilter(forms.Form):
    """Every field narrows; what cannot be read narrows nothing and is said beside the field."""

    q = forms.CharField(required=False, max_length=200)
    what = forms.ChoiceField(label=_("What"), required=False)
    unit: object = forms.ModelChoiceField(
        label=_("Unit"), queryset=None, required=False, empty_label=_("All units")
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    by = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(
        self, data: Sent | None = None, *, units: QuerySet[Model], **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].queryset = units.order_by("name")
        self.fields["what"].choices = [
            ("", _("Everything")),
            *sentences.kinds(),
        ]

    def narrow(self, events: EventQuerySet) -> EventQuerySet:
        self.is_valid()
        wanted = self.cleaned_data
        if text := wanted.get("q"):
            events = events.saying(text, types=sentences.types_saying(text))
        if what := wanted.get("what"):
            events = events.filter(type__startswith=f"{what}.")
        if unit := wanted.get("unit"):
            within = [row.pk for row in unit.descendants(include_self=True)]
            events = events.filter(unit_id__in=within)
        if since := wanted.get("since"):
            events = events.filter(at__gte=_midnight(since))
        if until := wanted.get("until"):
            events = events.filter(at__lt=_midnight(until + timedelta(days=1)))
        if by := wanted.get("by"):
            events = events.filter(actor=by)
        return events


def _midnight(day: date) -> datetime:
    """The beginning of the day on the reader's own clock."""
    return timezone.make_aware(datetime.combine(day, time.min))
