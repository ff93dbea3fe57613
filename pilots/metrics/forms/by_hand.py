"""The shape of a number that is typed in."""

from __future__ import annotations

from datetime import date
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent
from pilots.metrics.figures import exposure_of
from pilots.metrics.models import HandCount, Metric, MetricKind

CELLS: dict[MetricKind, tuple[str, ...]] = {
    MetricKind.PROPORTION: ("numerator", "denominator"),
    MetricKind.RATE: ("numerator", "denominator"),
    MetricKind.COUNT: ("value",),
    MetricKind.VALUE: ("value", "n"),
}
_NUMBER = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})


class HandCountForm(NamesNoPatient):
    period = forms.TypedChoiceField(label=_("For"), coerce=date.fromisoformat)
    value = forms.CharField(label=_("Number"), max_length=40, widget=_NUMBER)
    numerator = forms.CharField(label=_("Numerator"), max_length=40, widget=_NUMBER)
    denominator = forms.CharField(label=_("Denominator"), max_length=40, widget=_NUMBER)
    n = forms.CharField(
        label=_("How many it rests on"), max_length=40, required=False, widget=_NUMBER
    )
    counted_from = forms.CharField(
        label=_("I counted this from"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "A list, a board, a report, and how: “the incident log, falls with harm, by hand”."
        ),
    )
    link = forms.URLField(
        label=_("Link to it"), max_length=600, required=False, assume_scheme="https"
    )
    reason = forms.CharField(
        label=_("Why it is corrected"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where a number stands there already. The former one stays to be read."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        metric: Metric,
        periods: list[tuple[str, str]],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        shown = CELLS[MetricKind(metric.kind)]
        for name in {"value", "n", "numerator", "denominator"} - set(shown):
            del self.fields[name]
        self.cells = shown
        self.fields["period"].choices = periods
        last = HandCount.objects.filter(metric=metric).first()
        if last is not None:
            self.fields["counted_from"].initial = last.counted_from
        if metric.kind == MetricKind.RATE:
            exposure = exposure_of(metric.measure_unit)
            self.fields["numerator"].label = _("Events")
            self.fields["denominator"].label = _("Exposure")
            if exposure is not None:
                of = exposure.of[:1].upper() + exposure.of[1:]
                self.fields["denominator"].label = of
                self.fields["denominator"].help_text = _(
                    "All of the period, as they are: they are not divided before."
                )
        if metric.kind == MetricKind.COUNT:
            self.fields["value"].help_text = _("How often it happened; 0 where it did not.")
        if "value" in self.fields and metric.measure_unit:
            self.fields["value"].label = _("Number (%(unit)s)") % {"unit": metric.measure_unit}

    @property
    def facts(self) -> Cleaned:
        """What the verb is given."""
        given = self.cleaned_data
        facts = {name: given[name] for name in ("period", "counted_from", "link", "reason")}
        return {**facts, "cells": {name: given[name] for name in self.cells if given.get(name)}}
