"""What is known of planned change."""

from pilots.adoption.queries.champions import (
    asked_of,
    champions_of,
    hours_alone,
    hours_given,
    may_be_champion,
)
from pilots.adoption.queries.groups import groups_of

__all__ = [
    "asked_of",
    "champions_of",
    "groups_of",
    "hours_alone",
    "hours_given",
    "may_be_champion",
]
