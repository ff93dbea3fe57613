"""The shape of a panel: whom to invite, a candidate in words, ratings, and the set."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent
from pilots.lifecycle.models import Pilot
from pilots.planning import queries
from pilots.planning.agreement import HIGHEST, LOWEST
from pilots.planning.models import MetricPanel, PanelCandidate
from pilots.planning.queries import RatedCandidate

NOT_RATED = ("", gettext_lazy("No rating"))


class OpenPanelForm(forms.Form):
    people = forms.ModelMultipleChoiceField(User.objects.none(), label=gettext_lazy("Who is asked"))

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        pilot: Pilot,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["people"].queryset = queries.who_may_rate(user, pilot)


class InviteForm(forms.Form):
    person = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who is asked"),
        empty_label=gettext_lazy("Choose somebody"),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        panel: MetricPanel,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        seated = [seat.person_id for seat in panel.seats.all()]
        self.fields["person"].queryset = queries.who_may_rate(user, panel.pilot).exclude(
            pk__in=seated
        )


class CandidateForm(NamesNoPatient):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    definition = forms.CharField(label=gettext_lazy("Definition"), max_length=300)


class RatingsForm(NamesNoPatient):
    """A score and a comment for each candidate; one that is left open is not rated."""

    def __init__(
        self,
        data: Sent | None = None,
        *,
        candidates: list[RatedCandidate],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.rated = sorted(candidates, key=lambda one: one.candidate.pk)
        scores = [(str(score), str(score)) for score in range(LOWEST, HIGHEST + 1)]
        for one in self.rated:
            key, own = one.candidate.pk, one.own
            self.fields[f"score-{key}"] = forms.ChoiceField(
                label=one.candidate.name,
                choices=[NOT_RATED, *scores],
                required=False,
                initial=str(own.score) if own else "",
            )
            self.fields[f"comment-{key}"] = forms.CharField(
                label=_("Why, for “%(name)s”") % {"name": one.candidate.name},
                max_length=600,
                required=False,
                initial=own.comment if own else "",
            )

    @property
    def lines(self) -> list[tuple[PanelCandidate, forms.BoundField, forms.BoundField]]:
        return [
            (one.candidate, self[f"score-{one.candidate.pk}"], self[f"comment-{one.candidate.pk}"])
            for one in self.rated
        ]

    @property
    def ratings(self) -> dict[int, tuple[int, str]]:
        given = {}
        for one in self.rated:
            key = one.candidate.pk
            if score := self.cleaned_data[f"score-{key}"]:
                given[key] = (int(score), self.cleaned_data[f"comment-{key}"])
        return given


class CloseForm(NamesNoPatient):
    chosen = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What is measured"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why this set"), max_length=2000, widget=forms.Textarea
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        candidates: list[RatedCandidate],
        **options: Unpack[FormOptions],
    ) -> None:
        options["initial"] = {"chosen": [one.candidate.pk for one in candidates if one.suggested]}
        super().__init__(data, **options)
        self.fields["chosen"].choices = [
            (one.candidate.pk, one.candidate.name) for one in candidates
        ]
