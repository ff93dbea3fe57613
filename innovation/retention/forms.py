"""Forms of retention."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TakeNameForm(forms.Form):
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
