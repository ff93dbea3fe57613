"""Which disciplines a pilot of each pathway misses when nobody on its team comes from them, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovation.talent.disciplines import Discipline
from pilots.lifecycle.models import Pathway


@dataclass(frozen=True)
class WantedDiscipline:
    discipline: Discipline
    why: str | Promise

    @property
    def name(self) -> str:
        return str(self.discipline.label)


_D = Discipline
_NURSES = WantedDiscipline(_D.NURSING, _("most steps of a patient's day are theirs"))
_DOCTORS = WantedDiscipline(_D.MEDICINE, _("orders and decisions change with it"))
_QUALITY = WantedDiscipline(_D.QUALITY, _("somebody plans small tests and reads the run chart"))
_PATIENTS = WantedDiscipline(_D.PATIENT_PARTNER, _("patients live with what becomes of it"))
_SAFETY = WantedDiscipline(_D.SAFETY, _("the hazard log is kept by somebody who knows how"))
_IT = WantedDiscipline(_D.ENGINEERING, _("it has to live in the record and on the devices"))

WANTED: dict[str, tuple[WantedDiscipline, ...]] = {
    Pathway.EFFICIENCY: (
        _QUALITY,
        WantedDiscipline(_D.OPERATIONS, _("what is saved shows in rosters, rooms and orders")),
        WantedDiscipline(_D.DATA, _("the gain has to be seen in numbers")),
    ),
    Pathway.CLINICAL_WORKFLOW: (_NURSES, _DOCTORS, _QUALITY, _PATIENTS),
    Pathway.DECISION_SUPPORT: (
        WantedDiscipline(_D.MEDICINE, _("they have to judge what it advises")),
        _NURSES,
        WantedDiscipline(_D.DATA, _("it is checked on the patients of this place")),
        _IT,
        _SAFETY,
        _PATIENTS,
    ),
    Pathway.DEVICE: (
        WantedDiscipline(_D.MEDICINE, _("they answer for what it does to a patient")),
        _NURSES,
        _IT,
        WantedDiscipline(_D.DATA, _("it is checked on the patients of this place")),
        _SAFETY,
        _PATIENTS,
    ),
}
