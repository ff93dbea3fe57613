"""What people come from, and what they may be asked for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Discipline(models.TextChoices):
    NURSING = "nursing", _("Nursing and midwifery")
    MEDICINE = "medicine", _("Doctors")
    PHARMACY = "pharmacy", _("Pharmacy")
    ALLIED_HEALTH = "allied_health", _("Allied health")
    LABORATORY = "laboratory", _("Laboratory and imaging")
    ENGINEERING = "engineering", _("Engineering and IT")
    DATA = "data", _("Data and analysis")
    QUALITY = "quality", _("Quality improvement")
    SAFETY = "safety", _("Clinical safety")
    RESEARCH = "research", _("Research")
    FINANCE = "finance", _("Finance and buying")
    OPERATIONS = "operations", _("Operations and estates")
    EDUCATION = "education", _("Education")
    PEOPLE = "people", _("People and culture")
    ADMINISTRATION = "administration", _("Administration")
    PATIENT_PARTNER = "patient_partner", _("Patient partner")
    OTHER = "other", _("Something else")


class OpenFor(models.TextChoices):
    HELP = "help", _("Helping now and then")
    MENTORING = "mentoring", _("Mentoring a team")
    TEAM = "team", _("Being on a team")
