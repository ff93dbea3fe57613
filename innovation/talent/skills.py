"""The list of skills that everybody starts from. Rooms say by these keys what the record shows; the
innovation office adds further ones (`AddedSkill`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BaseSkill(models.TextChoices):
    # Shown by the record, too: rooms name these by their keys.
    NOTICING = "noticing", _("Noticing needs")
    IDEAS = "ideas", _("Working out ideas")
    LEADING = "leading", _("Leading a pilot")
    TEAMWORK = "teamwork", _("Working on a pilot team")
    MENTORING = "mentoring", _("Mentoring a team")
    LOGGING = "logging", _("Keeping a log of progress")
    MEASURING = "measuring", _("Planning what is measured")
    CYCLES = "cycles", _("Small tests of change")
    MILESTONES = "milestones", _("Planning milestones")
    RISKS = "risks", _("Keeping an eye on risks")
    HAZARDS = "hazards", _("Finding hazards")
    SAFETY = "safety", _("Answering for safety")
    REVIEWING = "reviewing", _("Reviewing tools and evidence")
    SUSTAINING = "sustaining", _("Keeping a change alive")
    # Said by people alone.
    DATA = "data", _("Reading data and charts")
    STATISTICS = "statistics", _("Statistics")
    SOFTWARE = "software", _("Writing software")
    RECORD = "record", _("Building in the health record")
    MODELS = "models", _("Models and AI")
    PRIVACY = "privacy", _("Privacy and security")
    DEVICES = "devices", _("Medical devices")
    WORKFLOW = "workflow", _("Mapping how work flows")
    USABILITY = "usability", _("Testing what is easy to use")
    LISTENING = "listening", _("Listening to patients and staff")
    WORKSHOPS = "workshops", _("Leading a workshop")
    TRAINING = "training", _("Training colleagues")
    WRITING = "writing", _("Writing and presenting")
    BUDGETS = "budgets", _("Budgets and buying")
    LANGUAGES = "languages", _("Interpreting languages")
