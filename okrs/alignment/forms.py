"""Shape of a pilot's claim on a key result, and of the choice of a measuring metric."""

from typing import Unpack

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.typed_forms import FormOptions, ModelChoiceField, Sent
from okrs.alignment.units import figures_of
from okrs.goals.models import KeyResult, Objective
from pilots.metrics.models import Metric


class KeyResultChoice(ModelChoiceField[KeyResult]):
    def label_from_instance(self, obj: KeyResult) -> str:
        return f"{obj.objective} · {obj} ({figures_of(obj).way})"


class ContributionForm(forms.Form):
    key_result = KeyResultChoice(
        label=_("Key result"),
        queryset=KeyResult.objects.none(),
        empty_label=_("Choose a key result"),
    )
    claimed = forms.DecimalField(
        label=_("Claimed change"),
        required=False,
        max_digits=20,
        decimal_places=6,
        localize=False,
        help_text=_(
            "In the key result's unit, with its sign: −5 means five fewer. Empty: not said."
        ),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        objectives = Objective.objects.visible_to(by)
        choices: QuerySet[KeyResult] = (
            KeyResult.objects.filter(objective__in=objectives)
            .select_related("objective__cycle")
            .order_by("-objective__cycle__starts_on", "objective_id", "pk")
        )
        self.fields["key_result"].queryset = choices


class MetricChoice(ModelChoiceField[Metric]):
    def label_from_instance(self, obj: Metric) -> str:
        return f"{obj.name} · {obj.pilot or obj.unit}"


class MeasureForm(forms.Form):
    metric = MetricChoice(
        label=_("Measured by"),
        queryset=Metric.objects.none(),
        help_text=_("The key result takes its value from this metric, and from nothing typed."),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["metric"].queryset = Metric.objects.visible_to(by).for_list()
