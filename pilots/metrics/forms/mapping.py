"""Which column of a file says what, and which metrics to make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from typing import Unpack

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from innovation.web.typed_forms import Cleaned, FormOptions, Sent
from pilots.connectors import cell_values
from pilots.connectors.measurement import Cadence
from pilots.connectors.preview import Preview
from pilots.metrics.forms.plan import MetricDefinitionForm, check_exposure
from pilots.metrics.forms.settings import Settings, add_problems, fields_of, typed
from pilots.metrics.forms.sources import AmendmentReason
from pilots.metrics.models import MetricKind, Source

ALL, SOME = "all", "some"
FEW = 12


class MappingForm(Settings, MetricDefinitionForm):
    """A file's columns as numbers; and the metrics of one, some or all organisations in it."""

    which = forms.ChoiceField(
        label=_("For which of them"),
        choices=[(ALL, _("Every one in the file")), (SOME, _("Only these"))],
        initial=ALL,
        widget=forms.RadioSelect,
        required=False,
    )
    entities = forms.CharField(
        label=_("Which ones"),
        required=False,
        help_text=_("As they are written in the file, with commas between: RF4, RGR."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    reason = AmendmentReason()

    def __init__(
        self,
        data: Sent | None = None,
        *,
        source: Source,
        preview: Preview,
        creating: bool = False,
        locked: bool = False,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.known = source.connector
        self.creating, self.preview = creating, preview
        mapped = source.config if source.config.get("date") else preview.guess
        if preview.sheets:
            mapped = {**mapped, "sheet": preview.sheet}
        left_out = {"entity_value"} if preview.sheets else {"entity_value", "sheet"}
        declared = [field for field in self.known.metric_fields if field.name not in left_out]
        self.declared = declared
        self.bound = fields_of(declared, config=mapped, columns=preview.columns)
        self.fields |= self.bound
        self._guess(mapped, preview)
        if not locked:
            del self.fields["reason"]
        if not creating:
            for name in ("name", "definition", "direction", "dimension"):
                self.fields[name].required = False

    def _guess(self, mapped: Mapping[str, object], preview: Preview) -> None:
        proportion = bool(mapped.get("denominator")) and not mapped.get("value")
        self.fields["kind"].initial = MetricKind.PROPORTION if proportion else MetricKind.VALUE
        days = dates(
            preview, str(mapped.get("date") or ""), str(mapped.get("date_format") or "iso")
        )
        self.fields["cadence"].initial = cadence_of(days)
        if days:
            cadence = Cadence(self.fields["cadence"].initial)
            self.fields["pull_from"].initial = cadence.starts(min(days))

    @property
    def filter_values(self) -> list[str]:
        """What a filter may ask for: the values of columns that have only a few."""
        few = (self.preview.values(column) for column in self.preview.columns)
        return list(dict.fromkeys(v for values in few if len(values) <= FEW for v in values))

    def clean(self) -> Cleaned:
        cleaned: Cleaned = self.cleaned_data
        mapping = self.known.clean(typed(self.declared, cleaned), scope="metric")
        mapping.pop("entity_value", None)
        cleaned["mapping"] = mapping
        # "Which one" is asked for each metric; for the check, any will do.
        probe = {**mapping, "entity_value": "-" if mapping.get("entity_column") else ""}
        problems = self.known.problems(probe, scope="metric", measure=cleaned.get("kind"))
        add_problems(self, self.known, problems)
        wanted = [
            name.strip() for name in cleaned.get("entities", "").replace("\n", ",").split(",")
        ]
        cleaned["wanted"] = [name for name in wanted if name]
        check_exposure(self, cleaned)
        some = mapping.get("entity_column") and cleaned.get("which") == SOME
        if self.creating and some and not cleaned["wanted"]:
            self.add_error("entities", _("Name at least one, or take every one in the file."))
        return cleaned

    @property
    def mapped(self) -> bool:
        """Whether the file can be read by it, whatever the metrics of it still lack."""
        needed = {*self.bound, "kind", "cadence", "pull_from", NON_FIELD_ERRORS}
        return needed.isdisjoint(self.errors)

    @property
    def facts(self) -> Cleaned:
        """What the verb that makes metrics is given."""
        names = (
            "name", "definition", "kind", "measure_unit", "direction", "dimension", "cadence",
            "pull_from",
        )  # fmt: skip
        return {name: self.cleaned_data[name] for name in names}


def dates(preview: Preview, column: str, date_format: str = "iso") -> list[date]:
    """The days that a column names, as far as they can be read: enough to guess a cadence."""
    found = set()
    if column in preview.columns:
        for text in preview.values(column):
            with suppress(cell_values.Unreadable):
                found.add(cell_values.day(text, date_format=date_format))
    return sorted(found)


def cadence_of(days: Sequence[date]) -> str:
    """How often a file with these days has a number."""
    if days and (all(day.day == 1 for day in days) or all(map(_ends_a_month, days))):
        return Cadence.MONTH
    steps = [(b - a).days for a, b in pairwise(days)]
    return Cadence.DAY if steps and min(steps) < 7 else Cadence.WEEK


def _ends_a_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
