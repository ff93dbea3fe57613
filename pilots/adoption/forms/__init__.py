"""The shape of what people write of planned change."""

from pilots.adoption.forms.champions import ChampionAnswerForm, ChampionForm, StepDownForm
from pilots.adoption.forms.groups import GroupChangeForm, GroupForm, GroupRemoveForm

__all__ = [
    "ChampionAnswerForm",
    "ChampionForm",
    "StepDownForm",
    "GroupChangeForm",
    "GroupForm",
    "GroupRemoveForm",
]
