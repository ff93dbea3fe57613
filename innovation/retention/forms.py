"""Forms of retention."""

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient


class AskForErasureForm(NamesNoPatient):
    wish = forms.CharField(
        label=_("What matters to you"),
        widget=forms.Textarea,
        max_length=1000,
        required=False,
        help_text=_("From when on, or what of it most of all. Whoever answers reads it."),
    )
    sure = forms.BooleanField(
        label=_("I have read what goes and what stays. My account is closed with it, for good."),
        error_messages={"required": _("Say that you have read it: your account goes with it.")},
    )


class ErasureAnswerForm(NamesNoPatient):
    because = forms.CharField(
        label=_("What must stay, and why"),
        widget=forms.Textarea,
        max_length=2000,
        help_text=_("In words that they understand, and until when. They are told, word for word."),
    )


class TakeNameForm(NamesNoPatient):
    reason = forms.CharField(
        label=_("Why now"),
        widget=forms.Textarea,
        max_length=1000,
        help_text=_("Who asked, and when. The log keeps it; do not write the name here."),
    )
    sure = forms.BooleanField(
        label=_("I have read what goes and what stays. It cannot be taken back."),
        error_messages={"required": _("Say that you have read it: it cannot be taken back.")},
    )
