"""What is known of planned change."""

from pilots.adoption.queries.champions import (
    asked_of,
    champions_of,
    hours_alone,
    hours_given,
    hours_in_words,
    may_be_champion,
    may_have_decided,
    may_train,
)
from pilots.adoption.queries.cycles import cycles_of, cycles_on
from pilots.adoption.queries.groups import groups_of, nobody_said
from pilots.adoption.queries.support import given_back, help_of, less_of
from pilots.adoption.queries.training import (
    Trained,
    counted,
    first_to_begin,
    held_still,
    is_trained,
    learned,
    learning_minutes,
    members,
    named_with_training,
    not_trained,
    run_out_for,
    sessions_of,
    trained,
    trained_of,
    trained_one,
)
from pilots.adoption.queries.waves import trained_in_wave, waves_of

__all__ = [
    "cycles_of",
    "cycles_on",
    "given_back",
    "help_of",
    "less_of",
    "Trained",
    "asked_of",
    "champions_of",
    "counted",
    "first_to_begin",
    "groups_of",
    "held_still",
    "hours_alone",
    "hours_given",
    "hours_in_words",
    "is_trained",
    "learned",
    "learning_minutes",
    "may_be_champion",
    "may_have_decided",
    "may_train",
    "members",
    "named_with_training",
    "nobody_said",
    "not_trained",
    "run_out_for",
    "sessions_of",
    "trained",
    "trained_in_wave",
    "trained_of",
    "trained_one",
    "waves_of",
]
