"""How bad it would be for the pilot and how likely it is, in three words each. Harm to patients has a
matrix of its own (pilots/hazards)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class RiskWeight(models.IntegerChoices):
    SMALL = 1, gettext_lazy("A nuisance")
    SETBACK = 2, gettext_lazy("It would set the pilot back")
    END = 3, gettext_lazy("It could end the pilot")


class RiskChance(models.IntegerChoices):
    UNLIKELY = 1, gettext_lazy("Unlikely")
    POSSIBLE = 2, gettext_lazy("Possible")
    LIKELY = 3, gettext_lazy("Likely")


# From this product on: likely to set it back, or possible to end it.
HIGH = 6


def is_high(weight: int, chance: int) -> bool:
    return weight * chance >= HIGH


def rated(weight: int, chance: int) -> str:
    """ "It could end the pilot · possible"."""
    return _("%(weight)s · %(chance)s") % {
        "weight": RiskWeight(weight).label,
        "chance": str(RiskChance(chance).label).lower(),
    }
