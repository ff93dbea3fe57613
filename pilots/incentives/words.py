"""What is said where an offer rewards doing more while a guardrail counts how well."""

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
