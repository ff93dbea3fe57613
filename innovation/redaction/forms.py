"""Forms of taking words out, and of telling that a patient is named."""

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.redaction import words
from innovation.web.free_text import NamesNoPatient


class LookForm(forms.Form):
    """The words themselves: typed to be found, and kept nowhere."""

    said = forms.CharField(
        label=_("The words that name the patient"),
        min_length=words.LEAST,
        max_length=words.MOST,
        help_text=_(
            "Exactly what has to go, such as a name or a number; as whole words, in capitals or not. "
            "One way of writing it at a time. They are kept nowhere."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class TakeOutForm(NamesNoPatient):
    said = forms.CharField(min_length=words.LEAST, max_length=words.MOST, widget=forms.HiddenInput)
    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Who noticed, and that it is confirmed. It stays for ever: not the words themselves."
        ),
    )
    sure = forms.BooleanField(
        label=_(
            "I have looked at the places. This cannot be undone: nobody can bring the words back."
        ),
        error_messages={"required": _("Say that you have looked: it cannot be undone.")},
    )


class ReportForm(NamesNoPatient):
    page = forms.CharField(max_length=200, widget=forms.HiddenInput)
    where = forms.CharField(
        label=_("Where on the page"),
        max_length=200,
        required=False,
        help_text=_(
            "Such as “the second entry of the log”. Do not write the name or number again."
        ),
    )


class NobodyForm(NamesNoPatient):
    answer = forms.CharField(
        label=_("Why nothing has to go"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever told of it reads this."),
    )
