"""The shape of what people write of pulses, use, and what is done against a barrier."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, day_input
from pilots.adoption.barriers import Barrier, proposed
from pilots.adoption.models import AffectedGroup
from pilots.adoption.queries.use import measures_use
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import may_own_blockers
from pilots.metrics.models import Metric

_MOST = 1_000_000


class PulseForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("Which group"),
        queryset=AffectedGroup.objects.none(),
        required=False,
        empty_label=_("All that can be asked"),
    )
    closes_on = forms.DateField(label=_("Open until"), widget=day_input())

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["group"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = AffectedGroup.objects.standing().filter(pilot=pilot)


class UseForm(NamesNoPatient):
    on = forms.DateField(label=_("Counted on"), widget=day_input())
    eligible = forms.IntegerField(label=_("Could use it"), min_value=1, max_value=_MOST)
    trained = forms.IntegerField(
        label=_("Were trained"), min_value=0, max_value=_MOST, required=False
    )
    active = forms.IntegerField(label=_("Use it"), min_value=0, max_value=_MOST)
    still_active = forms.IntegerField(
        label=_("Still use it after four weeks"), min_value=0, max_value=_MOST, required=False
    )
    source = forms.CharField(
        label=_("Where the counts come from"),
        max_length=200,
        help_text=_("“Report of the vendor, week 46”"),
    )


class UseMetricForm(forms.Form):
    active = forms.ModelChoiceField(
        label=_("Metric of who uses it"),
        queryset=Metric.objects.none(),
        required=False,
        empty_label=_("None: the team counts"),
        help_text=_("Shares of this pilot alone: proportions, and numbers in percent."),
    )
    still_active = forms.ModelChoiceField(
        label=_("Metric of who still uses it after four weeks"),
        queryset=Metric.objects.none(),
        required=False,
        empty_label=_("None: the team counts"),
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        keys = [one.pk for one in measures_use(pilot)]
        for name in ("active", "still_active"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Metric.objects.filter(pk__in=keys)


class TakeOnForm(NamesNoPatient):
    what = forms.CharField(label=_("What is done"), max_length=300)
    owner = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), empty_label=_("Choose")
    )
    until = forms.DateField(label=_("Until when"), widget=day_input())

    def __init__(
        self,
        data: Sent | None = None,
        *,
        pilot: Pilot,
        aim: Barrier | None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = may_own_blockers(pilot)
        ideas = " · ".join(str(one.text) for one in proposed(aim))
        self.fields["what"].help_text = _("What helped others: %(ideas)s") % {"ideas": ideas}


class HelpDoneForm(forms.Form):
    """Nothing is asked: to say that it was done is meant."""
