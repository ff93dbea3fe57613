"""What a field says that has to be filled in and is not: what to do, where Django says "This field is required."

A form that knows better words for a field of its own gives them as its `error_messages`.
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.typed_forms import Words

_SAID: dict[type[forms.Field], Words] = {
    forms.Field: _("Fill this in."),
    forms.ChoiceField: _("Choose one."),
    forms.MultipleChoiceField: _("Choose at least one."),
    forms.ModelMultipleChoiceField: _("Choose at least one."),
    forms.BooleanField: _("Tick this to go on."),
    forms.DateField: _("Give a day."),
    forms.IntegerField: _("Give a number."),
    forms.FileField: _("Choose a file."),
}


def prepare() -> None:
    for kind, words in _SAID.items():
        own = vars(kind).get("default_error_messages", {})
        kind.default_error_messages = {**own, "required": words}
