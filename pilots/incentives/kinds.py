"""What people are offered for taking part, what became of an offer, and which parts the record knows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncentiveKind(models.TextChoices):
    """What costs least and lasts longest first; money last."""

    PROTECTED_TIME = "protected_time", _("Protected time")
    RECOGNITION = "recognition", _("Recognition")
    CAREER = "career", _("Career")
    MICRO_GRANT = "micro_grant", _("Small grant")
    TEAM_REWARD = "team_reward", _("Something for the whole team")
    MONEY = "money", _("Money")


# Nobody has them for nothing: which line pays is said before resources are decided on.
COSTS_MONEY = (IncentiveKind.MICRO_GRANT, IncentiveKind.TEAM_REWARD, IncentiveKind.MONEY)


class CareerForm(models.TextChoices):
    CPD = "cpd", _("Hours that count as further training (CPD)")
    PORTFOLIO = "portfolio", _("A line in a portfolio")
    AUTHORSHIP = "authorship", _("A place among the authors")


class IncentiveOutcome(models.TextChoices):
    KEPT = "kept", _("It stays as it is")
    CHANGED = "changed", _("It goes on, changed")
    DROPPED = "dropped", _("It ends")


class CreditKind(models.TextChoices):
    """In the order in which a pilot came to be."""

    NOTICED = "noticed", _("Noticed the need")
    SHARED = "shared", _("Said that it affects them, too")
    SHAPED = "shaped", _("Thought of the idea")
    LED = "led", _("Led it")
    TEAM = "team", _("Worked on it")
    CHAMPION = "champion", _("Helped colleagues with the change")
    MENTORED = "mentored", _("Was its mentor")
    MEASURED = "measured", _("Said what is measured, and how")
    HAZARDS = "hazards", _("Wrote down what could do harm")
    CONTROLS = "controls", _("Made it safer")
    REVIEWED = "reviewed", _("Reviewed it")
    LOGGED = "logged", _("Kept its log")
    STOPPED = "stopped", _("Stopped it in time")
    ALSO = "also", _("Also did")
