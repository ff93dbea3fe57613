"""What mentors can help with: one list for all, so that those who ask and those who offer mean the same."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SKILLS: dict[str, str | Promise] = {
    "measurement": _("Measurement and statistics"),
    "clinical_safety": _("Clinical safety"),
    "change": _("Change and adoption"),
    "improvement": _("Quality improvement"),
    "budget": _("Money and budgets"),
    "information_governance": _("Information governance"),
    "data_ai": _("Data and AI"),
    "research_methods": _("Research methods"),
    "patient_involvement": _("Patients who take part"),
    "procurement": _("Buying and suppliers"),
    "scaling": _("Scaling"),
}
CHOICES = list(SKILLS.items())


def known(keys: Iterable[str]) -> list[str]:
    """Those of these that there are, once each and in the order of the list.

    >>> known(["scaling", "juggling", "change", "scaling"])
    ['change', 'scaling']
    """
    wanted = set(keys)
    return [key for key in SKILLS if key in wanted]


def in_words(keys: Iterable[str]) -> list[str]:
    """What they are called; one that was taken off the list stays as it was written."""
    return [str(SKILLS.get(key, key)) for key in keys]
