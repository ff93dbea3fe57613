"""How hard a change is for those whom it meets, by domain: NASSS (non-adoption, abandonment, scale-up,
spread and sustainability).

Source: Greenhalgh et al., Journal of Medical Internet Research 19 (2017) e367: seven domains, each simple,
complicated or complex. The more of them are complex, the seldomer such a change was kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Complexity(models.TextChoices):
    SIMPLE = "simple", _("Simple")
    COMPLICATED = "complicated", _("Complicated")
    COMPLEX = "complex", _("Complex")


class Domain(models.TextChoices):
    CONDITION = "condition", _("The illness or task itself")
    TECHNOLOGY = "technology", _("The technology")
    VALUE = "value", _("What it is worth, and to whom")
    ADOPTERS = "adopters", _("Those who are to use it")
    ORGANISATION = "organisation", _("The ward and the hospital")
    SYSTEM = "system", _("The wider system: law, payers, bodies")
    TIME = "time", _("How it fits in over time")


def complex_domains(judged: Mapping[str, str]) -> list[str]:
    """Those that were judged complex, in their order.

    >>> complex_domains({"condition": "simple", "adopters": "complex", "time": ""})
    ['adopters']
    """
    return [one.value for one in Domain if judged.get(one.value) == Complexity.COMPLEX]
