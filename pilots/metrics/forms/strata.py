"""By what a metric is split, as a part of its form."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, Sent
from pilots.metrics.actions.strata import (
    LARGEST_LEAST,
    LONGEST_SPLIT,
    MOST_SPLITS,
    NO_RATES,
)
from pilots.metrics.models import Metric, MetricKind


class SplitsForm(NamesNoPatient):
    """Up to three splits by name, and the smallest count that is shown."""

    least = forms.IntegerField(
        label=gettext_lazy("Smallest count of a group that is shown"),
        max_value=LARGEST_LEAST,
        required=False,
    )

    def __init__(self, data: Sent | None = None, *, metric: Metric | None = None) -> None:
        super().__init__(data, prefix="splits")
        known = metric.splits if metric is not None else []
        self.rows = [f"name_{number}" for number in range(MOST_SPLITS)]
        for number, name in enumerate(self.rows):
            self.fields[name] = forms.CharField(
                label=_("Split %(number)s") % {"number": number + 1},
                max_length=LONGEST_SPLIT,
                required=False,
                initial=known[number]["name"] if number < len(known) else "",
            )
        self.fields["least"].min_value = settings.LEAST_CELL
        self.fields["least"].initial = metric.least_cell if metric is not None else None
        self.fields["least"].help_text = _(
            "Empty: %(least)s, which holds here. Smaller counts are held back before they are stored."
        ) % {"least": settings.LEAST_CELL}

    @property
    def names(self) -> list[forms.BoundField]:
        """Where each split is named."""
        return [self[name] for name in self.rows]

    def clean(self) -> Cleaned:
        cleaned: Cleaned = self.cleaned_data
        least = cleaned.get("least")
        if least is not None and least < settings.LEAST_CELL:
            self.add_error(
                "least", _("At least %(least)s, which holds here.") % {"least": settings.LEAST_CELL}
            )
        names = [cleaned.get(name, "").casefold() for name in self.rows]
        for number, name in enumerate(self.rows):
            if "/" in cleaned.get(name, ""):
                self.add_error(name, _("The name of a split has no slash."))
            if names[number] and names[number] in names[:number]:
                self.add_error(name, _("There is a split of this name already."))
        return cleaned

    def fits(self, kind: object) -> bool:
        """Whether a metric of this kind may be split so; what was typed stays, with the reason beside it."""
        if self.splits and kind in (MetricKind.RATE, MetricKind.COUNT):
            self.add_error(self.rows[0], str(NO_RATES))
        return not self.errors

    @property
    def splits(self) -> list[dict[str, str]]:
        """As the action takes them."""
        return [{"name": name} for row in self.rows if (name := self.cleaned_data[row])]
