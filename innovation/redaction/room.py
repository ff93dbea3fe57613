"""The door plate: somebody saw a patient named, and an administrator takes the words out."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, NewsKind, Noun, Room


class RedactionPermission(StrEnum):
    TAKE_OUT = "text.redact"


ROOM = Room(
    permissions=RedactionPermission,
    navigation=(
        Entry(
            _("Patients named"),
            "innovation:redactions",
            "shield",
            order=115,
            permissions=(RedactionPermission.TAKE_OUT,),
        ),
    ),
    nouns=(
        Noun(
            "text",
            _("Words taken out"),
            page="innovation:redaction-detail",
            reference="redaction",
        ),
        Noun(
            "patient_report",
            _("Reports of a named patient"),
            page="innovation:patient-report",
            reference="patientreport",
        ),
    ),
    panels=(Fills("waiting", by="reports_waiting", order=14),),
    news=(
        NewsKind(
            "patients",
            _("A patient is named"),
            _(
                "Somebody saw a patient named in a text that you may take out, or answered your report."
            ),
            order=58,
        ),
    ),
    domain=("places", "words"),
)
