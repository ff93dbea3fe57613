"""Whose work a pilot changes, and how that change is prepared."""

from pilots.adoption.models.champions import Champion, ChampionAnswer, ChampionQuerySet
from pilots.adoption.models.cycles import PdsaCycle, PdsaDecision, PdsaQuerySet
from pilots.adoption.models.groups import AffectedGroup, GroupQuerySet, NobodyAffected
from pilots.adoption.models.pulses import BarrierAction, GroupPulse, UseCount
from pilots.adoption.models.support import (
    ChangeQuestion,
    LessOf,
    OfficeHour,
    QuestionQuerySet,
    SupportEnd,
    SupportQuerySet,
    SupportStep,
)
from pilots.adoption.models.training import (
    Attendance,
    GroupMember,
    TrainingQuerySet,
    TrainingSession,
)
from pilots.adoption.models.waves import Wave, WaveGroup, WaveQuerySet, WaveSite

__all__ = [
    "ChangeQuestion",
    "PdsaQuerySet",
    "LessOf",
    "OfficeHour",
    "PdsaCycle",
    "PdsaDecision",
    "QuestionQuerySet",
    "SupportEnd",
    "SupportQuerySet",
    "SupportStep",
    "AffectedGroup",
    "Attendance",
    "BarrierAction",
    "Champion",
    "ChampionAnswer",
    "ChampionQuerySet",
    "GroupMember",
    "GroupPulse",
    "GroupQuerySet",
    "NobodyAffected",
    "TrainingQuerySet",
    "TrainingSession",
    "UseCount",
    "Wave",
    "WaveGroup",
    "WaveQuerySet",
    "WaveSite",
]
