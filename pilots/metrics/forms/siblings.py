"""What a metric is to be compared with: numbers that fit, ticked, and why where the plan is locked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent
from pilots.metrics import siblings
from pilots.metrics.models import Metric, SiblingKind


class SiblingForm(NamesNoPatient):
    kind = forms.ChoiceField(
        label=_("What they are"),
        choices=SiblingKind.choices,
        initial=SiblingKind.SITE,
        widget=forms.RadioSelect,
        help_text=_(
            "Another site tells what happens without the pilot. A group of the patients tells whether"
            " it helps everybody."
        ),
    )
    series = forms.ModelMultipleChoiceField(
        Metric.objects.none(),
        label=_("Numbers to compare with"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each with what is counted: tick only what is the same number."),
        error_messages={"required": _("Tick at least one number.")},
    )
    label = forms.CharField(
        label=_("Called"),
        max_length=60,
        required=False,
        help_text=_(
            "Of a group: which patients. Of one site: only where its unit does not say it."
        ),
    )
    reason = forms.CharField(
        label=_("Why the locked plan changes"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "It stands beside every verdict of this metric, and is told to the sponsor and to who"
            " answers for safety."
        ),
        error_messages={"required": _("Say why: the plan was locked when the pilot was proposed.")},
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        metric: Metric,
        user: User,
        offered: Sequence[Metric],
        alike: Sequence[Metric],
        locked: bool,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.alike = list(alike)
        fit = siblings.that_fit(metric, user)
        self.fields["series"].queryset = fit
        # What was ticked stays there, also where other words were looked for since.
        ticked = self.data.getlist("series") if self.is_bound else []
        asked = [int(key) for key in ticked if key.isdecimal() and len(key) < 19]
        shown = {one.pk: one for one in (*fit.filter(pk__in=asked), *offered)}
        self.fields["series"].choices = [
            (pk, f"{siblings.named(one)} ({one.definition})") for pk, one in shown.items()
        ]
        self.fields["series"].required = "all" not in self.data
        self.fields["reason"].required = locked
        if not locked:
            del self.fields["reason"]

    def clean(self) -> Cleaned:
        cleaned: Cleaned = super().clean() or self.cleaned_data
        if "all" in self.data:
            cleaned["series"] = self.alike
        if cleaned.get("kind") == SiblingKind.GROUP and not cleaned.get("label"):
            self.add_error("label", _("Say which group of patients it is of."))
        return cleaned

    @property
    def facts(self) -> Cleaned:
        """What the verb is given."""
        return {**self.cleaned_data, "series": list(self.cleaned_data["series"])}
