"""The shape of an answer to an alarm."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.typed_forms import FormOptions, Sent
from pilots.evidence.models import AlarmAnswer


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("What should happen"), choices=AlarmAnswer.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        help_text=_("The lead, the sponsor and the safety reviewers read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        answers: list[tuple[str, str]],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["answer"].choices = answers
        if len(answers) == 1:
            self.fields["answer"].initial = answers[0][0]
