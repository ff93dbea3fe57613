"""What somebody looks for in the log."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Unpack

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innovation.audit import sentences
from innovation.audit.models import EventQuerySet, Reader
from innovation.audit.room import AuditPermission
from innovation.rules import dates
from innovation.web.keys import LARGEST
from innovation.web.typed_forms import FormOptions, Sent
from innovation.web.unit_field import UnitField


class LogFilter(forms.Form):
    """Every field narrows; what cannot be read narrows nothing and is said beside the field. Who
    looked at what is shown to those who look for it: by a kind of thing, a person or a word."""

    leaves_out_reads = True

    q = forms.CharField(required=False, max_length=200)
    what = forms.ChoiceField(label=_("What"), required=False)
    unit = UnitField(label=_("Unit"), required=False, empty=_("All units"), flat=True)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    by = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(
        self, data: Sent | None = None, *, reader: Reader, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(reader, AuditPermission.READ, closed=True)
        self.fields["what"].choices = [
            ("", _("Everything that was done")),
            *sentences.kinds(),
        ]

    def narrow(self, events: EventQuerySet, *, reader: Reader) -> EventQuerySet:
        self.is_valid()
        wanted = self.cleaned_data
        if text := wanted.get("q"):
            events = events.saying(text, reader=reader, types=sentences.types_saying(text))
        if what := wanted.get("what"):
            events = events.filter(type__startswith=f"{what}.")
        if unit := wanted.get("unit"):
            within = [row.pk for row in unit.descendants(include_self=True)]
            events = events.filter(unit_id__in=within)
        if since := wanted.get("since"):
            events = events.filter(at__gte=_midnight(since))
        if until := wanted.get("until"):
            events = events.filter(at__lt=_midnight(dates.days_after(until)))
        if by := wanted.get("by"):
            events = events.filter(actor=by)
        if self.leaves_out_reads and not (text or what or by):
            events = events.but_reads()
        return events


class VerifyForm(forms.Form):
    """Which events are read; empty from the first to the last."""

    first = forms.IntegerField(
        label=_("From event"), required=False, min_value=1, max_value=LARGEST
    )
    last = forms.IntegerField(label=_("To event"), required=False, min_value=1, max_value=LARGEST)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last event comes after the first."))
        return given


class CompareForm(forms.Form):
    """Anchors that were kept elsewhere, one a line, as they were downloaded."""

    anchors = forms.CharField(
        label=_("Anchors that you kept"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=20_000,
        help_text=_("NUMBER:HASH, one a line; what stands behind it is passed over."),
    )

    def clean_anchors(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["anchors"].splitlines()]
        found = [line.split()[0] for line in lines if line and not line.startswith("#")]
        if not found:
            raise forms.ValidationError(_("There is no anchor among these lines."))
        return found[:100]


JSON_LINES, CSV = "jsonl", "csv"


class ExportForm(LogFilter):
    """What of the log is taken away, and how."""

    leaves_out_reads = False

    first = forms.IntegerField(
        label=_("From event"), required=False, min_value=1, max_value=LARGEST
    )
    last = forms.IntegerField(label=_("To event"), required=False, min_value=1, max_value=LARGEST)
    file_format = forms.ChoiceField(
        label=_("As"),
        choices=[
            (JSON_LINES, _("JSON Lines, which can be verified without Pilotlight")),
            (CSV, _("CSV, for a spreadsheet")),
        ],
        widget=forms.RadioSelect,
        initial=JSON_LINES,
    )

    def narrow(self, events: EventQuerySet, *, reader: Reader) -> EventQuerySet:
        events = super().narrow(events, reader=reader)
        if first := self.cleaned_data.get("first"):
            events = events.filter(number__gte=first)
        if last := self.cleaned_data.get("last"):
            events = events.filter(number__lte=last)
        return events

    @property
    def narrows(self) -> bool:
        """Whether some events between the first and the last are left out."""
        return any(self.cleaned_data.get(name) for name in ("q", "what", "unit", "by"))


def _midnight(day: date) -> datetime:
    """The beginning of the day on the reader's own clock."""
    return timezone.make_aware(datetime.combine(day, time.min))
