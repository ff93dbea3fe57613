"""The shape of what is typed about people, roles and units."""

from __future__ import annotations

from functools import cache
from typing import Any, Unpack
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from innovation.people.models import Unit, UnitKind, User
from innovation.people.roles import ROLES, needs_second_person
from innovation.people.room import PeoplePermission
from innovation.web.free_text import NamesNoPatient, VisibleText
from innovation.web.scopes import Scope
from innovation.web.typed_forms import (
    FormOptions,
    ModelForm,
    RowFormOptions,
    Sent,
    day_input,
)
from innovation.web.unit_field import UnitField


class PersonForm(VisibleText):
    """What administrators keep of an account."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("Signing in is by this address.")
    )
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    unit = UnitField(label=_("Unit"))

    def __init__(
        self,
        data: Sent | None = None,
        *,
        by: User,
        person: User | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.person = person
        own = Unit.objects.filter(pk__in=[person.unit_id] if person else [])
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE, besides=own)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        others = User.objects.filter(email__iexact=email)
        if self.person is not None:
            others = others.exclude(pk=self.person.pk)
        if others.exists():
            raise forms.ValidationError(_("Somebody already signs in with this e-mail."))
        return email


class NewPersonForm(PersonForm):
    role = forms.ChoiceField(
        label=_("First role, in this unit"),
        required=False,
        help_text=_(
            "Without any role, nothing is open to them. More can be given later, also those that a "
            "second administrator confirms."
        ),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, by=by, **options)
        self.fields["role"].choices = [
            ("", _("None yet")),
            *(
                (role.key, role.name)
                for role in ROLES.values()
                if not needs_second_person(role.key)
            ),
        ]


class CapacityForm(PersonForm):
    """The same, with what a change may touch besides."""

    capacity_percent = forms.IntegerField(
        label=_("Capacity for pilots"),
        min_value=0,
        max_value=100,
        help_text=_("Percent of full time that pilots may ask for, all together."),
    )


_SECOND = format_lazy(" {}", _("A second administrator confirms it."))


class GrantForm(NamesNoPatient):
    """One role in one unit; every role says what it is for, and whether it takes a second person."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    unit = UnitField(label=_("In"), help_text=_("The role reaches everything below this unit."))
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=day_input(),
        help_text=_("Empty: until somebody ends it."),
    )
    reason = forms.CharField(
        label=_("Why"),
        widget=forms.Textarea,
        max_length=1000,
        required=False,
        help_text=_(
            "The log keeps it. A role that a second administrator confirms takes one: they read it."
        ),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["role"].choices = [
            (
                role.key,
                format_html(
                    '<strong>{}</strong> <span class="cell-sub">{}{}</span>',
                    role.name,
                    role.description,
                    _SECOND if needs_second_person(role.key) else "",
                ),
            )
            for role in ROLES.values()
        ]
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if needs_second_person(given.get("role", "")) and not given.get("reason", "").strip():
            self.add_error("reason", _("Say why: a second administrator reads it and confirms."))
        return given


class RoleEndForm(forms.Form):
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=day_input(),
        help_text=_("Empty: the role goes on until somebody ends it."),
    )


class UnitForm(VisibleText):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices)
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        required=False,
        help_text=_("As in your files: an organisation or cost centre code."),
    )
    alone_percent = forms.IntegerField(
        label=_("Share of time that its people give by themselves"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_(
            "To all pilots together. For more, whoever leads the unit is asked, too. Empty: as the unit above"
            " it; 10 % where none says otherwise."
        ),
    )


class NewUnitForm(UnitForm):
    parent = UnitField(label=_("Below"))
    field_order = ("parent", "name", "kind", "code", "alone_percent")

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["parent"].offer_held(by, PeoplePermission.MANAGE)


class MoveForm(forms.Form):
    parent = UnitField(label=_("Move it below"))

    def __init__(
        self, data: Sent | None = None, *, by: User, unit: Unit, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        within = [row.pk for row in unit.descendants(include_self=True)]
        units = by.units(PeoplePermission.MANAGE).exclude(pk__in=within)
        self.fields["parent"].offer(units)


class PeopleFilter(forms.Form):
    unit = UnitField(label=_("Unit"), required=False, empty=_("All units"))

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(user, PeoplePermission.READ)


class LostDeviceForm(NamesNoPatient):
    """Why a second step is taken away."""

    reason = forms.CharField(label=_("Why"), widget=forms.Textarea, max_length=1000)


class OptionalReasonForm(NamesNoPatient):
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea, max_length=1000, required=False)


class WhyNotForm(NamesNoPatient):
    """Why a role is declined; who proposed it and who would hold it read it."""

    reason = forms.CharField(label=_("Why not"), widget=forms.Textarea, max_length=1000)


@cache
def _time_zones() -> list[tuple[str, str]]:
    named = sorted(zone for zone in available_timezones() if "/" in zone)
    places = [(zone, zone.replace("_", " ")) for zone in named if not zone.startswith("Etc/")]
    return [("UTC", "UTC"), *places]


class ProfileForm(VisibleText, ModelForm[User]):
    """What each person keeps of their own account."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    unit = UnitField(label=_("Unit"), required=False)

    class Meta:
        model = User
        fields = ("name", "job_title", "unit", "time_zone", "language", "theme")

    def __init__(self, data: Sent | None = None, **options: Unpack[RowFormOptions[User]]) -> None:
        super().__init__(data, **options)
        own = Unit.objects.filter(pk__in=[self.instance.unit_id])
        self.fields["unit"].offer_held(self.instance, besides=own)
        self.fields["time_zone"].choices = [
            ("", _("As the installation")),
            *_time_zones(),
        ]
        self.fields["language"].choices = [("", _("As the installation")), *settings.LANGUAGES]
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]

    def _post_clean(self) -> None:
        """The action writes the person; the form only says what was typed."""


TOKEN_ENDS = (7, 30, 90, 180, 365)


class TokenForm(NamesNoPatient):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("So that you know it again, such as “monthly export”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself."),
    )
    days = forms.TypedChoiceField(label=_("Ends"), coerce=int)

    def __init__(self, data: Sent | None = None) -> None:
        super().__init__(data)
        offered = [
            (days, ngettext("after %(days)s day", "after %(days)s days", days) % {"days": days})
            for days in sorted({*TOKEN_ENDS, settings.TOKEN_DAYS})
            if days <= settings.TOKEN_DAYS
        ]
        self.fields["days"].choices = offered
        self.fields["days"].initial = min(90, settings.TOKEN_DAYS)
