"""What is said where an offer rewards doing more while a guardrail counts how well, and where it costs money."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilots.incentives.volume import VolumeWarning


def warning_in_words(warning: VolumeWarning) -> str:
    """The warning, and how it is answered."""
    guardrails = ", ".join(f"“{one.name}”" for one in warning.guardrails)
    return _(
        "“%(volume)s” counts how much is done; %(guardrails)s counts how well. Whoever is rewarded for more may "
        "do it worse. Say what keeps that from happening, or offer it for something else."
    ) % {"volume": warning.volume.name, "guardrails": guardrails}


def missing_of_money(cost: object, line: object) -> dict[str, str]:
    """What something that costs money has not said, by the field that says it."""
    missing = {}
    if cost is None:
        missing["cost"] = _("This kind costs money: say how much.")
    if line is None:
        missing["line"] = _("This kind costs money: say which line of the budget pays.")
    return missing
