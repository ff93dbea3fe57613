"""The shapes of offering to mentor, of asking a mentor, of the answers, and of what was spoken of."""

from __future__ import annotations

from datetime import date
from typing import Unpack

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent, day_input
from pilots.mentoring import queries
from pilots.mentoring.actions import GivenStep
from pilots.mentoring.models import Mentorship
from pilots.mentoring.models.register import MOST_ROOM
from pilots.mentoring.presenters import Suggestion
from pilots.mentoring.skills import CHOICES

STEPS_ON_PAGE = 3


class MentorOfferForm(NamesNoPatient):
    skills = forms.MultipleChoiceField(
        label=_("What you can help with"),
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    line = forms.CharField(
        label=_("In a line"),
        max_length=300,
        required=False,
        help_text=_("Such as what you did yourself. Read by everybody who looks for a mentor."),
    )
    room_for = forms.IntegerField(
        label=_("For how many pilots at once"), min_value=1, max_value=MOST_ROOM, initial=1
    )


class SkillsAskedForm(forms.Form):
    """Which skills a pilot asks for: the list of mentors is ordered by them."""

    skills = forms.MultipleChoiceField(
        label=_("What you need help with"),
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def _with_reasons(one: Suggestion) -> SafeString:
    said = " ".join(filter(None, (one.sentence, one.but)))
    return format_html('{}<span class="cell-sub">{}</span>', one.mentor.person.name, said)


class MentorAskForm(NamesNoPatient):
    """Whom to ask, of those who fit, and what for."""

    person = forms.TypedChoiceField(
        label=_("Whom to ask"),
        coerce=int,
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose somebody.")},
    )
    why = forms.CharField(
        label=_("What for"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Read by whom you ask, the team and the innovation office."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        suggestions: list[Suggestion],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.suggestions = {one.mentor.person_id: one for one in suggestions}
        self.fields["person"].choices = [
            (key, _with_reasons(one)) for key, one in self.suggestions.items()
        ]


class MentorAnswerForm(NamesNoPatient):
    """One's own yes or no; a request without one is no no."""

    answer = forms.ChoiceField(
        choices=(("yes", _("Yes")), ("no", _("No"))),
        widget=forms.HiddenInput,
        error_messages={"required": _("Say yes or no.")},
    )
    words = forms.CharField(
        label=_("A word with it"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by who asked, the team and the innovation office."),
    )


class MentoringEndForm(NamesNoPatient):
    words = forms.CharField(
        label=_("A word with it"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by the other side and the innovation office. You need give no reason."),
    )


class MentoringSessionForm(NamesNoPatient):
    """When they met, what they spoke of, and up to three next steps."""

    held_on = forms.DateField(label=_("When you met"), widget=day_input())
    spoken_of = forms.CharField(
        label=_("What you spoke of"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Read by the team and the mentor alone."),
    )
    what_1 = forms.CharField(label=_("Next step"), max_length=300, required=False)
    what_2 = forms.CharField(label=_("Next step"), max_length=300, required=False)
    what_3 = forms.CharField(label=_("Next step"), max_length=300, required=False)

    def __init__(
        self,
        data: Sent | None = None,
        *,
        mentorship: Mentorship,
        today: date,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, initial={"held_on": today, **(options.pop("initial", None) or {})})
        people = queries.may_do_steps(mentorship)
        for number in self._numbers():
            self.fields[f"who_{number}"] = forms.ModelChoiceField(
                people, label=_("Who"), required=False, empty_label=_("Choose")
            )
            self.fields[f"due_{number}"] = forms.DateField(
                label=_("By when"), required=False, widget=day_input()
            )

    @staticmethod
    def _numbers() -> range:
        return range(1, STEPS_ON_PAGE + 1)

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (self[f"what_{number}"], self[f"who_{number}"], self[f"due_{number}"])
            for number in self._numbers()
        ]

    def clean(self) -> Cleaned:
        given: Cleaned = super().clean() or self.cleaned_data
        for number in self._numbers():
            names = [f"{part}_{number}" for part in ("what", "who", "due")]
            if any(name in self.errors for name in names):
                continue
            if any(given.get(name) for name in names):
                for name in names:
                    if not given.get(name):
                        self.add_error(name, _("A next step has somebody and a day."))
        return given

    @property
    def steps(self) -> list[GivenStep]:
        given = self.cleaned_data
        return [
            GivenStep(given[f"what_{n}"], given[f"who_{n}"], given[f"due_{n}"])
            for n in self._numbers()
            if given.get(f"what_{n}") and isinstance(given.get(f"who_{n}"), User)
        ]
