"""A pilot's claim in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from okrs.alignment import lateness
from okrs.alignment.models import Contribution
from okrs.alignment.units import figures_of


def claim(contribution: Contribution) -> str:
    """Of which objective, and the change it says it brings: claims −5 points."""
    key_result = contribution.key_result
    parts = [str(key_result.objective)]
    if contribution.claimed is not None:
        figures = figures_of(key_result)
        facts = {"change": figures.claimed(contribution.claimed), "unit": figures.difference_unit}
        parts.append((_("claims %(change)s %(unit)s") % facts).strip())
    return " · ".join(parts)


def claims(contributions: Iterable[Contribution]) -> list[tuple[Contribution, str, str]]:
    """Each contribution with its claim and its lateness. Pass them with their key results and
    objectives, and `with_state_then`."""
    return [(one, claim(one), lateness.in_words(one)) for one in contributions]
