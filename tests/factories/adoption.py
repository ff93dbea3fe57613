"""Planned change of a test, made by the verbs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pilots.adoption import actions as adoption
from pilots.adoption.models import AffectedGroup, Champion
from pilots.lifecycle.models import Pilot
from tests.factories.cast import NOW, Cast
from tests.factories.remembered import remembered


def ask_champion(cast: Cast, group: AffectedGroup, **fields: Any) -> Champion:
    """Ana is asked for two hours a week."""
    return adoption.ask_champion(
        group,
        **{
            "person": cast.ana,
            "hours": Decimal(2),
            "why": "The others ask you anyway.",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


@remembered
def name_group(cast: Cast, pilot: Pilot, **fields: Any) -> AffectedGroup:
    """The night nurses sign notes that were drafted."""
    return adoption.name_group(
        pilot,
        **{
            "name": "Night nurses",
            "people": 24,
            "unit": cast.four_west,
            "changes": "The note is drafted while they talk; they read it and sign.",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )
