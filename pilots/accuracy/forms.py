"""The shapes of this room: what is promised, one result, a file of results, and taking one back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Unpack

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent, Words, day_input
from pilots.accuracy import sheet
from pilots.accuracy.models import MOST_COUNTED, AccuracyPromise, AlertExposure, ScoreScale
from pilots.accuracy.sheet import GivenBin, GivenResult, ReadSheet

NOTHING_CHOSEN = ("", gettext_lazy("Nothing chosen"))


class PromiseForm(NamesNoPatient):
    """Shares are typed in percent."""

    least_sensitivity = forms.DecimalField(
        label=gettext_lazy("Sensitivity of at least, in percent"),
        min_value=Decimal("0.01"), max_value=Decimal("99.99"), max_digits=4, decimal_places=2,
    )  # fmt: skip
    least_ppv = forms.DecimalField(
        label=gettext_lazy("Positive predictive value of at least, in percent"),
        min_value=Decimal("0.01"), max_value=Decimal("99.99"), max_digits=4, decimal_places=2,
    )  # fmt: skip
    planned_cases = forms.IntegerField(
        label=gettext_lazy("Cases with the condition that the silent run is planned to count"),
        min_value=1,
        max_value=MOST_COUNTED,
    )
    most_alerts = forms.DecimalField(
        label=gettext_lazy("Alerts, at most"),
        min_value=Decimal("0.001"),
        max_digits=10,
        decimal_places=3,
        required=False,
    )
    alerts_per = forms.ChoiceField(
        label=gettext_lazy("Alerts per"),
        choices=[NOTHING_CHOSEN, *AlertExposure.choices],
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is changed"), max_length=2000, widget=forms.Textarea
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        before: AccuracyPromise | None,
        amends: bool,
        **options: Unpack[FormOptions],
    ) -> None:
        if before is not None:
            options["initial"] = {
                "least_sensitivity": f"{(100 * before.least_sensitivity).normalize():f}",
                "least_ppv": f"{(100 * before.least_ppv).normalize():f}",
                "planned_cases": before.planned_cases,
                "most_alerts": None
                if before.most_alerts is None
                else f"{before.most_alerts.normalize():f}",
                "alerts_per": before.alerts_per,
            }
        super().__init__(data, **options)
        if not amends:
            del self.fields["reason"]

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        most, per = given.get("most_alerts"), given.get("alerts_per")
        if most is not None and not per:
            self.add_error("alerts_per", _("Say over what the alerts are counted."))
        if per and most is None and "most_alerts" not in self.errors:
            self.add_error("most_alerts", _("Say how many alerts at most."))
        for name in ("least_sensitivity", "least_ppv"):
            if given.get(name) is not None:
                given[name] = given[name] / 100
        return given


class _RunForm(NamesNoPatient):
    """What every door asks: what counted as truth, at which threshold, of which score."""

    reference = forms.CharField(
        label=gettext_lazy("What counted as truth, and who judged it"),
        max_length=sheet.LONGEST_REFERENCE,
        widget=forms.Textarea,
    )
    threshold = forms.DecimalField(
        label=gettext_lazy("Threshold in use"),
        max_digits=12,
        decimal_places=6,
        required=False,
    )
    score_scale = forms.ChoiceField(
        label=gettext_lazy("What the score is"),
        choices=[NOTHING_CHOSEN, *ScoreScale.choices],
        required=False,
    )


def _count(label: Words) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=sheet.MOST, required=False)


def _exposure(label: Words) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0.01"), max_digits=12, decimal_places=2, required=False
    )


class ResultForm(_RunForm):
    """One result. Where it corrects another it starts from that one, and says why."""

    period_from = forms.DateField(label=gettext_lazy("From"), widget=day_input())
    period_until = forms.DateField(label=gettext_lazy("Until, included"), widget=day_input())
    grouping = forms.CharField(
        label=gettext_lazy("Grouped by"), max_length=sheet.LONGEST_NAME, required=False
    )
    subgroup = forms.CharField(
        label=gettext_lazy("Which group"), max_length=sheet.LONGEST_NAME, required=False
    )
    true_positive = _count(gettext_lazy("Flagged, and had the condition"))
    false_positive = _count(gettext_lazy("Flagged, and did not have it"))
    false_negative = _count(gettext_lazy("Not flagged, and had it"))
    true_negative = _count(gettext_lazy("Not flagged, and did not have it"))
    bins = forms.CharField(
        label=gettext_lazy("Score bins"), required=False, max_length=40_000, widget=forms.Textarea
    )
    alerts = _count(gettext_lazy("Alerts"))
    patient_days = _exposure(gettext_lazy("In how many patient-days"))
    shifts = _exposure(gettext_lazy("In how many clinicians' shifts"))
    reason = forms.CharField(
        label=gettext_lazy("Why it is corrected"), max_length=2000, widget=forms.Textarea
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        start_from: GivenResult | None = None,
        corrects: bool = False,
        **options: Unpack[FormOptions],
    ) -> None:
        if start_from is not None:
            options["initial"] = {
                **_shown(start_from, whole=corrects),
                **(options.get("initial") or {}),
            }
        super().__init__(data, **options)
        if not corrects:
            del self.fields["reason"]

    def clean_bins(self) -> tuple[GivenBin, ...]:
        bins, wrong = sheet.bins_of(self.cleaned_data["bins"])
        if wrong:
            raise forms.ValidationError(wrong[:10])
        return bins

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        if not self.errors:
            for fault in sheet.faults(self.given):
                self.add_error(None, fault)
        return given

    @property
    def given(self) -> GivenResult:
        told = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        for name in ("threshold", "patient_days", "shifts"):
            if told[name] is not None:
                told[name] = told[name].normalize()
        if not told["bins"]:
            told["score_scale"] = ""
        return GivenResult(**told)


def _shown(given: GivenResult, *, whole: bool) -> dict[str, object]:
    """What stands in the fields: everything of a result that is corrected; of one that was before, what the
    next one has in common with it."""
    shown: dict[str, object] = {
        "reference": given.reference,
        "threshold": None if given.threshold is None else f"{given.threshold:f}",
        "score_scale": given.score_scale,
    }
    if not whole:
        return shown
    names = (
        "period_from", "period_until", "grouping", "subgroup", *sheet.TABLE, "alerts",
        *sheet.EXPOSURES,
    )  # fmt: skip
    return (
        shown
        | {name: getattr(given, name) for name in names}
        | {"bins": sheet.bins_as_typed(given.bins)}
    )


class SheetForm(_RunForm):
    """Rows from a file, or pasted. What is in the file is put into the field, so that nothing is lost when it
    cannot be taken."""

    file = forms.FileField(
        label=gettext_lazy("A file"),
        required=False,
        validators=[FileExtensionValidator(["csv", "txt", "tsv"])],
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    rows = forms.CharField(
        label=gettext_lazy("Or the rows themselves"),
        required=False,
        max_length=sheet.MOST_BYTES,
        strip=False,
        widget=forms.Textarea,
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        start_from: GivenResult | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        if start_from is not None:
            options["initial"] = _shown(start_from, whole=False)
        super().__init__(data, **options)
        self.read = ReadSheet()

    def clean_file(self) -> str:
        """The text of the file, however it was written down."""
        file: UploadedFile[Any] | None = self.cleaned_data.get("file")
        if file is None:
            return ""
        if (file.size or 0) > sheet.MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than a megabyte. Give counts, not cases.")
            )
        raw: bytes = file.read()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
        if "\x00" in text:
            raise forms.ValidationError(
                _("This is no text. Save the sheet as CSV, and choose that file.")
            )
        return text

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        text = given.get("file") or given.get("rows") or ""
        if given.get("file"):  # shown again, so that it can be put right here
            self.data = {**{name: self.data[name] for name in self.data}, "rows": text}
        if self.errors:
            return given
        if not text.strip():
            self.add_error("rows", _("Choose a file, or paste its rows."))
            return given
        threshold = given["threshold"]
        self.read = sheet.read(
            text,
            reference=given["reference"],
            threshold=None if threshold is None else threshold.normalize(),
            score_scale=given["score_scale"],
        )
        if self.read.whole:
            self.add_error("rows", self.read.whole)
        elif self.read.faults:
            self.add_error(
                "rows", _("Nothing was recorded: some rows cannot be taken. They are listed below.")
            )
        return given

    @property
    def results(self) -> list[GivenResult]:
        return [given for _rows, given in self.read.results]


class TakeBackForm(NamesNoPatient):
    reason = forms.CharField(
        label=gettext_lazy("Why it is taken back"), max_length=2000, widget=forms.Textarea
    )
