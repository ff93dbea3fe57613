"""Connecting a source: its name, who looks after it, and what its kind needs."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.conf import settings
from django.core.files import File
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent
from innovation.web.unit_field import UnitField
from pilots.connectors import kinds
from pilots.metrics import stored_files
from pilots.metrics.forms.settings import add_problems, fields_of, typed
from pilots.metrics.models import Source
from pilots.metrics.room import MetricsPermission


class AmendmentReason(forms.CharField):
    """Why another setting changes plans that were locked."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Why the settings change"),
            max_length=600,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_(
                "Metrics of locked plans are measured from this source. The reason stands beside their"
                " verdicts, and is told to the sponsor and to who answers for safety. A new name or"
                " password takes none."
            ),
        )


class SourceForm(NamesNoPatient):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As people call it: “Epic reporting”, “A&E attendances”."),
    )
    unit = UnitField(
        label=_("Unit"), help_text=_("Those who manage sources here, or above, may change it.")
    )
    steward = forms.CharField(
        label=_("Who can fix it"),
        max_length=200,
        required=False,
        help_text=_("A team and how to reach it. Named whenever a pull fails."),
    )

    reason = AmendmentReason()

    def __init__(
        self,
        data: Sent | None = None,
        *,
        kind: str,
        by: User,
        source: Source | None = None,
        locked: bool = False,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.kind = source.connector if source else kinds.get(kind)
        self.source = source
        config = source.config if source is not None else {}
        self.fields |= fields_of(
            self.kind.source_fields,
            config=config,
            has_secret=source is not None and bool(source.secret),
        )
        if not (locked and self.kind.source_fields):
            del self.fields["reason"]
        if source is None:
            self.fields["unit"].offer_held(by, MetricsPermission.MANAGE_SOURCES)
        else:
            del self.fields["unit"]
            self.fields["name"].initial = source.name
            self.fields["steward"].initial = source.steward

    @property
    def connection_fields(self) -> list[forms.BoundField]:
        """The fields that the kind asks for, in its order."""
        return [self[field.name] for field in self.kind.source_fields if not field.seldom]

    @property
    def seldom_connection_fields(self) -> list[forms.BoundField]:
        """Those that few systems need, which are folded away."""
        return [self[field.name] for field in self.kind.source_fields if field.seldom]

    @property
    def seldom_wrong(self) -> bool:
        return any(bound.errors for bound in self.seldom_connection_fields)

    def clean(self) -> Cleaned:
        cleaned: Cleaned = self.cleaned_data
        values = typed(self.kind.source_fields, cleaned)
        add_problems(self, self.kind, self.kind.problems(values, scope="source"))
        cleaned["config"] = {**self._mapping(), **self.kind.clean(values, scope="source")}
        cleaned["secrets"] = self.kind.secrets(values)
        return cleaned

    def _mapping(self) -> Cleaned:
        """What is kept with the source besides its own settings: a file's column mapping."""
        own = {field.name for field in self.kind.source_fields}
        kept = self.source.config if self.source is not None else {}
        return {name: value for name, value in kept.items() if name not in own}

    @property
    def facts(self) -> Cleaned:
        """What the verb is given."""
        names = ("name", "steward", "config", "secrets", "unit", "reason")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _(
                "A CSV file or a spreadsheet (.xlsx, .xls, .ods), up to {most} MB. It is kept as it is."
            ),
            most=settings.LARGEST_FILE // 2**20,
        ),
        widget=forms.FileInput(
            attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xlsm,.xlsb,.xls,.ods,text/csv,text/plain"}
        ),
        error_messages={"required": _("Choose a file first.")},
        allow_empty_file=True,  # the connector's sentence is the better one
    )

    def clean_file(self) -> File[bytes]:
        file: File[bytes] = self.cleaned_data["file"]
        if file.size > settings.LARGEST_FILE:
            raise forms.ValidationError(stored_files.too_large())
        return file
