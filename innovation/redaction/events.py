"""What the log says of words that were taken out (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "text.looked_for": _(
        "{actor} looked for words that name a patient, and found them in {count:number} places."
    ),
    "text.redacted": _(
        "{actor} took out words that named a patient, in {count:number} places: {places}."
    ),
    "patient_report.made": _(
        "{actor} told the administrators that a page names a patient: {page}."
    ),
    "patient_report.answered": _(
        "{actor} answered a report of {reporter} that a page names a patient: {outcome}."
    ),
}
