"""The shape of what people write of planned change."""

from pilots.adoption.forms.champions import ChampionAnswerForm, ChampionForm, StepDownForm
from pilots.adoption.forms.cycles import PdsaCloseForm, PdsaDoneForm, PdsaForm
from pilots.adoption.forms.groups import (
    GroupChangeForm,
    GroupForm,
    GroupRemoveForm,
    NobodyAffectedForm,
)
from pilots.adoption.forms.support import (
    ChangeQuestionForm,
    LessForm,
    OfficeHourForm,
    QuestionAnswerForm,
    SupportDoneForm,
    SupportForm,
)
from pilots.adoption.forms.training import AddressesForm, AttendedForm, CancelForm, TrainingForm
from pilots.adoption.forms.waves import WaveForm, WaveLiveForm

__all__ = [
    "ChangeQuestionForm",
    "LessForm",
    "OfficeHourForm",
    "PdsaCloseForm",
    "PdsaDoneForm",
    "PdsaForm",
    "QuestionAnswerForm",
    "SupportDoneForm",
    "SupportForm",
    "AddressesForm",
    "AttendedForm",
    "CancelForm",
    "ChampionAnswerForm",
    "ChampionForm",
    "GroupChangeForm",
    "GroupForm",
    "GroupRemoveForm",
    "NobodyAffectedForm",
    "StepDownForm",
    "TrainingForm",
    "WaveForm",
    "WaveLiveForm",
]
