"""The shape of what is typed about internal hosts."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent
from innovation.web.unit_field import UnitField
from pilots.connectors.errors import SourceError
from pilots.connectors.target import parse
from pilots.internal_hosts.room import HostsPermission


class AllowForm(NamesNoPatient):
    host = forms.CharField(
        label=gettext_lazy("Host"),
        max_length=300,
        help_text=gettext_lazy(
            "Its name or address, such as fhir.hospital.internal or 10.20.3.4. With a port behind a"
            " colon (10.20.3.4:8443) that port alone."
        ),
    )
    unit = UnitField(
        label=gettext_lazy("For the sources of"),
        help_text=gettext_lazy("And of all units below it."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea,
        max_length=1000,
        help_text=gettext_lazy("What runs there, and who agreed. It stays in the log."),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(by, HostsPermission.ALLOW)

    def clean_host(self) -> str:
        """The host in its usual spelling; its port goes to `port`. An address that was copied whole
        is taken for its host."""
        typed = self.cleaned_data["host"].strip()
        named = typed.partition("://")[2].partition("/")[0] if "://" in typed else typed
        if named.count(":") > 1 and not named.startswith("["):
            named = f"[{named}]"
        try:
            target = parse(f"http://{named}/")
        except SourceError as error:
            raise forms.ValidationError(error.sentence) from None
        if target.path != "/":
            raise forms.ValidationError(_("Name the host alone, without a path."))
        given = named.rpartition("]")[2].rpartition(":")
        self.cleaned_data["port"] = target.port if given[1] else None
        return target.host


class WithdrawForm(NamesNoPatient):
    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea, max_length=1000)
