"""Free text names no patient: the one look at whatever people type, on pages and by the API.

A form or a body whose fields take free text or files derives from one of the two classes here. What
looks like patient data is said in a sentence; its author takes it out, or says that nobody is named. Of
a file its text is looked at; what could not be read of it is said (`file_notes`). Both read a text as its
readers will see it: what nobody sees fills no required field, hides no name and is not kept.
`tests/house/test_free_text.py` finds a text that is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from innovation.rules.text import visible, without_hidden
from innovation.web import file_text
from innovation.web.identifiers import IdentifierKind, PossibleIdentifier, findings

KINDS = {
    IdentifierKind.NHS_NUMBER: gettext_lazy("an NHS number"),
    IdentifierKind.SSN: gettext_lazy("a social security number"),
    IdentifierKind.MEDICARE: gettext_lazy("a Medicare number"),
    IdentifierKind.LONG_NUMBER: gettext_lazy("a card or member number"),
    IdentifierKind.RECORD_NUMBER: gettext_lazy("a record number"),
    IdentifierKind.NAME: gettext_lazy("a name"),
    IdentifierKind.BIRTH_DATE: gettext_lazy("a date of birth"),
    IdentifierKind.PHONE: gettext_lazy("a telephone number"),
    IdentifierKind.ADDRESS: gettext_lazy("an address"),
    IdentifierKind.EMAIL: gettext_lazy("an e-mail address"),
    IdentifierKind.BED: gettext_lazy("a patient’s bed"),
}


def patient_warning(found: Iterable[PossibleIdentifier]) -> str:
    """What looks like patient data, in one sentence; empty where nothing does."""
    named = dict.fromkeys(f"{KINDS[f.kind]} (“{f.text}”)" for f in found)
    if not named:
        return ""
    *others, last = named
    what = _("%(first)s and %(last)s") % {"first": ", ".join(others), "last": last}
    return _("This may tell who a patient is: it looks like %(what)s.") % {
        "what": what if others else last
    }


# ---- pages

# Shapes that leave no room for a sentence.
_SHAPED = (
    forms.EmailField,
    forms.GenericIPAddressField,
    forms.JSONField,
    forms.RegexField,
    forms.SlugField,
    forms.URLField,
    forms.UUIDField,
)


def takes_free_text(field: forms.Field) -> bool:
    """Whether people may type a sentence there that is kept: no search, secret or hidden key."""
    widget = field.widget
    return (
        isinstance(field, forms.CharField)
        and not isinstance(field, _SHAPED)
        and not widget.is_hidden
        and not isinstance(widget, forms.PasswordInput)
        and widget.attrs.get("type") != "search"
    )


_CONFIRMED = "names_nobody"


class VisibleText(forms.Form):
    """A form whose free text is read as its readers see it, before any field is asked."""

    def full_clean(self) -> None:
        self._leave_out_hidden()
        super().full_clean()

    def _leave_out_hidden(self) -> None:
        seen = {}
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            given = self.data.get(key)
            if isinstance(given, str) and takes_free_text(field):
                said = _as_seen(given, strip=getattr(field, "strip", True))
                if said != given:
                    seen[key] = said
        if seen:
            sent: Any = self.data
            data = sent.copy()  # what a browser sent is not changed; a copy may be
            for key, said in seen.items():
                data[key] = said
            self.data = data


def _as_seen(text: str, *, strip: bool) -> str:
    """White space around what is seen in it is left to the field, and so is a NUL, which it refuses."""
    if "\0" in text:
        return text
    if strip and not visible(text):
        return ""
    return without_hidden(text)


class NamesNoPatient(VisibleText):
    """A form whose free text is looked at for patient data. The `form` component asks its author
    below the warning; `patient_findings` is what was found, once it was looked at."""

    not_screened: ClassVar[Mapping[str, str]] = {}  # fields, and why nobody is named there

    patient_findings: list[PossibleIdentifier] | tuple[()] = ()
    file_notes: list[str] | tuple[()] = ()

    def full_clean(self) -> None:
        super().full_clean()
        if not hasattr(self, "cleaned_data"):
            return
        in_files = self._found_in_files()
        texts = (self.cleaned_data.get(name) for name in self._changed_texts())
        in_texts = [one for text in texts if text for one in findings(str(text))]
        self.patient_findings = in_texts + [one for found in in_files.values() for one in found]
        if self.patient_findings and not self.names_nobody.value():
            warning = patient_warning(self.patient_findings)
            self.add_error(
                None, warning + " " + _("Take it out, or say below that no patient is named.")
            )
        self._ask_for_files_again(in_files)

    def _found_in_files(self) -> dict[str, list[PossibleIdentifier]]:
        found, notes = {}, []
        for name, field in self.fields.items():
            given = self.cleaned_data.get(name)
            if not isinstance(field, forms.FileField) or name in self.not_screened or not given:
                continue
            if isinstance(given, str):  # read already, and put where it can be mended
                found[name] = findings(given)
                continue
            read = file_text.of_upload(given)
            found[name] = findings(read.text)
            if said := str(file_text.SAID[read.unread]):
                notes.append(f"{given.name}: {said}")
        self.file_notes = notes
        return found

    def _ask_for_files_again(self, in_files: Mapping[str, list[PossibleIdentifier]]) -> None:
        """No browser sends a file twice by itself, so whoever is asked anything chooses it again."""
        if not self.errors:
            return
        for name, found in in_files.items():
            if name in self.errors or isinstance(self.cleaned_data.get(name), str):
                continue
            again = _("Choose the file again: a page cannot keep it.")
            if found and not self.names_nobody.value():
                again = _(
                    "The file may tell who a patient is. Choose one without, or the same again "
                    "and say above that no patient is named."
                )
            self.add_error(name, again)

    def _changed_texts(self) -> Iterator[str]:
        """What stands there already was looked at when it was written."""
        for name, field in self.fields.items():
            if name in self.not_screened or not takes_free_text(field):
                continue
            if self.cleaned_data.get(name) != self.get_initial_for_field(field, name):
                yield name

    @property
    def names_nobody(self) -> forms.BoundField:
        """What the author ticks; none of the form's own fields, so no action is handed it."""
        box = forms.BooleanField(
            label=gettext_lazy("Send it anyway: no patient is named"), required=False
        )
        return forms.BoundField(self, box, _CONFIRMED)


# ---- the API

_SHAPED_JSON = (
    serializers.EmailField,
    serializers.IPAddressField,
    serializers.RegexField,
    serializers.SlugField,
    serializers.URLField,
)


def takes_free_json(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    is_text = isinstance(field, serializers.CharField) and not isinstance(field, _SHAPED_JSON)
    return is_text and not field.read_only


class NamesNoPatientSerializer(serializers.Serializer[None]):
    """A body whose free text is looked at for patient data, in the bodies inside it, too;
    `names_nobody` says that there is none."""

    not_screened: ClassVar[Mapping[str, str]] = {}

    names_nobody = serializers.BooleanField(
        required=False,
        default=False,
        write_only=True,
        help_text="Says that no patient is named where the text looks as if one were.",
    )
    warned = False

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if self.root is self or not isinstance(self.root, NamesNoPatientSerializer):
            data = _seen_of(self, data)
        value = super().run_validation(data)
        if not isinstance(value, dict):
            return value
        confirmed = value.pop(_CONFIRMED, False)
        if self.root is not self and isinstance(self.root, NamesNoPatientSerializer):
            return value  # the whole is looked at once, and says it once
        found = [one for text in _texts(self, value) for one in findings(text)]
        found += [one for text in _texts_of_files(self, value) for one in findings(text)]
        self.warned = bool(found)
        if found and not confirmed:
            said = _("Take it out, or set names_nobody where no patient is named.")
            raise serializers.ValidationError(
                {"non_field_errors": [patient_warning(found) + " " + said]}
            )
        return value


def _seen_of(shape: serializers.Field[Any, Any, Any, Any] | None, sent: Any) -> Any:
    """What was sent, its free texts as their readers see them."""
    if isinstance(shape, serializers.ListSerializer | serializers.ListField):
        return [_seen_of(shape.child, one) for one in sent] if isinstance(sent, list) else sent
    if isinstance(shape, serializers.DictField) and isinstance(sent, dict):
        return {key: _seen_of(shape.child, one) for key, one in sent.items()}
    if isinstance(shape, serializers.Serializer) and isinstance(sent, MultiValueDict):
        return _seen_in_form(shape, sent)
    if isinstance(shape, serializers.Serializer) and isinstance(sent, Mapping):
        fields = {name: field for name, field in shape.fields.items() if not field.read_only}
        return {key: _seen_of(fields.get(key), one) for key, one in sent.items()}
    if isinstance(sent, str) and shape is not None and takes_free_json(shape):
        return _as_seen(sent, strip=getattr(shape, "trim_whitespace", True))
    return sent


def _seen_in_form(
    shape: serializers.Serializer[Any], sent: MultiValueDict[str, Any]
) -> MultiValueDict[str, Any]:
    """The same of a form, which sends lists by repeated names, and what is inside as `answers[0]note`."""
    read = MultiValueDict(dict(sent.lists()))  # `copy` would copy files, too
    for key in sent:
        field = shape.fields.get(key)
        if isinstance(field, serializers.ListField):
            field = field.child
        inside = field is None and ("[" in key or "." in key)
        read.setlist(
            key,
            [
                _as_seen(one, strip=True)
                if inside and isinstance(one, str)
                else _seen_of(field, one)
                for one in sent.getlist(key)
            ],
        )
    return read


def _texts_of_files(shape: serializers.Serializer[Any], value: Mapping[str, Any]) -> Iterator[str]:
    for name, field in shape.fields.items():
        given = value.get(name)
        skipped = getattr(shape, "not_screened", {})
        if isinstance(field, serializers.FileField) and given and name not in skipped:
            yield file_text.of_upload(given).text


def _texts(shape: serializers.Field[Any, Any, Any, Any] | None, value: Any) -> Iterator[str]:
    if isinstance(shape, serializers.ListSerializer):
        for one in value or ():
            yield from _texts(shape.child, one)
    elif isinstance(shape, serializers.Serializer) and isinstance(value, Mapping):
        skipped = getattr(shape, "not_screened", {})
        for name, field in shape.fields.items():
            given = value.get(name)
            if isinstance(field, serializers.BaseSerializer):
                yield from _texts(field, given)
            elif isinstance(given, str) and takes_free_json(field) and name not in skipped:
                yield given
