"""The shape of what is sent to let people in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Unpack

from allauth.account.adapter import get_adapter
from django import forms
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from innovation.access import presenters
from innovation.access.models import ReviewDecision, ReviewedGrant
from innovation.access.people_file import FACTS, MOST_BYTES, NEEDED
from innovation.people.forms import TokenForm
from innovation.people.models import SERVICE_SCOPES, ServiceAccount, Unit, User
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission
from innovation.web.free_text import NamesNoPatient, VisibleText
from innovation.web.scopes import Scope
from innovation.web.typed_forms import Cleaned, FormOptions, Sent, day_input
from innovation.web.unit_field import UnitField, in_tree


class PeopleFileForm(forms.Form):
    unit = UnitField(
        label=_("Into"),
        help_text=_("The file may name this unit and those below it; rows without a unit go here."),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("A CSV file with one row for each person or role, up to 5,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
        error_messages={"required": _("Choose a file first.")},
        allow_empty_file=True,  # the reader's sentence is the better one
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE)

    def clean_file(self) -> File[bytes]:
        file: File[bytes] = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 2 MB. Split it and import the parts.")
            )
        return file


class ColumnsForm(forms.Form):
    """Which column says what."""

    mails_newcomers = forms.BooleanField(
        label=_("Mail everybody new a link to choose a password"), required=False
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        columns: Sequence[str],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        offered = [(str(number), name) for number, name in enumerate(columns)]
        for fact in FACTS:
            self.fields[fact.key] = forms.ChoiceField(
                label=fact.label,
                choices=[("", _("Not in the file")), *offered],
                required=fact.key in NEEDED,
                error_messages={"required": _("Choose the column that holds the e-mail.")},
            )
        self.order_fields([*(fact.key for fact in FACTS), "mails_newcomers"])

    @property
    def mapping(self) -> dict[str, str]:
        """Fact to column, of a form that is valid."""
        return {fact.key: self.cleaned_data[fact.key] for fact in FACTS}


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    unit = UnitField(label=_("In"), help_text=_("The role reaches everything below this unit."))
    role = forms.ChoiceField(label=_("Role"))
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=day_input(),
        help_text=_("Empty: until somebody ends it."),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE)
        self.fields["role"].choices = [(role.key, role.name) for role in ROLES.values()]


class AcceptForm(VisibleText):
    """Who takes an invitation up without an account: a name and a password."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    password1 = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput, max_length=1000, strip=False
    )
    password2 = forms.CharField(
        label=_("Once more"), widget=forms.PasswordInput, max_length=1000, strip=False
    )

    def __init__(
        self, data: Sent | None = None, *, email: str, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.email = email

    def clean(self) -> Cleaned:
        cleaned: Cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first:
            person = User(email=self.email, name=cleaned.get("name", ""))
            try:
                get_adapter().clean_password(first, user=person)
            except forms.ValidationError as error:
                self.add_error("password1", error)
            if second and first != second:
                self.add_error("password2", _("The two are not alike."))
        return cleaned


class TakeUpForm(forms.Form):
    """Nothing to fill in: the button says it."""


class OpenReviewForm(forms.Form):
    unit = UnitField(
        label=_("Unit"),
        help_text=_("With those below it that have no administrators of their own."),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE)


class DecisionsForm(forms.Form):
    """A row of choices for each role: what is left open waits."""

    def __init__(
        self,
        data: Sent | None = None,
        *,
        rows: Iterable[ReviewedGrant],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        for row in rows:
            self.fields[f"row-{row.pk}"] = forms.ChoiceField(
                label=presenters.role_in_words(row),
                help_text=presenters.since_in_words(row),
                widget=forms.RadioSelect,
                required=False,
                choices=[
                    (ReviewDecision.KEEP.value, _("Keep")),
                    (ReviewDecision.REMOVE.value, _("Take back")),
                ],
            )

    def clean(self) -> Cleaned:
        cleaned: Cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("Choose for at least one role."))
        return cleaned

    @property
    def decisions(self) -> dict[int, str]:
        """By the row's key, of a form that is valid."""
        chosen = self.cleaned_data.items()
        return {int(name.removeprefix("row-")): choice for name, choice in chosen if choice}


class TickedRowsForm(forms.Form):
    """A tick for each role. How many are meant is named first, and sent back with the ticks: where
    the two differ, the new number is shown before anything is done."""

    count = forms.IntegerField(required=False)

    def __init__(
        self,
        data: Sent | None = None,
        *,
        rows: Iterable[ReviewedGrant],
        said_of: Callable[[ReviewedGrant], str],
        all_ticked: bool,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.all_ticked = all_ticked
        for row in rows:
            self.fields[f"row-{row.pk}"] = forms.BooleanField(
                label=presenters.role_in_words(row),
                help_text=said_of(row),
                required=False,
                initial=all_ticked,
            )

    @property
    def row_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name != "count"]

    def clean(self) -> Cleaned:
        cleaned: Cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.ticked:
            raise forms.ValidationError(_("Tick at least one role."))
        return cleaned

    @property
    def ticked(self) -> list[int]:
        """The keys of the rows that were ticked."""
        return [
            int(name.removeprefix("row-"))
            for name, chosen in self.cleaned_data.items()
            if chosen is True
        ]

    @property
    def number(self) -> int:
        """How many are ticked as the form stands."""
        if self.is_bound:
            return len(self.ticked) if self.is_valid() else 0
        return len(self.row_fields) if self.all_ticked else 0

    def is_confirmed(self) -> bool:
        """Whether it was sent by somebody who read how many they are."""
        return self.is_valid() and self.cleaned_data["count"] == self.number


class DeputyForm(forms.Form):
    """A colleague, by the address they sign in with, and the days."""

    email = forms.EmailField(
        label=_("E-mail of your deputy"),
        max_length=254,
        help_text=_("Somebody who works in a unit that your roles reach."),
    )
    starts_on = forms.DateField(label=_("From"), widget=day_input())
    ends_on = forms.DateField(label=_("Last day"), widget=day_input())

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.by = by

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        colleagues = User.objects.visible_to(self.by, None).active().exclude(pk=self.by.pk)
        self.deputy = colleagues.filter(email__iexact=email).first()
        if self.deputy is None:
            raise forms.ValidationError(
                _("No colleague in a unit that your roles reach signs in with this e-mail.")
            )
        return email


class ServiceForm(NamesNoPatient):
    """A machine's account."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As the log will name it: “Warehouse export”, “Theatre dashboard”."),
    )
    purpose = forms.CharField(label=_("What it is for"), max_length=300)
    unit = UnitField(label=_("Kept by"), help_text=_("Its administrators change and close it."))
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who answers for it"),
        help_text=_("Is told before its tokens end, and when it is closed."),
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("It reaches"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Each unit with everything below it: needs, pilots, metrics, money, objectives."
        ),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        by: User,
        service: ServiceAccount | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        kept = by.units(PeoplePermission.MANAGE)
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE)
        self.fields["units"].queryset = kept
        self.fields["units"].choices = in_tree(kept)
        people = User.objects.visible_to(by).active()
        if service is not None:
            del self.fields["unit"]
            people = people | User.objects.filter(pk=service.owner_id)
        self.fields["owner"].queryset = people.order_by("name")


class ServiceTokenForm(TokenForm):
    """What a machine may be let do by itself."""

    def __init__(self, data: Sent | None = None) -> None:
        super().__init__(data)
        self.fields["scopes"].choices = [
            (scope.value, scope.label) for scope in Scope if scope in SERVICE_SCOPES
        ]
        self.fields["scopes"].help_text = _("In the units that it reaches, and nowhere else.")
